import type { EventId, OrganisationId, Position, StreamName } from '@vivier/kernel';

/** One event as the log keeps it; the same five things that EventStoreDB keeps. */
export interface NewRecord {
  /** A UUID; appending the same ids again at the same place is one append. */
  readonly id: EventId;
  /** The event's name with its stored version, for example `CandidateRegistered.v1`. */
  readonly type: string;
  readonly contentType: 'application/json' | 'application/octet-stream';
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** The same data and metadata as text, where they are at hand so: it spares the other side decoding. */
  readonly text?: RecordText;
}

export interface StoredRecord extends NewRecord {
  readonly organisationId: OrganisationId;
  readonly stream: StreamName;
  /** 0 for the first record of a stream, then without gaps. */
  readonly revision: number;
  readonly position: Position;
  /** When the store took it, in ms since 1970; the domain's own time is in the metadata. */
  readonly created: number;
}

/** What a record holds, as text. */
export interface RecordText {
  readonly data: string;
  readonly metadata: string;
}

/** What the stream must be for an append to happen; a number is the revision of its last record. */
export type ExpectedRevision = 'any' | 'none' | 'exists' | number;

export interface Appended {
  /** The revision and position of the last record of this append. */
  readonly revision: number;
  readonly position: Position;
  /** Says that the records were there already, where the store can tell; see {@link EventStore}. */
  readonly repeated?: true;
}

export interface ReadStreamOptions {
  /** The first revision wanted; default: the stream's beginning (its end, backwards). */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  /** At most so many records; default: all. */
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Records strictly after this position (strictly before it, backwards); default: all. */
  readonly after?: Position;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
  readonly filter?: RecordFilter;
}

/** All of the given conditions hold; within one, any of its values. */
export interface RecordFilter {
  readonly organisationId?: OrganisationId;
  readonly streamPrefixes?: readonly string[];
  readonly typePrefixes?: readonly string[];
}

/**
 * `caughtUp` comes when the log's end is first reached, and each time that it has been reached again
 * after it moved, also where the filter let nothing through: its position is where to go on from.
 */
export type SubscriptionMessage =
  | { readonly kind: 'records'; readonly records: readonly StoredRecord[] }
  | { readonly kind: 'caughtUp'; readonly position: Position };

/**
 * The one ordered log. Its rules are EventStoreDB's, and the contract suite (`./contract`) holds every
 * adapter to them. Rejects with {@link WrongExpectedRevision}, {@link AppendTooLarge},
 * {@link EventIdConflict}, {@link DamagedRecord}, {@link StoreFull}, {@link StoreUnavailable},
 * {@link StoreClosed}.
 */
export interface EventStore {
  /** Every append that was a repetition says so in its answer. */
  readonly tellsRepetitions?: true;
  /**
   * Appends all records or none, and resolves once they are durable. An empty batch checks the
   * expectation and appends nothing.
   */
  append(
    organisationId: OrganisationId,
    stream: StreamName,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<Appended>;
  /** The stream's records, or `undefined` where it is absent or another organisation's. */
  readStream(
    organisationId: OrganisationId,
    stream: StreamName,
    options?: ReadStreamOptions,
  ): Promise<readonly StoredRecord[] | undefined>;
  /** Pages of at most 1000 records, in the order of the log. */
  readAll(options?: ReadAllOptions): AsyncIterable<readonly StoredRecord[]>;
  /** Everything after a position, then what comes, until the signal aborts or the store closes. */
  subscribe(options: {
    readonly after: Position;
    readonly filter?: RecordFilter;
    readonly signal: AbortSignal;
  }): AsyncIterable<SubscriptionMessage>;
  /** The position of the last record; START of an empty log. */
  head(): Promise<Position>;
  close(): Promise<void>;
}

/** One append is at most this: the sum of type, data and metadata bytes of all its records. */
export const MAXIMUM_APPEND_BYTES = 1_048_576;

export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly stream: StreamName,
    readonly expected: ExpectedRevision,
    /** The revision of the last record, or 'none'. */
    readonly actual: number | 'none',
  ) {
    super(`Stream ${stream} is at ${actual}, not at ${expected}.`);
  }
}

export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
  constructor(
    readonly stream: StreamName,
    readonly bytes: number,
  ) {
    super(`An append of ${bytes} bytes to ${stream} exceeds ${MAXIMUM_APPEND_BYTES} bytes.`);
  }
}

/** An id of the batch is already stored elsewhere than a repetition would have it. */
export class EventIdConflict extends Error {
  override readonly name = 'EventIdConflict';
  constructor(readonly stream: StreamName) {
    super(`Some, but not all, events of this append to ${stream} are already stored.`);
  }
}

/** A record whose checksum does not hold. It is never skipped: whoever reads it stops here. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord';
  constructor(readonly position: Position) {
    super(`The record at position ${position} is damaged: restore the log from a backup.`);
  }
}

/** The disk refused the bytes; nothing was appended and reading goes on. */
export class StoreFull extends Error {
  override readonly name = 'StoreFull';
  constructor() {
    super(
      'The disk of the event store is full: nothing was appended. Free some space and try again.',
    );
  }
}

/** A log on a server, to which several processes come. */
export interface SharedEventStore extends EventStore {
  /** Whether it was this installation's own already when it was opened. */
  readonly isClaimed: boolean;
  /**
   * Makes a log that is nobody's this installation's own, before anything is appended.
   *
   * @throws UnusableEventStore where it belongs to another one
   */
  claim(installation: string): Promise<void>;
}

/**
 * A store that is a server did not answer for some time, through several tries. It is never thrown for an
 * append whose outcome could be learned.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  constructor(
    /** After an append it is unknown whether it was stored: appending the same records again tells. */
    readonly during: 'append' | 'read',
    /** What the last try met, for the log; it may name the server's address. */
    readonly reason: string,
  ) {
    super(
      during === 'append'
        ? 'The event store does not answer, and whether it stored the append is unknown. Send the same again when it is back: it is stored once.'
        : 'The event store does not answer. Try again when it is back.',
    );
  }
}

export class StoreClosed extends Error {
  override readonly name = 'StoreClosed';
  constructor() {
    super('The event store is closed.');
  }
}
