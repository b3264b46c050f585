import { ofItsStream, projection, withoutHandles, type Sealed } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  consentEvents,
  type ApplicationId,
  type CandidateId,
  type ConsentId,
  type DocumentId,
  type FileId,
  type OverallState,
} from '@vivier/domain/events';

export interface DocumentVersion {
  readonly version: number;
  readonly fileId: FileId;
  readonly fileName: Sealed<string> | null;
  readonly mediaType: string;
  readonly size: number;
  readonly contentHash: string;
  readonly at: string;
}

export interface SpaceDocument {
  readonly documentId: DocumentId;
  /** The oldest first. */
  readonly versions: readonly DocumentVersion[];
}

/** One change of one's own information. */
export interface Amended {
  readonly at: string;
  readonly fields: readonly string[];
  readonly values: Sealed<Readonly<Record<string, string>>> | null;
}

/** What is known of a person: the one place where their name stands. */
export interface CandidateSpace {
  readonly _id: CandidateId;
  readonly fullName: Sealed<string> | null;
  readonly email: Sealed<string> | null;
  readonly campaign: string;
  readonly registeredAt: string;
  readonly erasedAt: string | null;
  /** When they followed an activation link. */
  readonly confirmedAt: string | null;
  /** What they said in *mes infos*, change by change, the oldest first. */
  readonly information: readonly Amended[];
  /** Keys of what is filled. */
  readonly filled: readonly string[];
  /** Applications that are accepted: with one the space is the whole one. */
  readonly openedBy: readonly string[];
  /** When the account goes, where the candidate was warned of it. */
  readonly deleteAt: string | null;
  readonly documents: readonly SpaceDocument[];
  readonly applications: readonly {
    readonly applicationId: ApplicationId;
    readonly campaign: string;
    readonly state: OverallState | 'forgotten';
    /** Finally rejected and kept: open to compliance alone. */
    readonly restricted: boolean;
  }[];
  readonly consents: readonly {
    readonly consentId: ConsentId;
    readonly purpose: string;
    readonly textVersion: string;
    readonly channel: string;
    readonly at: string;
  }[];
}

const ofItsPerson = (event: { readonly personId?: string }): readonly string[] =>
  event.personId === undefined ? [] : [event.personId];

const moved = (state: OverallState | 'forgotten') => ({
  keys: ofItsPerson,
  evolve: (space: CandidateSpace | undefined, { key }: { readonly key: string }) =>
    space && {
      ...space,
      applications: space.applications.map((application) =>
        application.applicationId === key
          ? { ...application, state, restricted: false }
          : application,
      ),
    },
});

/** The candidate's own space (*mon espace*, R-094, R-096). */
export const candidateSpace = projection<CandidateSpace>()({
  name: 'candidateSpace',
  version: 2,
  indexes: [],
  events: [candidateEvents, applicationEvents, consentEvents],
  on: {
    CandidateRegistered: {
      keys: ofItsStream,
      evolve: (_, { at, data }) => ({
        _id: data.candidateId,
        fullName: data.fullName,
        email: data.email,
        campaign: data.campaign,
        registeredAt: at,
        erasedAt: null,
        confirmedAt: null,
        information: [],
        filled: [],
        openedBy: [],
        deleteAt: null,
        documents: [],
        applications: [],
        consents: [],
      }),
    },
    DocumentAdded: {
      keys: ofItsStream,
      evolve: (space, { at, data: { documentId, ...version } }) =>
        space && {
          ...space,
          documents: [...space.documents, { documentId, versions: [{ ...version, at }] }],
        },
    },
    DocumentReplaced: {
      keys: ofItsStream,
      evolve: (space, { at, data: { documentId, ...version } }) =>
        space && {
          ...space,
          documents: space.documents.map((document) =>
            document.documentId === documentId
              ? { ...document, versions: [...document.versions, { ...version, at }] }
              : document,
          ),
        },
    },
    DocumentRenamed: {
      keys: ofItsStream,
      evolve: (space, { data: { documentId, version, fileName } }) =>
        space && {
          ...space,
          documents: space.documents.map((document) =>
            document.documentId === documentId
              ? {
                  ...document,
                  versions: document.versions.map((one) =>
                    one.version === version ? { ...one, fileName } : one,
                  ),
                }
              : document,
          ),
        },
    },
    DocumentRemoved: {
      keys: ofItsStream,
      evolve: (space, { data }) =>
        space && {
          ...space,
          documents: space.documents.filter(({ documentId }) => documentId !== data.documentId),
        },
    },
    OwnInformationAmended: {
      keys: ofItsStream,
      evolve: (space, { at, data: { fields, filled, values } }) =>
        space && {
          ...space,
          filled,
          // A change that later ones have replaced as a whole says nothing any more.
          information: [
            ...space.information.filter(
              (older) => !older.fields.every((field) => fields.includes(field)),
            ),
            { at, fields, values },
          ],
        },
    },
    AccountConfirmed: {
      keys: ofItsStream,
      evolve: (space, { at }) => space && { ...space, confirmedAt: at },
    },
    LoginEmailChanged: {
      keys: ofItsStream,
      evolve: (space, { data: { email } }) => space && { ...space, email },
    },
    SpaceOpened: {
      keys: ofItsStream,
      evolve: (space, { data: { applicationId } }) =>
        space && {
          ...space,
          openedBy: [...space.openedBy.filter((id) => id !== applicationId), applicationId],
        },
    },
    SpaceLimited: {
      keys: ofItsStream,
      evolve: (space, { data: { applicationId } }) =>
        space && { ...space, openedBy: space.openedBy.filter((id) => id !== applicationId) },
    },
    DeletionWarned: {
      keys: ofItsStream,
      evolve: (space, { data: { applicationId, deleteAt } }) =>
        space && (applicationId === undefined ? { ...space, deleteAt } : space),
    },
    DeletionCancelled: {
      keys: ofItsStream,
      evolve: (space, { data: { applicationId } }) =>
        space && (applicationId === undefined ? { ...space, deleteAt: null } : space),
    },
    SubjectErased: {
      keys: ofItsStream,
      evolve: (space, { at, data }) =>
        space && {
          ...withoutHandles(space, { personId: data.candidateId }),
          erasedAt: at,
          deleteAt: null,
        },
    },
    ConsentGranted: {
      keys: ofItsPerson,
      evolve: (space, { at, data: { candidateId: _, ...consent } }) =>
        space && {
          ...space,
          consents: [
            ...space.consents.filter(({ consentId }) => consentId !== consent.consentId),
            { ...consent, at },
          ],
        },
    },
    ApplicationStarted: {
      keys: ofItsPerson,
      evolve: (space, { data: { applicationId, campaign } }) =>
        space && {
          ...space,
          applications: [
            // One that was withdrawn begins anew under its id.
            ...space.applications.filter((other) => other.applicationId !== applicationId),
            { applicationId, campaign, state: 'draft', restricted: false },
          ],
        },
    },
    ApplicationSubmitted: moved('submitted'),
    ApplicationAccepted: moved('accepted'),
    ApplicationReturned: moved('returned'),
    ApplicationRejectedFinally: {
      keys: ofItsPerson,
      evolve: (space, { key, data: { afterwards } }) =>
        space && {
          ...space,
          applications: space.applications.map((application) =>
            application.applicationId === key
              ? {
                  ...application,
                  state: 'rejectedFinally',
                  restricted: afterwards !== undefined && afterwards.kind !== 'erase-now',
                }
              : application,
          ),
        },
    },
    ApplicationWithdrawn: moved('withdrawn'),
    DossierForgotten: moved('forgotten'),
  },
});
