import {
  command,
  decider,
  defineRejections,
  type EventOf,
  type OrganisationId,
  type Scope,
} from '@vivier/kernel';
import {
  recruitmentModuleEvents as events,
  type ChecklistItem,
  type InvitationId,
  type LegalBasis,
} from './recruitment-module.events.ts';

/** An organisation's settings for recruiting (*Module recrutement*, R-018). */
export interface RecruitmentModuleState {
  /** 0 as long as no checklist was set. */
  readonly checklistVersion: number;
  readonly checklist: readonly ChecklistItem[];
  readonly legalBasis: LegalBasis;
  /** Campaign by invitation. */
  readonly invitations: Readonly<Record<InvitationId, string>>;
}

type RecruitmentModuleEvent = EventOf<typeof events>;

export const recruitmentModuleRejections = defineRejections({
  ChecklistKeyRepeated: {
    message: 'Two items of the checklist have the same key.',
    remedy: 'Give each item a key of its own.',
  },
  CampaignExists: {
    message: 'This campaign has an invitation link already.',
    remedy: 'Use its link, or choose another campaign name.',
  },
  ModuleUnknown: {
    message: 'There is no such organisation.',
    remedy: 'Sign in again.',
  },
});

const settle = command<RecruitmentModuleState, RecruitmentModuleEvent>();

/** The stream's id is the organisation's: there is one module each. */
const ownModule = (_: unknown, context: { readonly organisationId: OrganisationId }): string =>
  context.organisationId;

export const recruitmentModule = decider<RecruitmentModuleState>()({
  category: 'recruitmentModule',
  events,
  initial: { checklistVersion: 0, checklist: [], legalBasis: 'consent', invitations: {} },
  person: () => undefined,
  scope: () => 'organisation' as Scope,
  absent: recruitmentModuleRejections.ModuleUnknown,

  evolve: {
    ChecklistSet: (state, { data }) => ({
      ...state,
      checklistVersion: data.checklistVersion,
      checklist: data.items,
    }),
    InvitationCreated: (state, { data }) => ({
      ...state,
      invitations: { ...state.invitations, [data.invitationId]: data.campaign },
    }),
    LegalBasisSet: (state, { data }) => ({ ...state, legalBasis: data.legalBasis }),
  },

  commands: {
    SetChecklist: settle({
      input: { items: events.ChecklistSet.fields.items },
      key: ownModule,
      creates: true,
      decide: ({ items }, state) => {
        const keys = new Set(items.map((item) => item.key));
        if (keys.size < items.length) return recruitmentModuleRejections.ChecklistKeyRepeated();
        return [events.ChecklistSet({ checklistVersion: state.checklistVersion + 1, items })];
      },
    }),

    /** Running applications keep what they were submitted under; the next submission looks again. */
    SetLegalBasis: settle({
      input: { legalBasis: events.LegalBasisSet.fields.legalBasis },
      key: ownModule,
      creates: true,
      decide: (input, state) =>
        state.legalBasis === input.legalBasis ? [] : [events.LegalBasisSet(input)],
    }),

    CreateInvitation: settle({
      input: { campaign: events.InvitationCreated.fields.campaign },
      key: ownModule,
      creates: true,
      decide: ({ campaign }, state, { newId }) =>
        Object.values(state.invitations).includes(campaign)
          ? recruitmentModuleRejections.CampaignExists()
          : [events.InvitationCreated({ invitationId: newId as InvitationId, campaign })],
    }),
  },
});
