import {
  command,
  decider,
  factsOf,
  ignore,
  type DomainEvent,
  type EventOf,
  type Scope,
} from '@vivier/kernel';
import { invitationOf } from '../recruitment-module/invitation.ts';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import { accountCommands } from './account-commands.ts';
import { candidateEvents as events, type CandidateId } from './candidate.events.ts';
import { deletionCommands } from './deletion-commands.ts';
import { ownCommands } from './own-documents.ts';
import { candidateRejections } from './rejections.ts';
import { linkSent, newLink, withoutLinks } from './sent-links.ts';
import { spaceCommands } from './space-commands.ts';
import { clockOf, ifRegistered, ownAction, type CandidateState } from './state.ts';

export { accountRejections } from './account-rejections.ts';
export { candidateRejections } from './rejections.ts';
export { refusalOfLink, type LinkKind } from './sent-links.ts';
export type { CandidateDocument, CandidateState } from './state.ts';

type CandidateEvent = EventOf<typeof events>;
/** One event as it is recorded, by its constructor. */
type Told<Type extends (data: never) => DomainEvent> = ReturnType<Type> & { readonly at: string };

const act = command<CandidateState, CandidateEvent>();

const deposited = ownAction(
  (state, { data }: Told<typeof events.DocumentAdded> | Told<typeof events.DocumentReplaced>) => {
    const { documentId, version, contentHash, mediaType, fileId } = data;
    const files = [...(state.documents[documentId]?.files ?? []), fileId];
    return {
      ...state,
      documents: { ...state.documents, [documentId]: { version, contentHash, mediaType, files } },
      files: [...state.files, fileId],
    };
  },
);

/** A person with an account at one organisation, and the vault of their documents. */
export const candidate = decider<CandidateState>()({
  category: 'candidate',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.candidateId),
  scope: () => 'account' as Scope,
  absent: candidateRejections.CandidateUnknown,

  evolve: {
    CandidateRegistered: (_, { at, data }) => ({
      status: 'registered',
      candidateId: data.candidateId,
      invitationId: data.invitationId,
      locale: data.locale,
      confirmed: false,
      links: {},
      documents: {},
      files: [],
      filled: [],
      openedBy: [],
      announced: {},
      lastActionAt: at,
    }),
    DocumentAdded: deposited,
    DocumentReplaced: deposited,
    DocumentRenamed: ownAction((state) => state),
    DocumentRemoved: ownAction((state, { data }) => {
      const { [data.documentId]: _, ...documents } = state.documents;
      return { ...state, documents };
    }),
    OwnInformationAmended: ownAction((state, { data: { filled } }) => ({ ...state, filled })),
    ActivationRequested: linkSent('activation'),
    PasswordResetRequested: linkSent('passwordReset'),
    AddressChangeRequested: linkSent('addressChange'),
    AccountConfirmed: ifRegistered((state) => ({
      ...withoutLinks(state, 'activation'),
      confirmed: true,
    })),
    // Whoever had the old password may have asked for another address with it.
    PasswordReset: ifRegistered((state) => withoutLinks(state, 'passwordReset', 'addressChange')),
    // What was sent to the old address is no proof any more.
    LoginEmailChanged: ifRegistered((state) =>
      withoutLinks(state, 'activation', 'passwordReset', 'addressChange'),
    ),
    SpaceOpened: ifRegistered((state, { data: { applicationId } }) => ({
      ...state,
      openedBy: [...state.openedBy.filter((id) => id !== applicationId), applicationId],
    })),
    SpaceLimited: ifRegistered((state, { data: { applicationId } }) => ({
      ...state,
      openedBy: state.openedBy.filter((id) => id !== applicationId),
    })),
    DeletionWarned: ifRegistered((state, { at, data: { applicationId, deleteAt } }) => ({
      ...state,
      announced: { ...state.announced, [clockOf(applicationId)]: { deleteAt, warnedAt: at } },
    })),
    DeletionCancelled: ifRegistered((state, { data: { applicationId } }) => {
      const { [clockOf(applicationId)]: _, ...announced } = state.announced;
      return { ...state, announced };
    }),
    PersonalDataOpened: ignore,
    SubjectErased: (_, { data }) => ({ status: 'erased', candidateId: data.candidateId }),
  },

  commands: {
    /** Follows an invitation. The address is claimed in the vault before this is appended. */
    RegisterCandidate: act({
      input: {
        invitationId: events.CandidateRegistered.fields.invitationId,
        fullName: events.CandidateRegistered.fields.fullName,
        email: events.CandidateRegistered.fields.email,
        locale: events.CandidateRegistered.fields.locale,
      },
      key: (_, { newId }) => newId,
      creates: true,
      evidence: (_, __, { organisationId }) => ({
        module: factsOf(recruitmentModule, organisationId),
      }),
      decide: (input, state, { at, newId, derive, evidence }) => {
        const invitation = invitationOf(evidence.module.state, input.invitationId);
        if ('rejected' in invitation) return invitation;
        if (state.status !== 'absent') return candidateRejections.AddressTaken();
        const candidateId = newId as CandidateId;
        const { campaign } = invitation;
        return [
          events.CandidateRegistered({ ...input, candidateId, campaign }),
          events.ActivationRequested(newLink('activation', derive('link', newId), at)),
        ];
      },
    }),

    ...ownCommands,
    ...deletionCommands,
    ...spaceCommands,
    ...accountCommands,

    /** Written down before anything is opened; of who was erased there is nothing to open. */
    OpenPersonalData: act({
      input: {
        candidateId: events.CandidateRegistered.fields.candidateId,
        reason: events.PersonalDataOpened.fields.reason,
      },
      key: ({ candidateId }) => candidateId,
      decide: ({ reason }, state) =>
        state.status === 'registered' ? [events.PersonalDataOpened({ reason })] : [],
    }),
  },
});
