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

/** What is known of a person: the one place where their name stands. */
export interface CandidateSpace {
  readonly _id: CandidateId;
  readonly fullName: Sealed<string> | null;
  readonly email: Sealed<string> | null;
  readonly campaign: string;
  readonly registeredAt: string;
  readonly erasedAt: string | null;
  readonly documents: readonly SpaceDocument[];
  readonly applications: readonly {
    readonly applicationId: ApplicationId;
    readonly campaign: string;
    readonly state: OverallState | 'forgotten';
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
        application.applicationId === key ? { ...application, state } : application,
      ),
    },
});

/** The candidate's own space (*mon espace*, R-094, R-096). */
export const candidateSpace = projection<CandidateSpace>()({
  name: 'candidateSpace',
  version: 1,
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
    SubjectErased: {
      keys: ofItsStream,
      evolve: (space, { at, data }) =>
        space && { ...withoutHandles(space, { personId: data.candidateId }), erasedAt: at },
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
          applications: [...space.applications, { applicationId, campaign, state: 'draft' }],
        },
    },
    ApplicationSubmitted: moved('submitted'),
    ApplicationAccepted: moved('accepted'),
    ApplicationReturned: moved('returned'),
    ApplicationRejectedFinally: moved('rejectedFinally'),
    DossierForgotten: moved('forgotten'),
  },
});
