import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { START } from '@vivier/kernel';
import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { matching } from '../filter.ts';
import { checkAppend } from '../new-records.ts';
import { StoreClosed } from '../port.ts';
import type {
  Appended,
  EventStore,
  ExpectedRevision,
  NewRecord,
  ReadAllOptions,
  ReadStreamOptions,
  RecordFilter,
  StoredRecord,
  SubscriptionMessage,
} from '../port.ts';
import { Bell } from './bell.ts';
import { GroupCommit } from './group-commit.ts';
import type { Faults } from './group-commit.ts';
import { LogReader } from './log-reader.ts';
import { Streams } from './streams.ts';

export interface EmbeddedOptions {
  /** The time that records are stamped with, in ms since 1970; default: the system's. */
  readonly now?: () => number;
  readonly faults?: Faults;
}

interface Subscribing {
  readonly after: Position;
  readonly filter?: RecordFilter;
  readonly signal: AbortSignal;
}

/**
 * The event log in one SQLite file, owned by one process. Reading takes one page at a time and gives
 * the event loop a turn in between, so that a rebuild does not keep commands waiting. Filters are
 * applied after a record was checked: a damaged one cannot hide behind its own wrong type.
 */
export class EmbeddedEventStore implements EventStore {
  readonly tellsRepetitions = true;
  readonly #reader: LogReader;
  readonly #streams: Streams;
  readonly #commits: GroupCommit;
  readonly #bell = new Bell();
  #closed = false;

  /** @internal Use `openEmbeddedEventStore`. */
  constructor(
    private readonly log: DatabaseSync,
    { now = Date.now, faults }: EmbeddedOptions = {},
  ) {
    this.#streams = new Streams(log);
    this.#reader = new LogReader(log, this.#streams);
    const committed = (): void => this.#bell.ring();
    this.#commits = new GroupCommit(log, this.#streams, this.#reader, now, committed, faults);
  }

  async append(
    organisationId: OrganisationId,
    stream: StreamName,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<Appended> {
    this.#mustBeOpen();
    const bytes = checkAppend(stream, expected, records);
    return this.#commits.push({ organisationId, stream, expected, records, bytes });
  }

  async readStream(
    organisationId: OrganisationId,
    stream: StreamName,
    { from, direction = 'forwards', limit = Infinity }: ReadStreamOptions = {},
  ): Promise<readonly StoredRecord[] | undefined> {
    this.#mustBeOpen();
    const state = this.#streams.find(stream);
    if (state === undefined || state.organisationId !== organisationId) return undefined;
    const step = direction === 'forwards' ? 1 : -1;
    let next = step > 0 ? Math.max(from ?? 0, 0) : Math.min(from ?? Infinity, state.revision);
    const records: StoredRecord[] = [];
    for (;;) {
      const page = this.#reader.streamPage(state, next, direction, limit - records.length);
      for (const record of page) records.push(record);
      next += page.length * step;
      const isOver = next < 0 || next > state.revision || records.length >= limit;
      if (isOver || page.length === 0) return records;
      await this.#turn();
    }
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredRecord[]> {
    this.#mustBeOpen();
    return this.#read(options);
  }

  /** Reads what was there when the reading began: it ends although others go on appending. */
  async *#read(options: ReadAllOptions): AsyncGenerator<readonly StoredRecord[], void> {
    const { after, direction = 'forwards', limit = Infinity } = options;
    const wanted = matching(options.filter);
    await this.#turn();
    const head = this.#reader.head();
    const forwards = direction === 'forwards';
    const end = forwards ? head : ((START + 1) as Position);
    let at = forwards ? Math.max(after ?? START, START) : Math.min(after ?? Infinity, head + 1);
    let left = limit;
    while (left > 0) {
      // Without a filter no more than asked for is read.
      const most = options.filter === undefined ? left : Infinity;
      const page = this.#reader.page(at as Position, direction, end, most);
      const last = page.at(-1);
      if (last === undefined) return;
      at = last.position;
      const records = page.filter(wanted).slice(0, left);
      left -= records.length;
      if (records.length > 0) yield records;
      await this.#turn();
    }
  }

  subscribe(options: Subscribing): AsyncIterable<SubscriptionMessage> {
    this.#mustBeOpen();
    return this.#follow(options);
  }

  /**
   * The consumer pulls: while it is busy nothing is read, and when it comes back it gets a page. It is
   * told that it has caught up at the first arrival at the log's end and whenever the end has moved,
   * also where the filter let nothing of it through, so that its position moves on.
   */
  async *#follow(options: Subscribing): AsyncGenerator<SubscriptionMessage, void> {
    const { signal } = options;
    const wanted = matching(options.filter);
    const isLive = (): boolean => !signal.aborted && !this.#closed;
    let at = Math.max(options.after, START) as Position;
    let told: Position | undefined;
    while (isLive()) {
      const head = this.#reader.head();
      const page = this.#reader.page(at, 'forwards', head);
      const last = page.at(-1);
      if (last !== undefined) {
        at = last.position;
        const records = page.filter(wanted);
        if (records.length > 0) yield { kind: 'records', records };
        if (at < head) await nextTurn();
      } else if (told !== head) {
        told = head;
        yield { kind: 'caughtUp', position: head };
      } else {
        await this.#bell.wait(signal);
      }
    }
  }

  async head(): Promise<Position> {
    this.#mustBeOpen();
    return this.#reader.head();
  }

  /** Commits the appends that wait, ends the subscriptions and gives the file back. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commits.drain();
    this.#bell.ring();
    this.log.close();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StoreClosed();
  }

  async #turn(): Promise<void> {
    await nextTurn();
    this.#mustBeOpen();
  }
}
