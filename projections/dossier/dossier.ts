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
  applicationEvents as events,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
  type DocumentId,
  type InformationField,
  type LanguageLevel,
  type MessageSide,
  type OverallState,
  type Requirement,
  type RequirementOutcome,
  type ReviewState,
  type WorkerStatus,
} from '@vivier/domain/events';
import { accepted, emptyItem, placed, takenOut, type DossierItem } from './items.ts';
import { queueOf, type Queue } from './queues.ts';

/** What is asked, and what the candidate declared about it. */
export interface DossierRequirement {
  readonly asked: Requirement;
  readonly outcome: RequirementOutcome | null;
  readonly level: LanguageLevel | null;
  readonly answer: Sealed<string> | null;
  readonly confirmed: boolean | null;
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
  readonly information: readonly InformationField[];
  readonly acceptedStatuses: readonly WorkerStatus[] | null;
  readonly workerStatus: WorkerStatus | null;
  readonly requirements: readonly DossierRequirement[];
  /** Where it waits, and since when. */
  readonly queue: Queue | 'none';
  readonly waitingSince: string;
  /** An account's id; empty where nobody looks after it. */
  readonly reviewerId: string;
  /** Messages that a side has not read. */
  readonly unread: Readonly<Record<MessageSide, number>>;
  /** Why the whole was returned, finally rejected, or accepted against a document. */
  readonly reason: Sealed<string> | null;
  /** When the deletion that the candidate was warned of happens. */
  readonly deleteAt: string | null;
  /** When its final rejection erases; null where the policy keeps it, or it is not rejected. */
  readonly eraseAt: string | null;
  /** After a final rejection that did not erase at once, only compliance opens it. */
  readonly restricted: boolean;
}

type Doc = DossierDocument | undefined;

/** Every event of the application moves the revision that a reader has seen. */
const seen = (dossier: DossierDocument, event: Recorded): DossierDocument => {
  const queue = queueOf(dossier.state, dossier.items);
  return {
    ...dossier,
    revision: event.revision,
    changedAt: event.at,
    queue,
    waitingSince: queue === dossier.queue ? dossier.waitingSince : event.at,
  };
};

/** An event of the application's own stream, and what it changes besides the revision. */
const changes = <Event extends DomainEvent>(
  change: (dossier: DossierDocument, event: Recorded<Event>) => Partial<DossierDocument>,
) => ({
  keys: ofItsStream,
  evolve: (dossier: Doc, event: Recorded<Event>): Doc =>
    dossier && seen({ ...dossier, ...change(dossier, event) }, event),
});

/** The same of an event that is named, so that its data are known. */
const on = <Event extends DomainEvent>(
  _of: (data: never) => Event,
  change: (dossier: DossierDocument, event: Recorded<Event>) => Partial<DossierDocument>,
) => changes(change);

const noted = changes(() => ({}));

type Placed = DomainEvent<
  string,
  {
    readonly item: string;
    readonly documentId: DocumentId;
    readonly version: number;
    readonly validUntil?: string | undefined;
  }
>;

const reviewed = (state: ReviewState) =>
  changes<Placed>(({ items }, { data: { validUntil, ...data } }) => ({
    items: placed(items, state === 'valid' ? { ...data, validUntil } : data, state),
  }));

const decided = (state: OverallState) =>
  changes<
    DomainEvent<
      string,
      {
        readonly reason?: Sealed<string>;
        readonly overrideReason?: Sealed<string> | undefined;
        readonly eraseAt?: string | undefined;
        readonly afterwards?: { readonly kind: string } | undefined;
        readonly overridden?: readonly string[];
      }
    >
  >(({ items }, { data: { reason, overrideReason, eraseAt, afterwards, overridden } }) => ({
    state,
    items: overridden ? accepted(items, overridden) : items,
    reason: reason ?? overrideReason ?? null,
    eraseAt: eraseAt ?? null,
    restricted: afterwards !== undefined && afterwards.kind !== 'erase-now',
    deleteAt: null,
  }));

/** A deletion is announced on the person's own stream: it names the application that it is about. */
const itsDossier = ({
  data: { applicationId },
}: {
  readonly data: { readonly applicationId?: string | undefined };
}): readonly string[] => (applicationId === undefined ? [] : [applicationId]);

