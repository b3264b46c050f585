import {
  projection,
  Sealed,
  withoutHandles,
  type EventId,
  type Metadata,
  type Position,
  type Recorded,
  type Scope,
} from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  erasureEvents,
  mailEvents,
  type ApplicationId,
  type CandidateId,
  type DocumentId,
} from '@vivier/domain/events';

/**
 * One thing that happened: who, in which role, when, to which version of what, from which state to which,
 * why, caused by which command. Entries are only ever added.
 */
export interface TrailEntry {
  readonly _id: EventId;
  readonly position: Position;
  readonly candidateId: CandidateId;
  /** Null for what happened beside any application. */
  readonly applicationId: ApplicationId | null;
  readonly documentId: DocumentId | null;
  readonly item: string | null;
  /** The event's own name. */
  readonly event: string;
  readonly at: string;
  readonly by: Metadata['by'];
  readonly version: number | null;
  readonly contentHash: string | null;
  /** Where it stood before and stands after: a state, a status, a person's account id. */
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: Sealed<string> | null;
  readonly comment: Sealed<string> | null;
  /** What else was said, by the name of its field: a message, an answer, a file's name. */
  readonly words: Readonly<Record<string, Sealed>>;
  /** What else is a fact of it, by name. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly command: string;
  readonly commandId: string;
  readonly causationId: string;
}

/** What the fields of events are called that have a place of their own in an entry. */
interface Known {
  readonly candidateId?: CandidateId;
  readonly applicationId?: ApplicationId;
  readonly documentId?: DocumentId;
  readonly item?: string;
  readonly version?: number;
  readonly contentHash?: string;
  readonly from?: unknown;
  readonly reason?: Sealed<string>;
  readonly overrideReason?: Sealed<string>;
  readonly comment?: Sealed<string>;
}

const words = (state: unknown): string | null => {
  if (typeof state === 'boolean') return String(state);
  return typeof state === 'string' ? state : null;
};

/** The fields of which an event's facts say where it stands after; the first that is there counts. */
const AFTER = ['status', 'outcome', 'confirmed', 'reviewerId'] as const;

const entryOf = (
  event: Recorded,
  applicationId: ApplicationId | null,
  to: string | undefined,
): TrailEntry | undefined => {
  const { candidateId, documentId, item, version, contentHash, from, ...others } =
    event.data as Known;
  const { reason, overrideReason, comment, applicationId: _, ...rest } = others;
  const personId = event.personId ?? candidateId;
  if (!personId) return undefined;
  const fields = Object.entries<unknown>(rest);
  const isWords = (field: [string, unknown]): field is [string, Sealed] =>
    field[1] instanceof Sealed;
  const facts = Object.fromEntries(fields.filter((field) => !isWords(field)));
  const after = AFTER.map((name) => facts[name]).find((value) => value !== undefined);
  return {
    _id: event.id,
    position: event.position,
    candidateId: personId,
    applicationId,
    documentId: documentId ?? null,
    item: item ?? null,
    event: event.type,
    at: event.at,
    by: event.by,
    version: version ?? null,
    contentHash: contentHash ?? null,
    from: words(from),
    to: to ?? words(after) ?? words(from),
    reason: reason ?? overrideReason ?? null,
    comment: comment ?? null,
    words: Object.fromEntries(fields.filter(isWords)),
    facts,
    command: event.command,
    commandId: event.commandId,
    causationId: event.causationId,
  };
};

const itself = (event: Recorded): readonly string[] => [event.id];

/** Beside any application, or about the one that the event names. */
const beside = {
  keys: itself,
  evolve: (_: unknown, event: Recorded) =>
    entryOf(event, (event.data as Known).applicationId ?? null, undefined),
};

/** In an application; `to` is left out where the event's facts say where it stands after. */
const within = (to?: string) => ({
  keys: itself,
  evolve: (_: unknown, event: Recorded) => entryOf(event, event.key as ApplicationId, to),
});

/** The history of every dossier, for ever; names and words go with the person, facts stay. */
export const auditTrail = projection<TrailEntry>()({
  name: 'auditTrail',
  version: 1,
  indexes: [
    { documentId: 1, position: 1 },
    { applicationId: 1, position: 1 },
    { candidateId: 1, position: 1 },
  ],
  events: [candidateEvents, applicationEvents, mailEvents, erasureEvents],
  on: {
    CandidateRegistered: beside,
    DocumentAdded: beside,
    DocumentReplaced: beside,
    DocumentRenamed: beside,
    DocumentRemoved: beside,
    OwnInformationAmended: beside,
    ActivationRequested: beside,
    AccountConfirmed: beside,
    PasswordResetRequested: beside,
    PasswordReset: beside,
    AddressChangeRequested: beside,
    LoginEmailChanged: beside,
    SpaceOpened: beside,
    SpaceLimited: beside,
    DeletionWarned: beside,
    DeletionCancelled: beside,
    PersonalDataOpened: beside,
    MailSent: beside,
    MailNotSent: beside,
    KeysDestroyed: beside,
    CopiesCleaned: beside,
    ApplicationStarted: within('draft'),
    StatusDeclared: within(),
    ChecklistRecomputed: within(),
    RequirementDeclared: within(),
    RequirementConfirmed: within(),
    DocumentSelected: within('submitted'),
    DocumentDeselected: within('missing'),
    DocumentRepinned: within(),
    DocumentVerdictReset: within('submitted'),
    DocumentAccepted: within('valid'),
    DocumentRefused: within('refused'),
    DocumentCommented: within(),
    DocumentMarkedNotApplicable: within('notApplicable'),
    DocumentExpired: within('expired'),
    ReviewerAssigned: within(),
    ReviewerUnassigned: within('nobody'),
    MessageSent: within(),
    MessagesRead: within(),
    ApplicationSubmitted: within('submitted'),
    ApplicationAccepted: within('accepted'),
    ApplicationReturned: within('returned'),
    ApplicationRejectedFinally: within('rejectedFinally'),
    ApplicationWithdrawn: within('withdrawn'),
    DossierForgotten: {
      keys: ({ id, data }) => ({ where: { applicationId: data.applicationId }, and: [id] }),
      evolve: (trail, event) =>
        trail
          ? withoutHandles(trail, {
              personId: event.data.candidateId,
              scope: `application-${event.data.applicationId}` as Scope,
            })
          : entryOf(event, event.data.applicationId, 'forgotten'),
    },
    SubjectErased: {
      keys: ({ id, data }) => ({ where: { candidateId: data.candidateId }, and: [id] }),
      evolve: (trail, event) =>
        trail
          ? withoutHandles(trail, { personId: event.data.candidateId })
          : entryOf(event, null, 'erased'),
    },
  },
});
