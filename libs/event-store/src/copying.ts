import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import { MAXIMUM_APPEND_BYTES } from './port.ts';
import type { EventStore, NewRecord, StoredRecord } from './port.ts';

/** The other log holds what does not come from this one, at a place that this one still knows. */
export class ForeignRecords extends Error {
  override readonly name = 'ForeignRecords';
  constructor() {
    super(
      'The event store holds events that are not those of this log: name an empty event store.',
    );
  }
}

/** Two logs that hold the same. */
export interface ComparedLogs {
  readonly events: number;
  /** SHA-256, hex, over each record's id, type, stream, revision, data and metadata, in their order. */
  readonly sha256: string;
  /** Every type with a stored version that occurs, for example `CandidateRegistered.v1`. */
  readonly types: ReadonlySet<string>;
  /** The position in the other log of the last record at or before one of this log. */
  readonly positionOf: (position: Position) => Position;
}

interface Logs {
  readonly from: Pick<EventStore, 'readAll'>;
  readonly to: Pick<EventStore, 'readAll' | 'append'>;
  /** Told after each append, or page, how many records have been dealt with. */
  readonly tell?: (done: number) => void;
}

/** Small enough for a server to take at once, and to lose little by a crash. */
const RECORDS_AT_ONCE = 500;

async function* recordsOf(
  store: Logs['from'],
  after?: Position,
): AsyncGenerator<StoredRecord, void, undefined> {
  for await (const page of store.readAll(after === undefined ? {} : { after })) yield* page;
}

const nextOf = async (
  records: AsyncIterator<StoredRecord, void, undefined>,
): Promise<StoredRecord | undefined> => (await records.next()).value ?? undefined;

/** What must be the same in both; time of arrival and position are each store's own. */
const content = ({
  id,
  type,
  contentType,
  organisationId,
  stream,
  revision,
}: StoredRecord): readonly unknown[] => [id, type, contentType, organisationId, stream, revision];

const isSame = (one: StoredRecord, other: StoredRecord): boolean =>
  isDeepStrictEqual(content(one), content(other)) &&
  Buffer.compare(one.data, other.data) === 0 &&
  Buffer.compare(one.metadata, other.metadata) === 0;

/** How much of a log stands in another one already, from its beginning on. */
const standing = async ({
  from,
  to,
}: Logs): Promise<{ readonly events: number; readonly last: Position }> => {
  const expected = recordsOf(from);
  let events = 0;
  let last: Position = START;
  for await (const record of recordsOf(to)) {
    const own = await nextOf(expected);
    if (!own || !isSame(own, record)) throw new ForeignRecords();
    events += 1;
    last = own.position;
  }
  await expected.return();
  return { events, last };
};

const bytesOf = ({ type, data, metadata }: StoredRecord): number =>
  Buffer.byteLength(type) + data.byteLength + metadata.byteLength;

/** Neighbours of one stream, as many as may be appended together. */
async function* runsOf(records: AsyncIterable<StoredRecord>): AsyncGenerator<StoredRecord[]> {
  let run: StoredRecord[] = [];
  let bytes = 0;
  for await (const record of records) {
    const [first] = run;
    const fits =
      first?.stream === record.stream &&
      first.organisationId === record.organisationId &&
      run.length < RECORDS_AT_ONCE &&
      bytes + bytesOf(record) <= MAXIMUM_APPEND_BYTES;
    if (first && !fits) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(record);
    bytes += bytesOf(record);
  }
  if (run.length > 0) yield run;
}

const asNew = ({ id, type, contentType, data, metadata }: StoredRecord): NewRecord => ({
  id,
  type,
  contentType,
  data,
  metadata,
});

/**
 * Copies a log into another one in the order of all its streams, each record with its id, type, data and
 * metadata as they are. It goes on where an earlier copy was cut off. Nobody else appends meanwhile.
 *
 * @returns how many records the other log held before
 * @throws ForeignRecords before anything is appended
 */
export const copyLog = async (logs: Logs): Promise<number> => {
  const { from, to, tell } = logs;
  const { events, last } = await standing(logs);
  let done = events;
  for await (const run of runsOf(recordsOf(from, last))) {
    const [{ organisationId, stream, revision }] = run as [StoredRecord];
    const expected = revision === 0 ? 'none' : revision - 1;
    await to.append(organisationId, stream, expected, run.map(asNew));
    done += run.length;
    tell?.(done);
  }
  return events;
};

/**
 * Reads both logs from beginning to end.
 *
 * @returns undefined where they do not hold the same
 */
export const compareLogs = async ({ from, to, tell }: Logs): Promise<ComparedLogs | undefined> => {
  const others = recordsOf(to);
  const hash = createHash('sha256');
  /** In the order of the log; positions of this log rise as those of the other do. */
  const here: Position[] = [];
  const there: Position[] = [];
  const types = new Set<string>();
  for await (const record of recordsOf(from)) {
    const other = await nextOf(others);
    if (!other || !isSame(record, other)) return undefined;
    const { data, metadata } = other;
    hash.update(JSON.stringify([...content(other), data.length, metadata.length]));
    hash.update(data).update(metadata);
    types.add(record.type);
    here.push(record.position);
    there.push(other.position);
    if (here.length % RECORDS_AT_ONCE === 0) tell?.(here.length);
  }
  if (await nextOf(others)) return undefined;
  const positionOf = (position: Position): Position => {
    let before = 0;
    for (let end = here.length; before < end;) {
      const middle = Math.floor((before + end) / 2);
      if (here[middle]! <= position) before = middle + 1;
      else end = middle;
    }
    return there[before - 1] ?? START;
  };
  return { events: here.length, sha256: hash.digest('hex'), types, positionOf };
};
