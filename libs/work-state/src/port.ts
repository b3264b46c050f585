import type { EventId, OrganisationId, PersonId, Position, StreamName } from '@vivier/kernel';
import type { Leases } from './leases.ts';
import type { Processes } from './processes.ts';

/** One thing that will be sent at `due` unless the instance's agenda changes first. */
export interface AgendaEntry {
  readonly organisationId: OrganisationId;
  readonly saga: string;
  readonly instance: string;
  /** Names the entry within its instance; derived, so that the same fact always gives the same key. */
  readonly key: string;
  /** ms since 1970, a whole number. */
  readonly due: number;
  /** The command and its causes, as JSON; facts only, never a personal value. */
  readonly payload: string;
}

export interface SagaInstance {
  readonly organisationId: OrganisationId;
  readonly instance: string;
  /** The folded state as JSON; `undefined` forgets the instance. */
  readonly state: string | undefined;
  /** Replaces all entries that the instance had. Each is its own: same organisation, saga, instance. */
  readonly agenda: readonly AgendaEntry[];
}

/** What applies to all instances that a saga has of an organisation. */
export interface SagaSettings {
  readonly organisationId: OrganisationId;
  /** The folded settings as JSON. */
  readonly settings: string;
}

/** How far changed settings have come among an organisation's instances, in the order of their names. */
export interface Unreached {
  readonly organisationId: OrganisationId;
  /** The last instance that they have reached; '' before the first one. */
  readonly after: string;
}

/** Settings come a page of instances further. */
export interface Reached extends Unreached {
  /** The last instance of this page; `undefined`: there are no more, all are reached. */
  readonly upTo: string | undefined;
}

/** What a saga made of one page of the log; all of it is stored, or nothing. */
export interface SagaBatch {
  readonly saga: string;
  /** Refused (SagaPositionMoved) when the stored position is another one. */
  readonly from: Position;
  readonly to: Position;
  readonly instances: readonly SagaInstance[];
  /** Replaced; all instances of these organisations are unreached from then on. */
  readonly settings?: readonly SagaSettings[];
  /** Refused (SagaPositionMoved) when the settings have come elsewhere than `after` meanwhile. */
  readonly reached?: Reached;
}

/** Positions, states, settings and agendas of sagas: what is not derived again at each start. */
export interface WorkState {
  position(saga: string): Promise<Position>;
  /** The stored states, in the order asked; `undefined` where there is none. */
  states(
    saga: string,
    instances: readonly { readonly organisationId: OrganisationId; readonly instance: string }[],
  ): Promise<readonly (string | undefined)[]>;
  /** The stored settings of an organisation; `undefined` where there are none. */
  settings(saga: string, organisationId: OrganisationId): Promise<string | undefined>;
  /** Organisations whose changed settings have yet to reach instances of this saga. */
  unreached(saga: string): Promise<readonly Unreached[]>;
  /** At most `limit` instances that have a state, in the order of their names, after the one named. */
  instancesAfter(
    saga: string,
    organisationId: OrganisationId,
    after: string,
    limit: number,
  ): Promise<readonly { readonly instance: string; readonly state: string }[]>;
  /** What one instance has in its agenda, the next first: what happens to it if nothing else does. */
  planned(
    saga: string,
    organisationId: OrganisationId,
    instance: string,
  ): Promise<readonly AgendaEntry[]>;
  /**
   * Stores a batch, durably, before it resolves. Rejects, having stored nothing, with
   * {@link SagaPositionMoved} and {@link UnstorableAgenda}.
   */
  commit(batch: SagaBatch): Promise<void>;
  /**
   * At most `limit` (1 or more) entries due at `now` (ms since 1970) or before, the oldest first. None of
   * a saga and organisation of which there are {@link unreached} instances: it may be void.
   */
  due(now: number, limit: number): Promise<readonly AgendaEntry[]>;
  /** The instant of the next entry that {@link due} will give, in ms since 1970, or `undefined`. */
  nextDue(): Promise<number | undefined>;
  /**
   * Takes entries out once their commands were handled; one whose due time or payload changed meanwhile
   * stays, and one that is gone already is no mistake.
   */
  done(entries: readonly AgendaEntry[]): Promise<void>;
  /** What effects have still to do. */
  readonly outbox: Outbox;
  close(): Promise<void>;
}

/** A working state with what its processes agree by: on who does what, and on what may be written. */
export interface SharedWorkState extends WorkState {
  readonly leases: Leases;
  readonly processes: Processes;
}

export class SagaPositionMoved extends Error {
  override readonly name = 'SagaPositionMoved';
  constructor(
    readonly saga: string,
    readonly stored: Position,
  ) {
    super(`Saga ${saga} stands at ${stored}: somebody else has moved it.`);
  }
}

