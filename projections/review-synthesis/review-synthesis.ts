import {
  ofItsStream,
  projection,
  withoutHandles,
  type Metadata,
  type Recorded,
  type Scope,
  type Sealed,
} from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
  type DocumentId,
  type OverallState,
  type ReviewState,
} from '@vivier/domain/events';

type By = Metadata['by'];

export interface Verdict {
  readonly by: By;
  readonly at: string;
  readonly reason: Sealed<string> | null;
}

export interface Remark {
  readonly by: By;
  readonly at: string;
  readonly version: number;
  readonly comment: Sealed<string> | null;
}

/** One place of the checklist under review (*autant d'onglets que de documents à revoir*, R-028). */
export interface ReviewEntry {
  readonly item: string;
  readonly label: string;
  readonly required: boolean;
  readonly state: ReviewState;
  readonly documentId: DocumentId | null;
  readonly version: number | null;
  readonly contentHash: string | null;
  /** Of the version that lies there now; older ones are in the audit trail. */
  readonly verdict: Verdict | null;
  readonly comments: readonly Remark[];
}

export interface ReviewSynthesis {
  readonly _id: ApplicationId;
  readonly candidateId: CandidateId;
  readonly state: OverallState | 'forgotten' | 'erased';
  readonly revision: number;
  readonly entries: readonly ReviewEntry[];
  readonly decision: Verdict | null;
}

type Doc = ReviewSynthesis | undefined;

const changed = (
  synthesis: Doc,
  event: Recorded,
  item: string,
  change: (entry: ReviewEntry) => ReviewEntry,
): Doc =>
  synthesis && {
    ...synthesis,
    revision: event.revision,
    entries: synthesis.entries.map((entry) => (entry.item === item ? change(entry) : entry)),
  };

const decided = (
  synthesis: Doc,
  event: Recorded,
  state: OverallState,
  reason: Sealed<string> | undefined,
): Doc =>
  synthesis && {
    ...synthesis,
    revision: event.revision,
    state,
    decision: { by: event.by, at: event.at, reason: reason ?? null },
  };

const pin = {
  keys: ofItsStream,
  evolve: (
    synthesis: Doc,
    event: Recorded & {
      readonly data: {
        readonly item: string;
        readonly documentId: DocumentId;
        readonly version: number;
        readonly contentHash: string;
      };
    },
  ): Doc => {
    const { item, documentId, version, contentHash } = event.data;
    return changed(synthesis, event, item, (entry) => ({
      ...entry,
      state: 'submitted',
      documentId,
      version,
      contentHash,
      verdict: null,
    }));
  },
};

/** Where a dossier stands, place by place and as a whole (*Synthèse*, R-027). */
export const reviewSynthesis = projection<ReviewSynthesis>()({
  name: 'reviewSynthesis',
  version: 1,
  indexes: [{ candidateId: 1 }],
  events: [applicationEvents, candidateEvents],
  on: {
    ApplicationStarted: {
      keys: ofItsStream,
      evolve: (_, { revision, data }) => ({
        _id: data.applicationId,
        candidateId: data.candidateId,
        state: 'draft',
        revision,
        entries: data.checklist.map(({ key, label, required }) => ({
          item: key,
          label,
          required,
          state: 'missing',
          documentId: null,
          version: null,
          contentHash: null,
          verdict: null,
          comments: [],
        })),
        decision: null,
      }),
    },
    DocumentSelected: pin,
    DocumentRepinned: pin,
    DocumentVerdictReset: pin,
    DocumentAccepted: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        changed(synthesis, event, event.data.item, (entry) => ({
          ...entry,
          state: 'valid',
          verdict: { by: event.by, at: event.at, reason: null },
        })),
    },
    DocumentRefused: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        changed(synthesis, event, event.data.item, (entry) => ({
          ...entry,
          state: 'refused',
          verdict: { by: event.by, at: event.at, reason: event.data.reason },
        })),
    },
    DocumentCommented: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        changed(synthesis, event, event.data.item, (entry) => ({
          ...entry,
          comments: [
            ...entry.comments,
            {
              by: event.by,
              at: event.at,
              version: event.data.version,
              comment: event.data.comment,
            },
          ],
        })),
    },
    ApplicationSubmitted: {
      keys: ofItsStream,
      evolve: (synthesis, { revision }) =>
        synthesis && { ...synthesis, revision, state: 'submitted', decision: null },
    },
    ApplicationAccepted: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        decided(synthesis, event, 'accepted', event.data.overrideReason),
    },
    ApplicationReturned: {
      keys: ofItsStream,
      evolve: (synthesis, event) => decided(synthesis, event, 'returned', event.data.reason),
    },
    ApplicationRejectedFinally: {
      keys: ofItsStream,
      evolve: (synthesis, event) => decided(synthesis, event, 'rejectedFinally', event.data.reason),
    },
    DossierForgotten: {
      keys: ofItsStream,
      evolve: (synthesis, { revision }) =>
        synthesis && {
          ...withoutHandles(synthesis, {
            personId: synthesis.candidateId,
            scope: `application-${synthesis._id}` as Scope,
          }),
          revision,
          state: 'forgotten',
        },
    },
    SubjectErased: {
      keys: ({ data }) => ({ where: { candidateId: data.candidateId } }),
      evolve: (synthesis, { data }) =>
        synthesis && {
          ...withoutHandles(synthesis, { personId: data.candidateId }),
          state: 'erased',
        },
    },
  },
});
