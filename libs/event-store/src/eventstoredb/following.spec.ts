import { setImmediate as nextTurn } from 'node:timers/promises';
import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import { countUp, newOrganisation, newStream } from '../contract/samples.contract.ts';
import { matching } from '../filter.ts';
import type { SubscriptionMessage } from '../port.ts';
import { fromEventStoreDb, toEventStoreDb } from '../stream-names.ts';
import { ConnectionFault } from './connection.ts';
import { EventStoreDb } from './event-store-db.ts';
import { MemoryConnection } from './memory-connection.fixtures.ts';
import { backoff } from './patience.ts';
import { HandSetWaiting } from './served.fixtures.ts';

let connection: MemoryConnection;
let interruptions: unknown[];
let waiting: HandSetWaiting;
let store: EventStoreDb;
beforeEach(() => {
  connection = new MemoryConnection();
  interruptions = [];
  waiting = new HandSetWaiting();
  store = new EventStoreDb({
    ...{ connection, waiting, patienceMs: 1_000 },
    interrupted: (error) => interruptions.push(error),
  });
});
afterEach(() => store.close());

const ours = (): string => toEventStoreDb(newOrganisation(), newStream());

/** Lets everybody else take turns until something has happened. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

/** Hands every message on until it is told to stop. */
async function follow(
  after: Position,
  each: (message: SubscriptionMessage) => boolean | Promise<boolean>,
): Promise<void> {
  const stop = new AbortController();
  for await (const message of store.subscribe({ after, signal: stop.signal }))
    if (await each(message)) stop.abort();
}

test("the log's end is the last record of ours, whatever the server writes behind it", async () => {
  expect(await store.head()).toBe(START);
  connection.put('$stats-127.0.0.1:2113');
  expect(await store.head()).toBe(START);
  const last = connection.put(ours());
  for (const name of ['$stats-127.0.0.1:2113', '$$candidate-1.2', 'order-17', '$ce-candidate'])
    connection.put(name);
  expect(await store.head()).toBe(last);
  const told: SubscriptionMessage[] = [];
  await follow(START, (message) => {
    told.push(message);
    return message.kind === 'caughtUp';
  });
  expect(told.at(-1)).toEqual({ kind: 'caughtUp', position: last });
});

test('a tombstone in a stream of ours is passed over, and nobody waits for it', async () => {
  const name = ours();
  const last = connection.put(name);
  const tombstone = connection.put(name, { type: '$streamDeleted', revision: 2 ** 31 });
  expect(await store.head()).toBe(tombstone);
  const told: SubscriptionMessage[] = [];
  await follow(START, (message) => {
    told.push(message);
    return message.kind === 'caughtUp';
  });
  expect(told).toMatchObject([
    { kind: 'records', records: [{ position: last }] },
    { kind: 'caughtUp', position: tombstone },
  ]);
});

test('a subscription that broke off goes on from the last checkpoint, or record if that is later', async () => {
  const name = ours();
  connection.put(name);
  const seen: Position[] = [];
  const followed = follow(START, (message) => {
    if (message.kind === 'records') seen.push(...message.records.map(({ position }) => position));
    return seen.length === 3;
  });
  await until(() => connection.subscribedAt.length === 1);
  // The server looked at many events of others; then it goes away.
  connection.checkpoint(5_000 as Position);
  connection.breakOff();
  await until(() => connection.subscribedAt.length === 2);
  connection.put(name, { position: 6_000 as Position });
  await until(() => seen.length === 2);
  connection.breakOff(new Error('a fault of any kind'));
  await until(() => connection.subscribedAt.length === 3);
  connection.put(name);
  await followed;
  expect(connection.subscribedAt).toEqual([100, 5_000, 6_000]);
  expect(seen).toEqual([100, 6_000, 6_100]);
  expect(interruptions).toHaveLength(2);
});

test('a slow consumer costs no memory: what is no longer kept is read again, once', async () => {
  const name = ours();
  connection.put(name);
  const seen: number[] = [];
  await follow(START, async (message) => {
    if (message.kind === 'records') seen.push(...message.records.map(({ position }) => position));
    else if (seen.length === 1) {
      for (const _ of countUp(0, 12_000)) connection.put(name);
      const end = await store.head();
      // Somebody quicker has been handed everything meanwhile.
      await follow(START, (quick) => quick.kind === 'caughtUp' && quick.position === end);
      connection.reads = 0;
    }
    return seen.length === 12_001;
  });
  expect(seen).toEqual(connection.log.map(({ position }) => position));
  // Some of it came from what is kept, and most was read.
  expect(connection.reads).toBeGreaterThan(5);
  expect(connection.reads).toBeLessThan(13);
});

test('a subscriber waits for a server that is away, and ends when it is told to', async () => {
  connection.put(ours());
  const answer = connection.readLog.bind(connection);
  const refused = new ConnectionFault('unreachable', 'Nobody there.');
  connection.readLog = () => Promise.reject(refused);
  const stop = new AbortController();
  const iterator = store.subscribe({ after: START, signal: stop.signal })[Symbol.asyncIterator]();
  const first = iterator.next();
  await until(() => interruptions.length >= 3);
  expect(interruptions[0]).toMatchObject({ name: 'StoreUnavailable', during: 'read' });
  connection.readLog = answer;
  expect(await first).toMatchObject({ value: { kind: 'records' } });
  connection.readLog = () => Promise.reject(refused);
  stop.abort();
  expect(await iterator.next()).toMatchObject({ done: true });
});

test('pauses double up to five seconds, and chance takes up to half of them away', () => {
  const at = (chance: number) => countUp(1, 10).map((failures) => backoff(failures, () => chance));
  expect(at(0)).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  expect(at(0.5)).toEqual(at(0).map((pause) => pause * 0.75));
  expect(backoff(10_000, () => 0)).toBe(5_000);
});

test('what a filter asks for reaches the server as a pattern of names', async () => {
  const [organisation, stranger] = [newOrganisation(), newOrganisation()];
  const names = [organisation, stranger].flatMap((whose) =>
    ['candidate', 'candidature', 'offer'].map((category) =>
      toEventStoreDb(whose, newStream(category)),
    ),
  );
  for (const name of names) connection.put(name);
  const patterns: string[] = [];
  const answer = connection.readLog.bind(connection);
  connection.readLog = (request) => {
    patterns.push(request.names);
    return answer(request);
  };
  const key = names[0]!.split('.')[1]!;
  for (const filter of [
    {},
    { organisationId: organisation },
    { streamPrefixes: ['candidat'] },
    { streamPrefixes: ['candidate-', 'offer-'] },
    { organisationId: organisation, streamPrefixes: [`candidate-${key.slice(0, 6)}`] },
    { organisationId: stranger, streamPrefixes: ['', '-', '$'] },
  ]) {
    const expected = connection.log.filter(({ name }) =>
      matching(filter)({ ...fromEventStoreDb(name) } as never),
    );
    const found: Position[] = [];
    for await (const page of store.readAll({ filter }))
      found.push(...page.map(({ position }) => position));
    expect(found).toEqual(expected.map(({ position }) => position));
    // The server had already left out what does not fit.
    const sent = names.filter((name) => new RegExp(patterns.at(-1)!).test(name));
    expect(sent).toEqual(expected.map(({ name }) => name));
  }
});
