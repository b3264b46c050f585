import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { matching } from '../filter.ts';
import { checkAppend } from '../new-records.ts';
import { StoreClosed } from '../port.ts';
import type {
  Appended,
  ExpectedRevision,
  NewRecord,
  ReadAllOptions,
  ReadStreamOptions,
  SharedEventStore,
  StoredRecord,
  SubscriptionMessage,
} from '../port.ts';
import { toEventStoreDb } from '../stream-names.ts';
import { appendSurely } from './appending.ts';
import type { Connection } from './connection.ts';
import { follow } from './following.ts';
import type { Following, Subscribing } from './following.ts';
import { claimLog } from './installation.ts';
import { LiveLog } from './live-log.ts';
import { LogPages, OURS, PAGE, recordOf } from './log-pages.ts';
import type { Waiting } from './patience.ts';
import { Persistence } from './persistence.ts';

export interface EventStoreDbParts {
  readonly connection: Connection;
  readonly waiting: Waiting;
  /** How long a request is tried again while the server does not answer, in ms. */
  readonly patienceMs: number;
  readonly interrupted: (error: unknown) => void;
  /** Whether it was somebody's own when it was opened. */
  readonly isClaimed?: boolean;
}

/**
 * The log on an EventStoreDB or KurrentDB server. Positions are its commit positions, with gaps where
 * its own events lie; they are of our records alone, so that nobody waits for one that never comes.
 */
export class EventStoreDb implements SharedEventStore {
  readonly isClaimed: boolean;
  readonly #closing = new AbortController();
  readonly #persistence: Persistence;
  readonly #live: LiveLog;
  readonly #pages: LogPages;
  readonly #following: Following;
  readonly #pending = new Set<Promise<unknown>>();

  /** @internal Use `openEventStoreDb`. */
  constructor(private readonly parts: EventStoreDbParts) {
    const { connection, waiting, interrupted, patienceMs } = parts;
    this.isClaimed = parts.isClaimed ?? false;
    this.#persistence = new Persistence(waiting, patienceMs, this.#closing.signal);
    this.#pages = new LogPages(connection, (attempt, signal) => this.#insist(attempt, signal));
    const head = (): Promise<Position> => this.#pages.head();
    this.#live = new LiveLog({ connection, names: OURS, head, recordOf, waiting, interrupted });
    this.#following = { live: this.#live, pages: this.#pages, waiting, interrupted };
  }

  async claim(installation: string): Promise<void> {
    this.#mustBeOpen();
    await claimLog(this.parts.connection, installation);
  }

  async append(
    organisationId: OrganisationId,
    stream: StreamName,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<Appended> {
    this.#mustBeOpen();
    const bytes = checkAppend(stream, expected, records);
    const name = toEventStoreDb(organisationId, stream);
    const append = { name, stream, expected, records, bytes };
    return this.#tracked(appendSurely(this.parts.connection, this.#persistence, append));
  }

  async readStream(
    organisationId: OrganisationId,
    stream: StreamName,
    { from, direction = 'forwards', limit = Infinity }: ReadStreamOptions = {},
  ): Promise<readonly StoredRecord[] | undefined> {
    this.#mustBeOpen();
    const name = toEventStoreDb(organisationId, stream);
    // Where nothing is asked for, a read of one record still tells whether the stream is there.
    const isNothing = limit <= 0 || (direction === 'backwards' && (from ?? 0) < 0);
    const request = isNothing
      ? { direction, limit: 1 }
      : { direction, limit, ...(from !== undefined && { from: Math.max(from, 0) }) };
    const events = await this.#insist(() => this.parts.connection.readStream(name, request));
    return isNothing ? events && [] : events?.flatMap((event) => recordOf(event) ?? []);
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredRecord[]> {
    this.#mustBeOpen();
    return this.#read(options);
  }

  /** Reads what was there when the reading began: it ends although others go on appending. */
  async *#read(options: ReadAllOptions): AsyncGenerator<readonly StoredRecord[], void> {
    const { direction = 'forwards', limit = Infinity } = options;
    const wanted = matching(options.filter);
    let end: Position | undefined;
    let { after } = options;
    let left = limit;
    while (left > 0) {
      // A type is not in the server's filter: whoever asks for types reads whole pages.
      const size = options.filter?.typePrefixes ? PAGE : Math.min(PAGE, left);
      const request = { after, direction, filter: options.filter, size };
      const { records, next } = await this.#pages.page(request);
      const isIn = (record: StoredRecord): boolean => end === undefined || record.position <= end;
      const page = records.filter((record) => isIn(record) && wanted(record)).slice(0, left);
      left -= page.length;
      if (next !== undefined && direction === 'forwards') end ??= await this.#pages.head();
      if (page.length > 0) yield page;
      if (next === undefined || (end !== undefined && next >= end)) return;
      this.#mustBeOpen();
      after = next;
    }
  }

  subscribe(options: Subscribing): AsyncIterable<SubscriptionMessage> {
    this.#mustBeOpen();
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    return follow(this.#following, { ...options, signal });
  }

  async head(): Promise<Position> {
    this.#mustBeOpen();
    return this.#pages.head();
  }

  /** Lets the appends that run learn their outcome, ends the subscriptions, and leaves the server. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#live.stop();
    await Promise.allSettled(this.#pending);
    await this.parts.connection.close();
  }

  #mustBeOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreClosed();
  }

  async #insist<Answer>(attempt: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    try {
      return await this.#persistence.insist('read', attempt, signal);
    } catch (error) {
      this.#mustBeOpen();
      throw error;
    }
  }

  #tracked<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.#pending.add(work);
    const done = (): boolean => this.#pending.delete(work);
    work.then(done, done);
    return work;
  }
}
