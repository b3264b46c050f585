import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, silentLog, type Migrated, type MigrateOptions } from '@vivier/server';
import { MongoClient, type Db } from 'mongodb';
import { endServersOf, newServersOf, type Servers } from './ground.ts';
import { answersOf, filled, startedOn, type Filled } from './moving.ts';

/** A folder of embedded stores that nobody runs on, and empty servers. */
export interface ToMove {
  readonly folder: string;
  readonly servers: Servers;
}

/** A folder that was filled once, to be moved as often as a test wants. */
export interface Movable {
  readonly things: Filled;
  /** What its server told before it was stopped. */
  readonly before: unknown;
  /** The folder as it was then, and servers of its own. */
  fresh(): Promise<ToMove>;
  /** Removes everything. */
  end(): Promise<void>;
}

export const movable = async (): Promise<Movable> => {
  const home = await mkdtemp(join(tmpdir(), 'vivier-move-'));
  const seeded = join(home, 'data');
  const running = await startedOn(seeded);
  const things = await filled(running);
  const before = await answersOf(running, things);
  await running.stop();
  const made: string[] = [];
  return {
    things,
    before,
    fresh: async () => {
      const place = join(home, `${made.length}`);
      made.push(place);
      const folder = join(place, 'data');
      await cp(seeded, folder, { recursive: true });
      return { folder, servers: await newServersOf(place) };
    },
    end: async () => {
      for (const place of made) await endServersOf(place);
      await rm(home, { recursive: true, force: true });
    },
  };
};

/** Moves a folder to its servers, in this process. */
export const move = (
  { folder, servers }: ToMove,
  watching: Pick<MigrateOptions, 'tell' | 'passed'> = {},
): Promise<Migrated> => migrate({ folder, ...servers, log: silentLog, ...watching });

/** Stops a move after so many small pieces of work, as a network does that goes away. */
export const breakingAfter = (pieces: number): Pick<MigrateOptions, 'passed'> => {
  let left = pieces;
  return {
    passed: () => {
      left -= 1;
      if (left === 0)
        throw Object.assign(new Error('The network is gone.'), { name: 'MongoNetworkError' });
    },
  };
};

/** Looks into the database, or changes it, behind everybody's back. */
export const onDatabase = async <T>(
  { mongoUrl }: Servers,
  work: (db: Db) => Promise<T>,
): Promise<T> => {
  const client = await MongoClient.connect(mongoUrl);
  try {
    return await work(client.db());
  } finally {
    await client.close();
  }
};
