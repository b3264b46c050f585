import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
  countUp,
  newOrganisation,
  newStream,
  outcomeOf,
  record,
  records,
} from '../contract/samples.contract.ts';
import { MAXIMUM_APPEND_BYTES, StoreFull } from '../port.ts';
import { EmbeddedEventStore } from './embedded-event-store.ts';
import { openLogFile } from './log-file.ts';

let folder: string;
let log: DatabaseSync;
let store: EmbeddedEventStore;
let points: string[];
let fail: ((point: string) => void) | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
  log = openLogFile(join(folder, 'log.db'));
  points = [];
  fail = undefined;
  const at = (point: string): void => {
    points.push(point);
    fail?.(point);
  };
  store = new EmbeddedEventStore(log, { now: () => 1_767_225_600_000, faults: { at } });
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const ORGANISATION = newOrganisation();
const add = (stream = newStream(), batch = records(1)) =>
  store.append(ORGANISATION, stream, 'any', batch);

test('appends of one turn are committed together, and nobody is told before', async () => {
  let told = 0;
  fail = () => expect(told).toBe(0);
  const appends = countUp(0, 64).map(() => add().then(() => told++));
  expect(points).toEqual([]);
  await Promise.all(appends);
  expect(points).toEqual(['before-commit', 'after-commit']);
  expect(told).toBe(64);
});

test('a refused append of the turn leaves the others in the same commit', async () => {
  const [first, second] = [newStream(), newStream()];
  const outcomes = [
    outcomeOf(store.append(ORGANISATION, first, 'none', records(2))),
    outcomeOf(store.append(ORGANISATION, first, 'none', records(1))),
    outcomeOf(store.append(ORGANISATION, first, 1, records(1))),
    outcomeOf(store.append(ORGANISATION, second, 3, records(1))),
    outcomeOf(store.append(newOrganisation(), first, 2, records(1))),
    outcomeOf(store.append(ORGANISATION, second, 'none', records(1))),
  ];
  const refused = 'WrongExpectedRevision';
  expect(await Promise.all(outcomes)).toEqual(['done', refused, 'done', refused, refused, 'done']);
  expect(points).toHaveLength(2);
  expect(await store.readStream(ORGANISATION, first)).toHaveLength(3);
  expect(await store.readStream(ORGANISATION, second)).toHaveLength(1);
});

test('a flood of large appends is spread over several turns, in its order', async () => {
  const stream = newStream();
  const large = () => [record({ type: 'x', data: Buffer.alloc(MAXIMUM_APPEND_BYTES - 20) })];
  const appended = await Promise.all(countUp(0, 20).map(() => add(stream, large())));
  expect(appended.map(({ revision }) => revision)).toEqual(countUp(0, 20));
  expect(points.length / 2).toBe(3);
});

test('a failure before the commit leaves nothing behind, and the next append finds its place', async () => {
  const stream = newStream();
  await add(stream);
  fail = (point) => {
    if (point === 'before-commit') throw new Error('the power went');
  };
  const failed = await Promise.all([outcomeOf(add(stream)), outcomeOf(add())]);
  expect(failed).toEqual(['Error', 'Error']);
  fail = undefined;
  expect(await store.readStream(ORGANISATION, stream)).toHaveLength(1);
  expect(await add(stream)).toEqual({ revision: 1, position: 1 });
});

test('an append whose answer was lost after the commit is one append when it is sent again', async () => {
  const stream = newStream();
  const batch = records(2);
  fail = (point) => {
    if (point === 'after-commit') throw new Error('the line went');
  };
  await expect(store.append(ORGANISATION, stream, 'none', batch)).rejects.toThrow('the line went');
  fail = undefined;
  const again = await store.append(ORGANISATION, stream, 'none', batch);
  expect(again).toEqual({ revision: 1, position: 1, repeated: true });
  expect(await store.readStream(ORGANISATION, stream)).toHaveLength(2);
});

test('closing commits what waits', async () => {
  const stream = newStream();
  const waiting = add(stream);
  await store.close();
  expect(await waiting).toEqual({ revision: 0, position: 0 });
  log = openLogFile(join(folder, 'log.db'));
  store = new EmbeddedEventStore(log);
  expect(await store.readStream(ORGANISATION, stream)).toHaveLength(1);
});

test('a full disk refuses the whole turn, reading goes on, and so does writing once there is space', async () => {
  const stream = newStream();
  await add(stream);
  const pages = Object.values(log.prepare('PRAGMA page_count').get()!)[0];
  log.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`);
  const big = [record({ data: Buffer.alloc(100_000) })];
  const failed = await Promise.allSettled([add(stream), add(stream, big), add()]);
  const reasons = failed.map((one): unknown =>
    one.status === 'rejected' ? one.reason : one.value,
  );
  expect(reasons).toEqual([expect.any(StoreFull), expect.any(StoreFull), expect.any(StoreFull)]);
  expect(await store.readStream(ORGANISATION, stream)).toHaveLength(1);
  expect(await store.head()).toBe(0);
  log.exec('PRAGMA max_page_count = 1000000');
  expect(await add(stream, big)).toEqual({ revision: 1, position: 1 });
});

test('records carry the time of their commit', async () => {
  const stream = newStream();
  await add(stream);
  const [stored] = (await store.readStream(ORGANISATION, stream))!;
  expect(stored?.created).toBe(1_767_225_600_000);
});

test.each([
  ['an id that is no UUID', () => add(newStream(), [record({ id: 'e1' as never })])],
  [
    'an id in capitals',
    () => add(newStream(), [record({ id: crypto.randomUUID().toUpperCase() as never })]),
  ],
  ['a record without a type', () => add(newStream(), [record({ type: '' })])],
  ['a stream without a name', () => add('' as never)],
  ['a negative revision', () => store.append(ORGANISATION, newStream(), -1, records(1))],
  ['half a revision', () => store.append(ORGANISATION, newStream(), 0.5, records(1))],
])('%s is a mistake in the program, and reaches no transaction', async (_, append) => {
  await expect(append()).rejects.toBeInstanceOf(TypeError);
  expect(points).toEqual([]);
});