/** Which dossiers there are, and what lies in each (*fiche*, R-025). */
export const dossier = projection<DossierDocument>()({
  name: 'dossier',
  version: 2,
  indexes: [
    { candidateId: 1 },
    { changedAt: 1 },
    { state: 1, changedAt: 1 },
    { campaign: 1, changedAt: 1 },
    { state: 1, campaign: 1, changedAt: 1 },
    { queue: 1, waitingSince: 1 },
    { queue: 1, reviewerId: 1, waitingSince: 1 },
  ],
  events: [events, candidateEvents],
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
        items: data.checklist.map((item) => emptyItem(item, item.statuses === undefined)),
        information: data.information ?? [],
        acceptedStatuses: data.acceptedStatuses ?? null,
        workerStatus: null,
        requirements: (data.requirements ?? []).map((asked) => ({
          ...{ asked, outcome: null, level: null, answer: null, confirmed: null },
        })),
        queue: 'waitingForCandidate',
        waitingSince: at,
        reviewerId: '',
        unread: { candidate: 0, organisation: 0 },
        reason: null,
        deleteAt: null,
        eraseAt: null,
        restricted: false,
      }),
    },
    StatusDeclared: on(events.StatusDeclared, (_, { data: { status } }) => ({
      workerStatus: status,
    })),
    ChecklistRecomputed: on(events.ChecklistRecomputed, ({ items }, { data }) => ({
      items: items.map((row) => ({ ...row, asked: data.items.includes(row.key) })),
    })),
    RequirementDeclared: on(events.RequirementDeclared, ({ requirements }, { data }) => ({
      requirements: requirements.map((one) =>
        one.asked.key === data.requirement
          ? {
              asked: one.asked,
              outcome: data.outcome,
              level: data.level ?? null,
              answer: data.answer ?? null,
              confirmed: null,
            }
          : one,
      ),
    })),
    RequirementConfirmed: on(
      events.RequirementConfirmed,
      ({ requirements }, { data: { requirement, confirmed } }) => ({
        requirements: requirements.map((one) =>
          one.asked.key === requirement ? { ...one, confirmed } : one,
        ),
      }),
    ),
    DocumentSelected: reviewed('submitted'),
    DocumentDeselected: on(events.DocumentDeselected, ({ items }, { data }) => ({
      items: takenOut(items, data),
    })),
    DocumentRepinned: on(events.DocumentRepinned, ({ items }, { data }) => ({
      // What is not asked for stays so, whatever its owner puts in its stead.
      items: placed(items, data, data.from === 'notApplicable' ? data.from : 'submitted'),
    })),
    DocumentVerdictReset: reviewed('submitted'),
    DocumentAccepted: reviewed('valid'),
    DocumentRefused: reviewed('refused'),
    DocumentMarkedNotApplicable: reviewed('notApplicable'),
    DocumentExpired: reviewed('expired'),
    DocumentCommented: noted,
    ReviewerAssigned: on(events.ReviewerAssigned, (_, { data: { reviewerId } }) => ({
      reviewerId,
    })),
    ReviewerUnassigned: on(events.ReviewerUnassigned, () => ({ reviewerId: '' })),
    MessageSent: on(events.MessageSent, ({ unread }, { data: { side } }) => ({
      unread:
        side === 'candidate'
          ? { ...unread, organisation: unread.organisation + 1 }
          : { ...unread, candidate: unread.candidate + 1 },
    })),
    MessagesRead: on(events.MessagesRead, ({ unread }, { data: { side } }) => ({
      unread: { ...unread, [side]: 0 },
    })),
    ApplicationSubmitted: on(events.ApplicationSubmitted, (_, { at }) => ({
      state: 'submitted',
      submittedAt: at,
      reason: null,
      deleteAt: null,
    })),
    ApplicationAccepted: decided('accepted'),
    ApplicationReturned: decided('returned'),
    ApplicationRejectedFinally: decided('rejectedFinally'),
    ApplicationWithdrawn: on(events.ApplicationWithdrawn, () => ({
      state: 'withdrawn',
      reason: null,
      deleteAt: null,
    })),
    DeletionWarned: {
      keys: itsDossier,
      evolve: (dossier, { data: { deleteAt } }) => dossier && { ...dossier, deleteAt },
    },
    DeletionCancelled: {
      keys: itsDossier,
      evolve: (dossier) => dossier && { ...dossier, deleteAt: null },
    },
    DossierForgotten: {
      keys: ofItsStream,
      evolve: (dossier, event) =>
        dossier &&
        seen(
          {
            ...withoutHandles(dossier, {
              personId: dossier.candidateId,
              scope: `application-${dossier._id}` as Scope,
            }),
            state: 'forgotten',
            deleteAt: null,
            eraseAt: null,
          },
          event,
        ),
    },
    SubjectErased: {
      keys: ({ data }) => ({ where: { candidateId: data.candidateId } }),
      evolve: (dossier, { at, data }) =>
        dossier && {
          ...withoutHandles(dossier, { personId: data.candidateId }),
          state: 'erased',
          changedAt: at,
          queue: 'none',
          deleteAt: null,
          eraseAt: null,
        },
    },
  },
});
