import {
  projection,
  withoutHandles,
  type DomainEvent,
  type EventId,
  type Metadata,
  type Position,
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
  type ReviewState,
} from '@vivier/domain/events';

/**
 * One thing that happened to one document: who, in which role, when, to which version, from which
 * state to which, why, caused by which command. Entries are only ever added.
 */
export interface TrailEntry {
  readonly _id: EventId;
  readonly documentId: DocumentId;
  readonly position: Position;
  readonly candidateId: CandidateId;
  /** Null for what happened in the candidate's vault, before or beside any application. */
  readonly applicationId: ApplicationId | null;
  readonly item: string | null;
  /** The event's own name. */
  readonly event: string;
  readonly at: string;
  readonly by: Metadata['by'];
  readonly version: number;
  readonly contentHash: string;
  readonly from: ReviewState | null;
  readonly to: ReviewState | null;
  readonly reason: Sealed<string> | null;
  readonly comment: Sealed<string> | null;
  readonly command: string;
  readonly commandId: string;
  readonly causationId: string;
}

interface About {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly contentHash: string;
  readonly item?: string;
  readonly from?: ReviewState;
  readonly reason?: Sealed<string>;
  readonly comment?: Sealed<string>;
}

const entry = (
  event: Recorded<DomainEvent<string, About>>,
  applicationId: ApplicationId | null,
  to: ReviewState | null,
): TrailEntry | undefined =>
  event.personId && {
    _id: event.id,
    documentId: event.data.documentId,
    position: event.position,
    candidateId: event.personId,
    applicationId,
    item: event.data.item ?? null,
    event: event.type,
    at: event.at,
    by: event.by,
    version: event.data.version,
    contentHash: event.data.contentHash,
    from: event.data.from ?? null,
    to,
    reason: event.data.reason ?? null,
    comment: event.data.comment ?? null,
    command: event.command,
    commandId: event.commandId,
    causationId: event.causationId,
  };

const itself = (event: Recorded): readonly string[] => [event.id];

const inVault = {
  keys: itself,
  evolve: (_: unknown, event: Recorded<DomainEvent<string, About>>) => entry(event, null, null),
};

/** `to` is left out where the event leaves the state of the review as it was. */
const inReview = (to?: ReviewState) => ({
  keys: itself,
  evolve: (_: unknown, event: Recorded<DomainEvent<string, About>>) =>
    entry(event, event.key as ApplicationId, to ?? event.data.from ?? null),
});

/** The history of every document, for ever; names and words go with the person, facts stay. */
export const documentAuditTrail = projection<TrailEntry>()({
  name: 'documentAuditTrail',
  version: 1,
  indexes: [{ documentId: 1, position: 1 }, { candidateId: 1 }, { applicationId: 1 }],
  events: [candidateEvents, applicationEvents],
  on: {
    DocumentAdded: inVault,
    DocumentReplaced: inVault,
    DocumentSelected: inReview('submitted'),
    DocumentRepinned: inReview(),
    DocumentVerdictReset: inReview('submitted'),
    DocumentAccepted: inReview('valid'),
    DocumentRefused: inReview('refused'),
    DocumentCommented: inReview(),
    DossierForgotten: {
      keys: ({ data }) => ({ where: { applicationId: data.applicationId } }),
      evolve: (trail, { data }) =>
        trail &&
        withoutHandles(trail, {
          personId: data.candidateId,
          scope: `application-${data.applicationId}` as Scope,
        }),
    },
    SubjectErased: {
      keys: ({ data }) => ({ where: { candidateId: data.candidateId } }),
      evolve: (trail, { data }) => trail && withoutHandles(trail, { personId: data.candidateId }),
    },
  },
});
