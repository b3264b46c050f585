import {
  ofItsStream,
  projection,
  withoutHandles,
  type Recorded,
  type Scope,
  type Sealed,
} from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
  type OverallState,
  type ReviewState,
} from '@vivier/domain/events';
import { withDocument, withoutDocument } from '../dossier/items.ts';
import {
  emptied,
  emptyEntry,
  keyed,
  unkeyed,
  type Pinned,
  type ReviewEntry,
  type Verdict,
} from './entries.ts';

export type { Remark, ReviewEntry, Verdict } from './entries.ts';

export interface ReviewSynthesis {
  readonly _id: ApplicationId;
  readonly candidateId: CandidateId;
  readonly state: OverallState | 'forgotten' | 'erased';
  readonly revision: number;
  readonly entries: readonly ReviewEntry[];
  readonly decision: Verdict | null;
  /** After a final rejection that did not erase at once, only compliance opens it. */
  readonly restricted: boolean;
}

type Doc = ReviewSynthesis | undefined;

/** Changes the entry of one document. */
const changed = (
  synthesis: Doc,
  event: Recorded & { readonly data: Pick<Pinned, 'documentId'> },
  change: (entry: ReviewEntry) => ReviewEntry,
): Doc =>
  synthesis && {
    ...synthesis,
    revision: event.revision,
    entries: synthesis.entries.map((entry) =>
      entry.documentId === event.data.documentId ? change(entry) : entry,
    ),
  };

/** The revision moves with every event of the application: a decision says what it saw. */
const noted = {
  keys: ofItsStream,
  evolve: (synthesis: Doc, { revision }: Recorded): Doc => synthesis && { ...synthesis, revision },
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
    restricted: false,
    decision: { by: event.by, at: event.at, reason: reason ?? null },
  };

const pin = {
  keys: ofItsStream,
  evolve: (
    synthesis: Doc,
    { type, revision, data }: Recorded & { readonly data: Pinned & { readonly from: ReviewState } },
  ): Doc => {
    const { documentId, version, contentHash, from } = data;
    // What is not asked for stays so, whatever its owner puts in its stead.
    const isRepinned = type === applicationEvents.DocumentRepinned.type;
    const state = isRepinned && from === 'notApplicable' ? from : 'submitted';
    const filled = <Entry extends ReviewEntry>(entry: Entry): Entry => ({
      ...entry,
      state,
      documentId,
      version,
      contentHash,
      validUntil: null,
      verdict: null,
    });
    return (
      synthesis && {
        ...synthesis,
        revision,
        entries: unkeyed(withDocument(keyed(synthesis.entries), data, filled, emptied)),
      }
    );
  },
};

/** The state of one document's review, without a verdict of anybody. */
const became = (state: ReviewState) => ({
  keys: ofItsStream,
  evolve: (synthesis: Doc, event: Recorded & { readonly data: Pinned }): Doc =>
    changed(synthesis, event, (entry) => ({ ...entry, state })),
});

/** Where a dossier stands, place by place and as a whole (*Synthèse*, R-027). */
export const reviewSynthesis = projection<ReviewSynthesis>()({
  name: 'reviewSynthesis',
  version: 2,
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
        entries: data.checklist.map(emptyEntry),
        decision: null,
        restricted: false,
      }),
    },
    StatusDeclared: noted,
    ChecklistRecomputed: {
      keys: ofItsStream,
      evolve: (synthesis, { revision, data }) =>
        synthesis && {
          ...synthesis,
          revision,
          entries: synthesis.entries.map((entry) => ({
            ...entry,
            asked: data.items.includes(entry.item),
          })),
        },
    },
    RequirementDeclared: noted,
    RequirementConfirmed: noted,
    ReviewerAssigned: noted,
    ReviewerUnassigned: noted,
    MessageSent: noted,
    MessagesRead: noted,
    DocumentSelected: pin,
    DocumentDeselected: {
      keys: ofItsStream,
      evolve: (synthesis, { revision, data }) =>
        synthesis && {
          ...synthesis,
          revision,
          entries: unkeyed(withoutDocument(keyed(synthesis.entries), data.documentId, emptied)),
        },
    },
    DocumentMarkedNotApplicable: became('notApplicable'),
    DocumentExpired: became('expired'),
    DocumentRepinned: pin,
    DocumentVerdictReset: pin,
    DocumentAccepted: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        changed(synthesis, event, (entry) => ({
          ...entry,
          state: 'valid',
          validUntil: event.data.validUntil ?? null,
          verdict: { by: event.by, at: event.at, reason: null },
        })),
    },
    DocumentRefused: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        changed(synthesis, event, (entry) => ({
          ...entry,
          state: 'refused',
          validUntil: null,
          verdict: { by: event.by, at: event.at, reason: event.data.reason },
        })),
    },
    DocumentCommented: {
      keys: ofItsStream,
      evolve: (synthesis, event) =>
        changed(synthesis, event, (entry) => ({
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
      evolve: (synthesis, event) => {
        const { reason, afterwards } = event.data;
        const now = decided(synthesis, event, 'rejectedFinally', reason);
        const restricted = afterwards !== undefined && afterwards.kind !== 'erase-now';
        return now && { ...now, restricted };
      },
    },
    ApplicationWithdrawn: {
      keys: ofItsStream,
      evolve: (synthesis, event) => decided(synthesis, event, 'withdrawn', undefined),
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
