import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import { serveEventStoreProtocol, type ServedProtocol } from '@vivier/event-store/facade';
import { onServer } from '@vivier/mongodb/contract';
import { MongoClient } from 'mongodb';
import { makeDemo } from '../bench/seed/folder.ts';
import { administer, openHouse, silentLog } from '@vivier/server';
import { runToEnd } from '../support/child.ts';

const vivier = new URL('../../apps/cli/src/main.ts', import.meta.url);

/** Those of `explained` in apps/cli that a start on servers ends with. */
const explained = [
  'ConfigurationMistake',
  'DatabaseRefused',
  'EpochKeyMissing',
  'UnusableEventStore',
];

onServer('A start on servers that cannot be used', (url) => {
  let folder: string;
  let log: EventStore;
  let eventStore: ServedProtocol;
  let stranger: Server;
  let client: MongoClient;
  /** The end of the log before anybody came. */
  let untouched: number;
  const databases: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-refused-'));
    log = await openEmbeddedEventStore({ file: join(folder, 'log.sqlite') });
    eventStore = await serveEventStoreProtocol({ log });
    untouched = await log.head();
    client = await MongoClient.connect(url);
    stranger = createServer((_, response) => response.end('Hello.')).listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    for (const name of databases) await client.db(name).dropDatabase();
    await client.close();
    stranger.closeAllConnections();
    stranger.close();
    await eventStore.close();
    await log.close();
    await rm(folder, { recursive: true });
  });

  const esdb = (port = eventStore.port): string => `esdb://127.0.0.1:${port}?tls=false`;
  const strangePort = (): number => (stranger.address() as AddressInfo).port;
  const newDatabase = (): string => {
    const name = `vivier_test_${randomBytes(6).toString('hex')}`;
    databases.push(name);
    return name;
  };
  const mongo = (name: string, more = ''): string => {
    const address = new URL(url);
    address.pathname = `/${name}`;
    return `${address.href}${more}`;
  };
  type Settings = {
    readonly EVENTSTORE_URL?: string;
    readonly MONGODB_URL?: string;
    readonly VIVIER_DATA?: string;
  };
  const dataOf = ({ VIVIER_DATA = join(folder, randomBytes(4).toString('hex')) }: Settings) =>
    VIVIER_DATA;

  /** What `vivier` says; any command opens the stores. */
  const sayAloud = async (settings: Settings) => {
    const data = dataOf(settings);
    const { code, output } = await runToEnd(
      vivier,
      ['organisation', 'create', '--slug', 'maison', '--name', 'Maison'],
      { env: { ...settings, VIVIER_DATA: data } },
    );
    return { code, output: output.trim(), data };
  };

  /** The same without a process of its own: errors of these names are told by their message alone. */
  const say = async (settings: Settings) => {
    const data = dataOf(settings);
    const { EVENTSTORE_URL: eventStoreUrl, MONGODB_URL: mongoUrl } = settings;
    try {
      const opening = { folder: data, eventStoreUrl, mongoUrl, purpose: 'test', log: silentLog };
      const house = await openHouse(opening);
      const request = { do: 'createOrganisation', slug: 'maison', name: 'Maison' } as const;
      const answer = await administer(house, request).finally(() => house.close());
      return { code: 0, output: JSON.stringify(answer), data };
    } catch (error) {
      const { name, message } = error as Error;
      expect(explained).toContain(name);
      return { code: 1, output: message, data };
    }
  };
  const collectionsOf = async (name: string): Promise<readonly string[]> =>
    (await client.db(name).listCollections().toArray()).map((one) => one.name);

  test.each([
    [
      'an event store that nobody serves',
      () => ({ EVENTSTORE_URL: esdb(1) }),
      /^No event store answers at its address: check host and port/,
    ],
    [
      'something that is no event store',
      () => ({ EVENTSTORE_URL: esdb(strangePort()) }),
      /^(?:What answers at the address of the event store is no|No event store answers)/,
    ],
    [
      'a MongoDB that nobody serves',
      () => ({ EVENTSTORE_URL: esdb(), MONGODB_URL: 'mongodb://127.0.0.1:1/vivier' }),
      /^No MongoDB answers at 127\.0\.0\.1:1: start it, or correct its address\.$/,
    ],
    [
      'something that is no MongoDB',
      () => ({ MONGODB_URL: `mongodb://127.0.0.1:${strangePort()}/vivier` }),
      /does not speak MongoDB's protocol: correct the address/,
    ],
  ])(
    'is refused with one sentence: %s',
    async (_, settings, sentence) => {
      const { code, output, data } = await say(settings());
      expect([code, output]).toEqual([1, expect.stringMatching(sentence)]);
      expect(output.split('\n')).toHaveLength(1);
      expect(output).not.toContain(' at ./');
      // Which installation it is stands there, and nothing else that would have to be found again.
      expect((await readdir(data)).filter((name) => !name.startsWith('owner.'))).toEqual([
        'installation.json',
      ]);
      expect(await log.head()).toBe(untouched);
    },
    60_000,
  );

  test('is refused where log or database belongs to another installation, which stays as it is', async () => {
    const theirs = newDatabase();
    const first = await say({ EVENTSTORE_URL: esdb(), MONGODB_URL: mongo(theirs) });
    expect([first.code, first.output]).toEqual([0, expect.stringContaining('organisationId')]);
    const before = [await log.head(), (await collectionsOf(theirs)).toSorted()];

    const ours = newDatabase();
    const onTheirLog = await sayAloud({ EVENTSTORE_URL: esdb(), MONGODB_URL: mongo(ours) });
    expect(onTheirLog.code).toBe(1);
    expect(onTheirLog.output).toMatch(/^The event store belongs to another installation: give/);
    expect(await collectionsOf(ours)).toEqual([]);

    const onTheirDatabase = await say({ MONGODB_URL: mongo(theirs) });
    expect(onTheirDatabase.code).toBe(1);
    expect(onTheirDatabase.output).toMatch(/^The database \w+ at [\d.:]+ belongs to another/);
    expect([await log.head(), (await collectionsOf(theirs)).toSorted()]).toEqual(before);

    // Without the epoch keys nothing personal could be read: it stays shut.
    await rm(join(first.data, 'epoch-keys'), { recursive: true });
    const keyless = await say({
      EVENTSTORE_URL: esdb(),
      MONGODB_URL: mongo(theirs),
      VIVIER_DATA: first.data,
    });
    expect(keyless.code).toBe(1);
    expect(keyless.output).toMatch(/^The keys in the database are wrapped by an epoch key that is/);
    expect([await log.head(), (await collectionsOf(theirs)).toSorted()]).toEqual(before);
  }, 120_000);

  test('is refused where log and database do not belong together, or the folder has data of its own', async () => {
    const ours = newDatabase();
    const data = join(folder, 'whole');
    const log = await openEmbeddedEventStore({ file: join(folder, 'own.sqlite') });
    const own = await serveEventStoreProtocol({ log });
    const servers = { EVENTSTORE_URL: esdb(own.port), MONGODB_URL: mongo(ours) };
    await makeDemo(data, { eventStoreUrl: servers.EVENTSTORE_URL, mongoUrl: servers.MONGODB_URL });
    const written = await log.head();
    const said = async (settings: Settings): Promise<string> => {
      const { code, output } = await say({ VIVIER_DATA: data, ...settings });
      expect([code, output.split('\n')]).toEqual([1, [output]]);
      return output;
    };

    const empty = await openEmbeddedEventStore({ file: join(folder, 'empty.sqlite') });
    const lost = await serveEventStoreProtocol({ log: empty });
    expect(await said({ ...servers, EVENTSTORE_URL: esdb(lost.port) })).toMatch(
      /^The log ends before what was read of it: .* Correct EVENTSTORE_URL/,
    );
    const another = newDatabase();
    expect(await said({ ...servers, MONGODB_URL: mongo(another) })).toMatch(
      /is not the one that belongs to it: correct the address/,
    );
    expect(await collectionsOf(another)).toEqual([]);
    expect(await said({})).toMatch(/belongs to an installation on a MongoDB: set MONGODB_URL/);
    expect(await log.head()).toBe(written);

    const embedded = join(folder, 'embedded');
    await makeDemo(embedded);
    expect(await said({ VIVIER_DATA: embedded, EVENTSTORE_URL: esdb(lost.port) })).toMatch(
      /holds a log of its own, beside EVENTSTORE_URL: run `vivier migrate`/,
    );
    expect(await said({ VIVIER_DATA: embedded, MONGODB_URL: mongo(another) })).toMatch(
      /holds keys and accounts of its own, beside MONGODB_URL: run `vivier migrate`/,
    );
    for (const one of [own, lost]) await one.close();
    for (const one of [log, empty]) await one.close();
  }, 120_000);

  test('says nothing of a password that the address holds', async () => {
    const { code, output } = await sayAloud({
      MONGODB_URL: `mongodb://somebody:Sesame-42@127.0.0.1:${strangePort()}/vivier`,
    });
    expect(code).toBe(1);
    expect(output).not.toContain('Sesame-42');
  }, 60_000);
});
