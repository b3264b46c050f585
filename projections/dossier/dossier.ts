import {
  ofItsStream,
  projection,
  withoutHandles,
  type DomainEvent,
  type Recorded,
  type Scope,
  type Sealed,
} from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
  type ChecklistItem,
  type DocumentId,
  type OverallState,
} from '@vivier/domain/events';

export interface DossierItem extends ChecklistItem {
  readonly documentId: DocumentId | null;
  readonly version: number | null;
}

/** One application as recruiters list and open it; the person's name is not in it. */
export interface DossierDocument {
  readonly _id: ApplicationId;
  readonly candidateId: CandidateId;
  readonly campaign: string;
  readonly state: OverallState | 'forgotten' | 'erased';
  /** The revision of the application's stream that this shows: what a decision says that it saw. */
  readonly revision: number;
  readonly startedAt: string;
  readonly submittedAt: string | null;
  readonly changedAt: string;
  readonly checklistVersion: number;
  readonly items: readonly DossierItem[];
  /** Why the whole was returned, finally rejected, or accepted against a document. */
  readonly reason: Sealed<string> | null;
}

type Doc = DossierDocument | undefined;

/** Every event of the application moves the revision that a reader has seen. */
const seen = (dossier: DossierDocument, event: Recorded): DossierDocument => ({
  ...dossier,
  revision: event.revision,
  changedAt: event.at,
});

const noted = {
  keys: ofItsStream,
  evolve: (dossier: Doc, event: Recorded): Doc => dossier && seen(dossier, event),
};

const pinned = {
  keys: ofItsStream,
  evolve: (
    dossier: Doc,
    event: Recorded<
      DomainEvent<
        string,
        { readonly item: string; readonly documentId: DocumentId; readonly version: number }
      >
    >,
  ): Doc =>
    dossier && {
      ...seen(dossier, event),
      items: dossier.items.map((item) =>
        item.key === event.data.item
          ? { ...item, documentId: event.data.documentId, version: event.data.version }
          : item,
      ),
    },
};

const decided = (state: OverallState) => ({
  keys: ofItsStream,
  evolve: (
    dossier: Doc,
    event: Recorded<
      DomainEvent<
        string,
        { readonly reason?: Sealed<string>; readonly overrideReason?: Sealed<string> | undefined }
      >
    >,
  ): Doc =>
    dossier && {
      ...seen(dossier, event),
      state,
      reason: event.data.reason ?? event.data.overrideReason ?? null,
    },
});

/** Which dossiers there are, and what lies in each (*fiche*, R-025). */
export const dossier = projection<DossierDocument>()({
  name: 'dossier',
  version: 1,
  indexes: [
    { candidateId: 1 },
    { changedAt: 1 },
    { state: 1, changedAt: 1 },
    { campaign: 1, changedAt: 1 },
    { state: 1, campaign: 1, changedAt: 1 },
  ],
  events: [applicationEvents, candidateEvents],
  on: {
    ApplicationStarted: {
      keys: ofItsStream,
      evolve: (_, { at, revision, data }) => ({
        _id: data.applicationId,
        candidateId: data.candidateId,
        campaign: data.campaign,
        state: 'draft',
        revision,
        startedAt: at,
        submittedAt: null,
        changedAt: at,
        checklistVersion: data.checklistVersion,
        items: data.checklist.map((item) => ({ ...item, documentId: null, version: null })),
        reason: null,
      }),
    },
    DocumentSelected: pinned,
    DocumentRepinned: pinned,
    DocumentVerdictReset: noted,
    DocumentAccepted: noted,
    DocumentRefused: noted,
    DocumentCommented: noted,
    ApplicationSubmitted: {
      keys: ofItsStream,
      evolve: (dossier, event) =>
        dossier && {
          ...seen(dossier, event),
          state: 'submitted',
          submittedAt: event.at,
          reason: null,
        },
    },
    ApplicationAccepted: decided('accepted'),
    ApplicationReturned: decided('returned'),
    ApplicationRejectedFinally: decided('rejectedFinally'),
    DossierForgotten: {
      keys: ofItsStream,
      evolve: (dossier, event) =>
        dossier && {
          ...withoutHandles(seen(dossier, event), {
            personId: dossier.candidateId,
            scope: `application-${dossier._id}` as Scope,
          }),
          state: 'forgotten',
        },
    },
    SubjectErased: {
      keys: ({ data }) => ({ where: { candidateId: data.candidateId } }),
      evolve: (dossier, { at, data }) =>
        dossier && {
          ...withoutHandles(dossier, { personId: data.candidateId }),
          state: 'erased',
          changedAt: at,
        },
    },
  },
});
