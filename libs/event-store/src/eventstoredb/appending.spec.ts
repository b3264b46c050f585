import type { ExpectedRevision } from '../port.ts';
import { idsOf, newOrganisation, newStream, records } from '../contract/samples.contract.ts';
import { toEventStoreDb } from '../stream-names.ts';
import { ConnectionFault } from './connection.ts';
import { EventStoreDb } from './event-store-db.ts';
import { later } from './later.fixtures.ts';
import { MemoryConnection } from './memory-connection.fixtures.ts';
import { HandSetWaiting } from './served.fixtures.ts';

const [organisation, stream] = [newOrganisation(), newStream()];
const name = toEventStoreDb(organisation, stream);

let connection: MemoryConnection;
let store: EventStoreDb;
beforeEach(() => {
  connection = new MemoryConnection();
  const parts = { connection, waiting: new HandSetWaiting(), interrupted: () => {} };
  store = new EventStoreDb({ ...parts, patienceMs: 1_000 });
});
afterEach(() => store.close());

const stored = (): string[] => idsOf(connection.log);

test.each<[ExpectedRevision, number]>([
  ['any', 0],
  ['any', 1_500],
  ['exists', 1_500],
])(
  'an append that expects "%s" and lost its answer is found by its ids among %d others, not sent again',
  async (expected, before) => {
    for (let index = 0; index < before; index += 1) connection.put(name);
    const batch = records(2);
    connection.fates.push('lost-after');
    const { revision, position } = await store.append(organisation, stream, expected, batch);
    expect(revision).toBe(before + 1);
    expect(position).toBe(connection.log.at(-1)?.position);
    // This server forgets ids: a second sending would be stored a second time.
    expect(stored().slice(before)).toEqual(idsOf(batch));
    expect(connection.appends).toBe(1);
  },
);

test('an append that expects "any" and never arrived is searched for and sent again', async () => {
  connection.put(name);
  connection.fates.push('lost-before', 'lost-before');
  const batch = records(2);
  expect((await store.append(organisation, stream, 'any', batch)).revision).toBe(2);
  expect(stored().slice(1)).toEqual(idsOf(batch));
});

test('where the server leaves the position out, the record tells it', async () => {
  connection.fates.push('no-position');
  const appended = await store.append(organisation, stream, 'none', records(2));
  expect(appended).toEqual({ revision: 1, position: connection.log.at(-1)?.position });
});

test.each([
  ['unauthenticated', /does not know the user or the password/],
  ['forbidden', /does not let this user/],
  ['deleted', /tombstone/],
  ['unknown-request', /no EventStoreDB/],
] as const)(
  'an answer of the kind "%s" is definite: it is told once, with what to do',
  async (kind, words) => {
    connection.append = () => {
      connection.appends += 1;
      return Promise.reject(new ConnectionFault(kind, 'in the words of the library'));
    };
    const append = store.append(organisation, stream, 'none', records(1));
    await expect(append).rejects.toMatchObject({ name: 'UnusableEventStore' });
    await expect(append).rejects.toThrow(words);
    expect(connection.appends).toBe(1);
  },
);

test("a server's own limit is the port's refusal", async () => {
  connection.append = () => Promise.reject(new ConnectionFault('too-large', 'in its own words'));
  const append = store.append(organisation, stream, 'none', records(1));
  await expect(append).rejects.toMatchObject({ name: 'AppendTooLarge', stream });
});

test('a mistake of the program is no fault of the network', async () => {
  connection.append = () => Promise.reject(new TypeError('a mistake'));
  const append = store.append(organisation, stream, 'none', records(1));
  await expect(append).rejects.toThrow(new TypeError('a mistake'));
});

test('closing waits for an append that runs, and what it could not learn stays unknown', async () => {
  const [running, answer] = [later(), later<never>()];
  connection.append = () => {
    running.resolve();
    return answer.promise;
  };
  const append = store.append(organisation, stream, 'none', records(1));
  append.catch(() => {});
  await running.promise;
  let isClosed = false;
  const closed = store.close().then(() => (isClosed = true));
  await expect(store.head()).rejects.toMatchObject({ name: 'StoreClosed' });
  expect(isClosed).toBe(false);
  answer.reject(new ConnectionFault('unreachable', 'No answer.'));
  await expect(append).rejects.toMatchObject({ name: 'StoreUnavailable', during: 'append' });
  await closed;
});
