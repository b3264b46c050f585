import {
  command,
  decider,
  defineRejections,
  isPeriod,
  type EventOf,
  type OrganisationId,
  type Scope,
} from '@vivier/kernel';
import { invitationRejections } from './invitation.ts';
import {
  recruitmentModuleEvents as events,
  statusList,
  type InvitationId,
} from './recruitment-module.events.ts';
import type { RecruitmentModuleState } from './state.ts';

export type { IncompleteDeletion, RecruitmentModuleState } from './state.ts';

type RecruitmentModuleEvent = EventOf<typeof events>;

export const recruitmentModuleRejections = defineRejections({
  ChecklistKeyRepeated: {
    message: 'Two items of the checklist have the same key.',
    remedy: 'Give each item a key of its own.',
  },
  InformationKeyRepeated: {
    message: 'Two fields of the information have the same key.',
    remedy: 'Give each field a key of its own.',
  },
  RequirementKeyRepeated: {
    message: 'Two requirements have the same key.',
    remedy: 'Give each requirement a key of its own.',
  },
  NoStatusAccepted: {
    message: 'At least one status must be accepted.',
    remedy: 'Leave at least one status in the list, such as self-employed or employee.',
  },
  ReminderBeforeStart: {
    message: 'The reminder would leave before the clock starts.',
    remedy: 'Remind fewer days before the deletion than the deletion takes, or 0 for no reminder.',
  },
  PeriodNotWhole: {
    message: 'This is not a period.',
    remedy: 'Use an ISO-8601 period in whole days, weeks, months or years, such as P3M.',
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
const refuse = recruitmentModuleRejections;

const settle = command<RecruitmentModuleState, RecruitmentModuleEvent>();

/** The stream's id is the organisation's: there is one module each. */
const ownModule = (_: unknown, context: { readonly organisationId: OrganisationId }): string =>
  context.organisationId;

const areApart = (keyed: readonly { readonly key: string }[]): boolean =>
  new Set(keyed.map(({ key }) => key)).size === keyed.length;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Every setting is an event with its actor; what running applications keep is theirs. */
export const recruitmentModule = decider<RecruitmentModuleState>()({
  category: 'recruitmentModule',
  events,
  initial: {
    on: true,
    checklistVersion: 0,
    checklist: [],
    informationVersion: 0,
    information: [],
    requirementsVersion: 0,
    requirements: [],
    acceptedStatuses: undefined,
    legalBasis: 'consent',
    invitations: {},
    incompleteDeletion: { deleteAfterDays: 0, remindBeforeDays: 0, zone: 'Europe/Paris' },
    afterFinalRejection: { kind: 'erase-now' },
  },
  person: () => undefined,
  scope: () => 'organisation' as Scope,
  absent: refuse.ModuleUnknown,

  evolve: {
    ChecklistSet: (state, { data }) => ({
      ...state,
      checklistVersion: data.checklistVersion,
      checklist: data.items,
    }),
    InvitationCreated: (state, { data: { invitationId, campaign } }) => ({
      ...state,
      invitations: { ...state.invitations, [invitationId]: { campaign, revoked: false } },
    }),
    InvitationRevoked: (state, { data: { invitationId } }) => {
      const invitation = state.invitations[invitationId];
      return invitation
        ? {
            ...state,
            invitations: { ...state.invitations, [invitationId]: { ...invitation, revoked: true } },
          }
        : state;
    },
    LegalBasisSet: (state, { data }) => ({ ...state, legalBasis: data.legalBasis }),
    RecruitmentModuleSwitchedOn: (state) => ({ ...state, on: true }),
    RecruitmentModuleSwitchedOff: (state) => ({ ...state, on: false }),
    InformationFieldsSet: (state, { data }) => ({
      ...state,
      informationVersion: data.informationVersion,
      information: data.fields,
    }),
    RequirementsSet: (state, { data }) => ({
      ...state,
      requirementsVersion: data.requirementsVersion,
      requirements: data.requirements,
    }),
    AcceptedStatusesSet: (state, { data }) => ({ ...state, acceptedStatuses: data.statuses }),
    IncompleteDeletionSet: (state, { data }) => ({ ...state, incompleteDeletion: data }),
    FinalRejectionPolicySet: (state, { data }) => ({ ...state, ...data }),
  },

  commands: {
    SetChecklist: settle({
      input: { items: events.ChecklistSet.fields.items },
      key: ownModule,
      creates: true,
      decide: ({ items }, state) => {
        if (!areApart(items)) return refuse.ChecklistKeyRepeated();
        if (items.some(({ validFor }) => validFor !== undefined && !isPeriod(validFor)))
          return refuse.PeriodNotWhole();
        if (state.checklistVersion > 0 && isSame(items, state.checklist)) return [];
        return [events.ChecklistSet({ checklistVersion: state.checklistVersion + 1, items })];
      },
    }),

    SetInformationFields: settle({
      input: { fields: events.InformationFieldsSet.fields.fields },
      key: ownModule,
      creates: true,
      decide: ({ fields }, state) => {
        if (!areApart(fields)) return refuse.InformationKeyRepeated();
        const { informationVersion, information } = state;
        if (informationVersion > 0 && isSame(fields, information)) return [];
        return [
          events.InformationFieldsSet({ informationVersion: informationVersion + 1, fields }),
        ];
      },
    }),

    SetRequirements: settle({
      input: { requirements: events.RequirementsSet.fields.requirements },
      key: ownModule,
      creates: true,
      decide: ({ requirements }, state) => {
        if (!areApart(requirements)) return refuse.RequirementKeyRepeated();
        const { requirementsVersion } = state;
        if (requirementsVersion > 0 && isSame(requirements, state.requirements)) return [];
        return [
          events.RequirementsSet({ requirementsVersion: requirementsVersion + 1, requirements }),
        ];
      },
    }),

    /** unticking a status; at least one stays. */
    SetAcceptedStatuses: settle({
      input: { statuses: statusList },
      key: ownModule,
      creates: true,
      decide: ({ statuses }, state) => {
        if (statuses.length === 0) return refuse.NoStatusAccepted();
        const accepted = [...new Set(statuses)];
        return isSame(accepted, state.acceptedStatuses)
          ? []
          : [events.AcceptedStatusesSet({ statuses: accepted })];
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

    /** With a delay of 0 any reminder is taken: it reminds of nothing. */
    SetIncompleteDeletion: settle({
      input: events.IncompleteDeletionSet.fields,
      key: ownModule,
      creates: true,
      decide: (input, state) => {
        const { deleteAfterDays, remindBeforeDays } = input;
        if (deleteAfterDays !== 0 && remindBeforeDays >= deleteAfterDays)
          return refuse.ReminderBeforeStart({ deleteAfterDays });
        return isSame(input, state.incompleteDeletion) ? [] : [events.IncompleteDeletionSet(input)];
      },
    }),

    /** Holds for rejections from now on. */
    SetFinalRejectionPolicy: settle({
      input: events.FinalRejectionPolicySet.fields,
      key: ownModule,
      creates: true,
      decide: (input, state) => {
        const { afterFinalRejection } = input;
        if (afterFinalRejection.kind === 'restrict' && !isPeriod(afterFinalRejection.period))
          return refuse.PeriodNotWhole();
        return isSame(afterFinalRejection, state.afterFinalRejection)
          ? []
          : [events.FinalRejectionPolicySet(input)];
      },
    }),

    SwitchRecruitmentModuleOn: settle({
      input: {},
      key: ownModule,
      creates: true,
      decide: (_, { on }) => (on ? [] : [events.RecruitmentModuleSwitchedOn({})]),
    }),

    SwitchRecruitmentModuleOff: settle({
      input: {},
      key: ownModule,
      creates: true,
      decide: (_, { on }) => (on ? [events.RecruitmentModuleSwitchedOff({})] : []),
    }),

    CreateInvitation: settle({
      input: { campaign: events.InvitationCreated.fields.campaign },
      key: ownModule,
      creates: true,
      decide: ({ campaign }, { on, invitations }, { newId }) => {
        if (!on) return invitationRejections.ModuleOff();
        const isUsed = Object.values(invitations).some(
          (other) => other.campaign === campaign && !other.revoked,
        );
        return isUsed
          ? refuse.CampaignExists()
          : [events.InvitationCreated({ invitationId: newId as InvitationId, campaign })];
      },
    }),

    RevokeInvitation: settle({
      input: { invitationId: events.InvitationRevoked.fields.invitationId },
      key: ownModule,
      creates: true,
      decide: ({ invitationId }, { invitations }) => {
        const invitation = invitations[invitationId];
        if (!invitation) return invitationRejections.InvitationUnknown();
        return invitation.revoked ? [] : [events.InvitationRevoked({ invitationId })];
      },
    }),
  },
});
