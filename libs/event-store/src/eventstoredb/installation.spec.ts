import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrganisationId } from '@vivier/kernel';
import { newStream, records } from '../contract/samples.contract.ts';
import { serveEventStoreProtocol } from '../facade/index.ts';
import type { ServedProtocol } from '../facade/index.ts';
import { openEmbeddedEventStore, openEventStoreDb, UnusableEventStore } from '../index.ts';
import type { EventStore, SharedEventStore } from '../index.ts';

jest.setTimeout(60_000);

const organisationId = 'acme' as OrganisationId;
let folder: string;
let log: EventStore;
let server: ServedProtocol;
const opened: SharedEventStore[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivier-installation-'));
  log = await openEmbeddedEventStore({ file: join(folder, 'log.sqlite') });
  server = await serveEventStoreProtocol({ log });
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await server.close();
  await log.close();
  rmSync(folder, { recursive: true });
});

const open = async (installation?: string): Promise<SharedEventStore> => {
  const store = await openEventStoreDb({
    address: `esdb://127.0.0.1:${server.port}?tls=false`,
    ...(installation !== undefined && { installation }),
  });
  opened.push(store);
  return store;
};

const refusalOf = async (installation: string): Promise<string> => {
  const failure = await open(installation).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UnusableEventStore);
  return (failure as Error).message;
};

test('A log of nobody becomes an installation’s own, for each of its processes, and shows nothing of it', async () => {
  const one = await open('here');
  const other = await open('here');
  await Promise.all([one.claim('here'), other.claim('here')]);
  const again = await open('here');
  await again.claim('here');
  expect(await again.head()).toBe(-1);
  for await (const page of again.readAll()) expect(page).toEqual([]);
});

test('A log of another installation is refused, and stays as it is', async () => {
  const one = await open('here');
  await one.claim('here');
  const before = await log.head();
  expect(await refusalOf('there')).toMatch(/belongs to another installation: .*VIVIER_DATA/);
  expect(await log.head()).toBe(before);
});

test('Of two that want a log of nobody at once, one is told that it came too late', async () => {
  const [here, there] = [await open('here'), await open('there')];
  const outcomes = await Promise.allSettled([here.claim('here'), there.claim('there')]);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([{ reason: { name: 'UnusableEventStore' } }]);
});

test('Events that nobody has claimed are refused', async () => {
  const stranger = await open();
  await stranger.append(organisationId, newStream(), 'none', records(1));
  expect(await refusalOf('here')).toMatch(/not known: name an empty event store/);
});

test('A log in a form that only a later version reads is refused', async () => {
  const one = await open('here');
  await one.claim('here');
  const read = jest.spyOn(JSON, 'parse').mockReturnValue({ id: 'here', format: 2 });
  expect(await refusalOf('here')).toMatch(/newer version/);
  read.mockRestore();
});
