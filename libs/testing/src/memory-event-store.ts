import {
  EventIdConflict,
  WrongExpectedRevision,
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type NewRecord,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordFilter,
  type StoredRecord,
  type SubscriptionMessage,
} from '@vivier/event-store';
import {
  START,
  type EventId,
  type OrganisationId,
  type Position,
  type StreamName,
} from '@vivier/kernel';

const matches = (record: StoredRecord, filter: RecordFilter = {}): boolean => {
  const { organisationId, streamPrefixes, typePrefixes } = filter;
  return (
    (organisationId === undefined || record.organisationId === organisationId) &&
    (streamPrefixes === undefined ||
      streamPrefixes.some((start) => record.stream.startsWith(start))) &&
    (typePrefixes === undefined || typePrefixes.some((start) => record.type.startsWith(start)))
  );
};

/** The event store's port in memory: for tests of rules, never for data. Positions count from 0. */
export class MemoryEventStore implements EventStore {
  readonly tellsRepetitions = true;
  readonly #log: StoredRecord[] = [];
  readonly #streams = new Map<StreamName, StoredRecord[]>();
  readonly #waiting = new Set<() => void>();
  readonly #pageSize: number;

  /** @param pageSize records in one page of {@link readAll} and {@link subscribe} */
  constructor({ pageSize = 1000 }: { readonly pageSize?: number } = {}) {
    this.#pageSize = pageSize;
  }

  /** All records, the oldest first. */
  get records(): readonly StoredRecord[] {
    return this.#log;
  }

  async append(
    organisationId: OrganisationId,
    stream: StreamName,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<Appended> {
    const held = this.#streams.get(stream) ?? [];
    const repeated = this.#judge(
      stream,
      expected,
      held,
      records.map(({ id }) => id),
    );
    const last = held[repeated ?? -1];
    if (last) return { revision: last.revision, position: last.position, repeated: true };
    for (const record of records) {
      const stored: StoredRecord = {
        ...record,
        organisationId,
        stream,
        revision: held.length,
        position: this.#log.length as Position,
        created: 0,
      };
      this.#log.push(stored);
      held.push(stored);
    }
    this.#streams.set(stream, held);
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
    return { revision: held.length - 1, position: this.#head() };
  }

  async readStream(
    organisationId: OrganisationId,
    stream: StreamName,
    { from, direction = 'forwards', limit }: ReadStreamOptions = {},
  ): Promise<readonly StoredRecord[] | undefined> {
    const held = (this.#streams.get(stream) ?? []).filter(
      (record) => record.organisationId === organisationId,
    );
    if (held.length === 0) return undefined;
    const wanted =
      direction === 'forwards'
        ? held.slice(from ?? 0)
        : held.slice(0, (from ?? held.length) + 1).reverse();
    return wanted.slice(0, limit);
  }

  async *readAll({
    after,
    direction = 'forwards',
    limit,
    filter,
  }: ReadAllOptions = {}): AsyncGenerator<readonly StoredRecord[]> {
    const log = direction === 'forwards' ? this.#log : [...this.#log].reverse();
    const wanted = log
      .filter((record) => matches(record, filter))
      .filter(
        ({ position }) =>
          after === undefined || (direction === 'forwards' ? position > after : position < after),
      )
      .slice(0, limit);
    for (let from = 0; from < wanted.length; from += this.#pageSize)
      yield wanted.slice(from, from + this.#pageSize);
  }

  async *subscribe({
    after,
    filter,
    signal,
  }: {
    readonly after: Position;
    readonly filter?: RecordFilter;
    readonly signal: AbortSignal;
  }): AsyncGenerator<SubscriptionMessage> {
    let at = after;
    let told: Position | undefined;
    while (!signal.aborted) {
      const page = this.#log.slice(at + 1, at + 1 + this.#pageSize);
      const last = page.at(-1);
      if (last) {
        at = last.position;
        const records = page.filter((record) => matches(record, filter));
        if (records.length > 0) yield { kind: 'records', records };
      } else if (told === at) {
        await new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      } else {
        told = at;
        yield { kind: 'caughtUp', position: at };
      }
    }
  }

  async head(): Promise<Position> {
    return this.#head();
  }

  async close(): Promise<void> {
    for (const tell of this.#waiting) tell();
  }

  #head(): Position {
    return this.#log.at(-1)?.position ?? START;
  }

  /** The revision that a repetition ends at; undefined where the records are to be appended. */
  #judge(
    stream: StreamName,
    expected: ExpectedRevision,
    held: readonly StoredRecord[],
    ids: readonly EventId[],
  ): number | undefined {
    const revision = held.length - 1;
    const wrong = () =>
      new WrongExpectedRevision(stream, expected, revision < 0 ? 'none' : revision);
    if (expected === 'any' || expected === 'exists') {
      if (expected === 'exists' && revision < 0) throw wrong();
      const places = ids.map((id) => held.findIndex((record) => record.id === id));
      if (places[0] === undefined || places[0] < 0) return undefined;
      if (places.includes(-1)) throw new EventIdConflict(stream);
      return places.at(-1);
    }
    const last = expected === 'none' ? -1 : expected;
    if (last === revision) return undefined;
    const same = ids.every((id, index) => held[last + 1 + index]?.id === id);
    if (last > revision || ids.length === 0 || !same) throw wrong();
    return last + ids.length;
  }
}
