import { START } from '@vivier/kernel';
import type { EventId, StreamName } from '@vivier/kernel';
import { judge } from '../expectation.ts';
import { AppendTooLarge, EventIdConflict, WrongExpectedRevision } from '../port.ts';
import type { Appended, ExpectedRevision, NewRecord } from '../port.ts';
import { ConnectionFault } from './connection.ts';
import type { Connection } from './connection.ts';
import type { Persistence } from './persistence.ts';

export interface Append {
  /** The stream's name on the server, and in Vivier. */
  readonly name: string;
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly records: readonly NewRecord[];
  readonly bytes: number;
}

type Appending = Pick<Connection, 'append' | 'readStream'>;

/** Where a stream holds which event, and its end. */
interface StreamPlaces {
  readonly last: Appended;
  readonly places: ReadonlyMap<EventId, Appended>;
}

const PAGE = 1_000;
const ABSENT: Appended = { revision: -1, position: START };

/**
 * Appends, and finds out what happened before anybody is told of a failure. An append without an answer
 * is sent again with the same ids: with an exact expectation the server compares them with what the
 * stream holds and answers as it did the first time, or would have. It remembers those of `any` and
 * `exists` for a while only, so there the stream is searched for them first.
 *
 * @throws WrongExpectedRevision, EventIdConflict, AppendTooLarge, StoreUnavailable, UnusableEventStore
 */
export async function appendSurely(
  connection: Appending,
  persistence: Persistence,
  append: Append,
): Promise<Appended> {
  if (append.records.length === 0) {
    return persistence.insist('read', () => checkOnly(connection, append));
  }
  return persistence.insist('append', async (failures) => {
    const known = failures > 0 ? await search(connection, append) : undefined;
    return known ?? (await appendOnce(connection, append));
  });
}

async function appendOnce(
  connection: Appending,
  { name, stream, expected, records, bytes }: Append,
): Promise<Appended> {
  const answer = await connection.append(name, expected, records).catch((error: unknown) => {
    const isTooLarge = error instanceof ConnectionFault && error.kind === 'too-large';
    throw isTooLarge ? new AppendTooLarge(stream, bytes) : error;
  });
  if (answer.kind === 'wrong-revision') {
    const { actual } = answer;
    // Where no revision was expected only the ids can be wrong.
    const isConflict = expected === 'any' || (expected === 'exists' && actual !== 'none');
    throw isConflict
      ? new EventIdConflict(stream)
      : new WrongExpectedRevision(stream, expected, actual);
  }
  const { revision, position } = answer;
  if (position !== undefined) return { revision, position };
  // For what was stored before, the server may leave the position out.
  const request = { from: revision, direction: 'forwards', limit: 1 } as const;
  const [last] = (await connection.readStream(name, request)) ?? [];
  if (last === undefined) throw new Error('An append that was answered was not found again.');
  return { revision, position: last.position };
}

/** Where the stream holds these events, if it does and the expectation cannot tell. */
async function search(connection: Appending, append: Append): Promise<Appended | undefined> {
  const { name, stream, expected, records } = append;
  if (expected !== 'any' && expected !== 'exists') return undefined;
  const { last, places } = await placesIn(connection, name);
  const ids = records.map(({ id }) => id);
  if (last.revision < 0) return undefined;
  const verdict = judge(stream, expected, ids, {
    revision: last.revision,
    revisionOf: (id) => places.get(id)?.revision,
    idAt: () => undefined,
  });
  return verdict.kind === 'repeated' ? places.get(ids.at(-1)!) : undefined;
}

async function placesIn(connection: Appending, name: string): Promise<StreamPlaces> {
  const places = new Map<EventId, Appended>();
  for (let from = 0; ; from += PAGE) {
    const request = { from, direction: 'forwards', limit: PAGE } as const;
    const page = (await connection.readStream(name, request)) ?? [];
    for (const { id, revision, position } of page) places.set(id, { revision, position });
    if (page.length < PAGE) return { last: [...places.values()].at(-1) ?? ABSENT, places };
  }
}

/** An append of nothing never reaches the server: it only compares the stream's end. */
async function checkOnly(
  connection: Appending,
  { name, stream, expected }: Append,
): Promise<Appended> {
  const [last] = (await connection.readStream(name, { direction: 'backwards', limit: 1 })) ?? [];
  const at = last === undefined ? ABSENT : { revision: last.revision, position: last.position };
  const facts = { revision: at.revision, revisionOf: () => undefined, idAt: () => undefined };
  judge(stream, expected, [], facts);
  return at;
}