/** An agenda that its saga should not have made; the message says what is wrong with it. */
export class UnstorableAgenda extends Error {
  override readonly name = 'UnstorableAgenda';
}

export interface FolderOwner {
  readonly pid: number;
  /** What the process was started as, without arguments: they may name somebody. */
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** The hold on a folder; it ends with `release`, or with the process, however that ends. */
export interface FolderHold {
  /** Gives the folder back. Idempotent. */
  release(): Promise<void>;
}

/**
 * Takes a folder of embedded stores for this process alone, and makes it (mode 0700) when it is
 * missing. Rejects with {@link FolderOwned} where another process, or this one, holds it.
 */
export type OwnFolder = (options: {
  readonly folder: string;
  readonly about: { readonly command: string };
}) => Promise<FolderHold>;

export class FolderOwned extends Error {
  override readonly name = 'FolderOwned';
  constructor(
    readonly folder: string,
    /** `undefined` in the instant before the holder has written who it is. */
    readonly owner: FolderOwner | undefined,
  ) {
    const holder =
      owner === undefined
        ? 'another process'
        : `${owner.command} (process ${owner.pid}, since ${owner.since})`;
    super(
      `${holder} holds the folder ${folder}: stop it first, or set VIVIER_DATA to another folder.`,
    );
  }
}

/** One reaction to one event that touches the outside. */
export interface OutboxTask {
  readonly organisationId: OrganisationId;
  readonly effect: string;
  /** The event that asks for it: there is one task for each effect and event. */
  readonly eventId: EventId;
  /** What is needed to do it, as JSON: ids, facts and sealed values; never a clear personal value. */
  readonly task: string;
  /** Whom the event is about, if anybody: the task goes with them. */
  readonly personId?: PersonId | undefined;
  /** Where the event stands, if it is about somebody. */
  readonly stream?: StreamName | undefined;
}

/** Whose tasks, and of which effects. */
export interface TasksAbout {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  /** Only those of its events; default: of all that is about the person. */
  readonly stream?: StreamName;
  /** Effects whose tasks stay. */
  readonly but: readonly string[];
}

export interface OutboxEntry extends OutboxTask {
  /** Begun so often, whether or not it ended. */
  readonly attempts: number;
  /** ms since 1970; when it may be tried next. */
  readonly due: number;
  /** Of the last attempt that ended badly: a kind of failure, never a value. */
  readonly failure: string | undefined;
}

/** What an effect found in one page of the log; all of it is stored, or nothing. */
export interface OutboxBatch {
  readonly effect: string;
  /** Refused (SagaPositionMoved) when the stored position is another one. */
  readonly from: Position;
  readonly to: Position;
  readonly tasks: readonly OutboxTask[];
  /** ms since 1970; when the tasks may first be tried. */
  readonly due: number;
}

/**
 * What effects have still to do. A task is written down with the position of its event, its attempt
 * before it is begun and its result after: a crash in between does it again and tells that it did.
 */
export interface Outbox {
  position(effect: string): Promise<Position>;
  /** A task that is there already, waiting or dead, stays as it is. */
  take(batch: OutboxBatch): Promise<void>;
  /** Living tasks due at `now` or before, the oldest first, those of one instant in the log's order. */
  due(now: number, limit: number): Promise<readonly OutboxEntry[]>;
  /** The instant of the next living task, or `undefined`. */
  nextDue(): Promise<number | undefined>;
  /**
   * Records that an attempt begins; resolves with the entry as it then is. RangeError: it is gone.
   *
   * @param until ms since 1970; for one of several processes, so that one at a time does it: nobody is
   *   handed it before, and it is refused (RangeError) where an attempt has begun since it was read.
   *   Without it, its time stays what it was, and a crash in the attempt does it again at once.
   */
  begin(entry: OutboxEntry, until?: number): Promise<OutboxEntry>;
  /** It is done: the entry goes. One that is gone already is no mistake, here and below. */
  finish(entry: OutboxEntry): Promise<void>;
  /**
   * It failed and will be tried again. Where several processes share the outbox, this is passed over, as
   * {@link bury} is, when another attempt has begun since.
   */
  postpone(entry: OutboxEntry, due: number, failure: string): Promise<void>;
  /** It failed for good: it stays, visibly, until somebody revives it. */
  bury(entry: OutboxEntry, failure: string): Promise<void>;
  /** The dead, the oldest first. */
  dead(limit: number): Promise<readonly OutboxEntry[]>;
  /** Gives a dead task a new life with no attempts; resolves with whether there was one. */
  revive(effect: string, eventId: EventId, due: number): Promise<boolean>;
  /**
   * Takes out what waits and what is dead of somebody who is erased (GDPR 17). Idempotent.
   *
   * @returns how many there were
   */
  removeAbout(tasks: TasksAbout): Promise<number>;
}
