import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openEmbeddedEventStore } from '@vivier/event-store';
import { serveEventStoreProtocol } from '@vivier/event-store/facade';
import type { ProcessRole } from '@vivier/server';
import { MongoClient } from 'mongodb';

/**
 * What the whole product stands on in this run: a folder of its own (the default), or, where
 * `VIVIER_TEST_GROUND` says `servers`, EventStoreDB's protocol and the MongoDB of `MONGODB_URL`; with
 * `processes` each role has its own stores, clients and memory, as it has in a process of its own.
 */
const ground = process.env['VIVIER_TEST_GROUND'] ?? 'embedded';
if (!['embedded', 'servers', 'processes'].includes(ground))
  throw new Error('VIVIER_TEST_GROUND is one of embedded, servers, processes.');

export const onServers = ground !== 'embedded';

/** Which roles are started apart from each other; the first ones answer requests. */
export const processes: readonly (readonly ProcessRole[])[] =
  ground === 'processes'
    ? [['api'], ['projector'], ['scheduler'], ['feed']]
    : [['api', 'projector', 'scheduler', 'feed']];

/** The servers that belong to a folder. */
export interface Servers {
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
}

interface Kept {
  readonly servers: Servers;
  end(): Promise<void>;
}

const kept = new Map<string, Promise<Kept>>();

const databaseUrl = (): string => {
  const url = new URL(process.env['MONGODB_URL'] ?? '');
  url.pathname = `/vivier_test_${randomBytes(6).toString('hex')}`;
  return url.href;
};

const open = async (folder: string): Promise<Kept> => {
  const log = await openEmbeddedEventStore({ file: join(folder, 'eventstore.sqlite') });
  const protocol = await serveEventStoreProtocol({ log });
  const mongoUrl = databaseUrl();
  return {
    servers: { eventStoreUrl: `esdb://127.0.0.1:${protocol.port}?tls=false`, mongoUrl },
    end: async () => {
      await protocol.close();
      await log.close();
      const client = await MongoClient.connect(mongoUrl);
      await client.db().dropDatabase();
      await client.close();
    },
  };
};

/** Servers that belong to a folder, the same ones each time that it is asked. */
export const newServersOf = async (folder: string): Promise<Servers> => {
  const found = kept.get(folder) ?? open(folder);
  kept.set(folder, found);
  return (await found).servers;
};

/** The servers of a folder; none on embedded ground. */
export const serversOf = async (folder: string): Promise<Partial<Servers>> =>
  onServers ? newServersOf(folder) : {};

/** For a process of its own: the same as {@link serversOf}, as settings. */
export const serverSettings = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  // Set to nothing counts as left out: the tests' own database is nobody's.
  const { eventStoreUrl = '', mongoUrl = '' } = await serversOf(folder);
  return { EVENTSTORE_URL: eventStoreUrl, MONGODB_URL: mongoUrl };
};

/** Ends the servers of a folder and removes what they kept. */
export const endServersOf = async (folder: string): Promise<void> => {
  await (await kept.get(folder))?.end();
  kept.delete(folder);
};
