import {
  command,
  decider,
  defineRejections,
  factsOf,
  ignore,
  type EventOf,
  type Scope,
} from '@vivier/kernel';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import {
  candidateEvents as events,
  type CandidateId,
  type DocumentId,
  type FileId,
} from './candidate.events.ts';

/** The newest version of one document in a candidate's vault. */
export interface CandidateDocument {
  readonly version: number;
  readonly contentHash: string;
}

export type CandidateState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'registered';
      readonly candidateId: CandidateId;
      readonly documents: Readonly<Record<DocumentId, CandidateDocument>>;
      readonly files: readonly FileId[];
    }
  | { readonly status: 'erased'; readonly candidateId: CandidateId };

type CandidateEvent = EventOf<typeof events>;

export const candidateRejections = defineRejections({
  CandidateUnknown: {
    message: 'There is no such candidate.',
    remedy: 'Register through an invitation link, or sign in again.',
  },
  InvitationUnknown: {
    message: 'This invitation link is not valid.',
    remedy: 'Ask the organisation for a new link.',
  },
  AddressTaken: {
    message: 'This address cannot be registered here.',
    remedy: 'Sign in instead, or use another address.',
  },
  DocumentUnknown: {
    message: 'There is no such document.',
    remedy: 'Ask for the list of documents and use an id from it.',
  },
  FileAlreadyUsed: {
    message: 'This upload belongs to a document already.',
    remedy: 'Request a new upload for each document or version.',
  },
});

const act = command<CandidateState, CandidateEvent>();
const { DocumentAdded, DocumentReplaced } = events;

/** A candidate acts on their own stream only. */
const own = (_: unknown, { by }: { readonly by: { readonly personId?: string } }): string =>
  by.personId ?? '';

const deposit = (
  state: Extract<CandidateState, { status: 'registered' }>,
  data: { documentId: DocumentId; version: number; contentHash: string; fileId: FileId },
): CandidateState => ({
  ...state,
  documents: {
    ...state.documents,
    [data.documentId]: { version: data.version, contentHash: data.contentHash },
  },
  files: [...state.files, data.fileId],
});

/** A person with an account at one organisation, and the vault of their documents. */
export const candidate = decider<CandidateState>()({
  category: 'candidate',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.candidateId),
  scope: () => 'account' as Scope,
  absent: candidateRejections.CandidateUnknown,

  evolve: {
    CandidateRegistered: (_, { data }) => ({
      status: 'registered',
      candidateId: data.candidateId,
      documents: {},
      files: [],
    }),
    DocumentAdded: (state, { data }) =>
      state.status === 'registered' ? deposit(state, data) : state,
    DocumentReplaced: (state, { data }) =>
      state.status === 'registered' ? deposit(state, data) : state,
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
      },
      key: (_, { newId }) => newId,
      creates: true,
      evidence: (_, __, { organisationId }) => ({
        module: factsOf(recruitmentModule, organisationId),
      }),
      decide: (input, state, { newId, evidence }) => {
        const campaign = evidence.module.state.invitations[input.invitationId];
        if (campaign === undefined) return candidateRejections.InvitationUnknown();
        if (state.status !== 'absent') return candidateRejections.AddressTaken();
        const candidateId = newId as CandidateId;
        return [events.CandidateRegistered({ ...input, candidateId, campaign })];
      },
    }),

    /** The edge has looked the upload up: its facts come with the command. */
    AddDocument: act({
      input: {
        fileId: DocumentAdded.fields.fileId,
        fileName: DocumentAdded.fields.fileName,
        mediaType: DocumentAdded.fields.mediaType,
        size: DocumentAdded.fields.size,
        contentHash: DocumentAdded.fields.contentHash,
      },
      key: own,
      decide: (input, state, { newId }) => {
        if (state.status !== 'registered') return candidateRejections.CandidateUnknown();
        if (state.files.includes(input.fileId)) return candidateRejections.FileAlreadyUsed();
        return [DocumentAdded({ ...input, documentId: newId as DocumentId, version: 1 })];
      },
    }),

    /** Applications that pinned the document follow by a saga. */
    ReplaceDocument: act({
      input: {
        documentId: DocumentReplaced.fields.documentId,
        fileId: DocumentReplaced.fields.fileId,
        fileName: DocumentReplaced.fields.fileName,
        mediaType: DocumentReplaced.fields.mediaType,
        size: DocumentReplaced.fields.size,
        contentHash: DocumentReplaced.fields.contentHash,
      },
      key: own,
      decide: (input, state) => {
        if (state.status !== 'registered') return candidateRejections.CandidateUnknown();
        const document = state.documents[input.documentId];
        if (!document) return candidateRejections.DocumentUnknown();
        if (state.files.includes(input.fileId)) return candidateRejections.FileAlreadyUsed();
        return [DocumentReplaced({ ...input, version: document.version + 1 })];
      },
    }),

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
