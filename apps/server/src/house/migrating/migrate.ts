import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from '@vivier/work-state';
import { newId } from '@vivier/vault';
import { systemClock } from '@vivier/runtime';
import { requireWhole } from '../backing-up.ts';
import { openEmbeddedStores } from '../embedded-stores.ts';
import { installationOf } from '../installation.ts';
import type { Log } from '../log.ts';
import { isUnavailable } from '../unavailable.ts';
import { markMove, moveMarkOf } from './move-mark.ts';
import { MoveRefused } from './move-refused.ts';
import { moveEverything, type Moved } from './moving.ts';
import { openServers, type ServersToFill } from './servers-to-fill.ts';

export interface MigrateOptions {
  readonly folder: string;
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
  readonly log: Log;
  /** Told how far it is, in sentences. */
  readonly tell?: (sentence: string) => void;
  /** Told after each small piece of work, for tests that stop there. */
  readonly passed?: () => void;
}

/** What came of it; `undefined` where the stores were moved before. */
export interface Migrated {
  /** ISO-8601. */
  readonly at: string;
  readonly moved: Moved | undefined;
}

/** What an installation cannot be without; the rest is made again where it is missing. */
const NEEDED = ['log', 'keys', 'accounts', 'documents'].map((name) => `${name}.sqlite`);

/**
 * Opens the stores of the folder once, as a start would: what a crash interrupted is finished, and what an
 * older version wrote is brought up to date. What a move reads afterwards is whole.
 *
 * @throws MoveRefused
 */
const bringUpToDate = async (folder: string): Promise<void> => {
  const missing = NEEDED.find((name) => !existsSync(join(folder, name)));
  if (missing !== undefined)
    throw new MoveRefused(
      `There is no ${missing} in ${folder}: set VIVIER_DATA to the folder whose stores are to be moved.`,
    );
  const opened: (() => Promise<void>)[] = [];
  try {
    const { identity } = await openEmbeddedStores({ folder, clock: systemClock, opened });
    const organisations = await identity.organisations();
    if (organisations.some(({ isDemo }) => isDemo))
      throw new MoveRefused(
        'This folder holds the demo, whose passwords everybody knows: it stays where it is.',
      );
  } finally {
    for (const close of opened.reverse()) await close();
  }
};

/** Marks the folder as on its way, unless it is; then the servers are nobody else's. */
const begin = async (folder: string, servers: ServersToFill): Promise<void> => {
  const mark = moveMarkOf(folder);
  const id = mark?.id ?? newId();
  await servers.requireFree(id);
  if (mark === undefined)
    await markMove(folder, { id, state: 'moving', at: new Date().toISOString() });
  await servers.take(id);
};

/**
 * Copies what the embedded stores of a folder hold to servers, compares both, and marks the folder as
 * moved. What was cut off anywhere goes on there. The folder's own stores stay as they are.
 *
 * @throws FolderOwned, BackupUnusable, MoveRefused, UnusableEventStore, StoreUnavailable, DatabaseRefused,
 *   and what the embedded stores refuse to open with
 */
export const migrate = async (options: MigrateOptions): Promise<Migrated> => {
  const { folder } = options;
  if (!existsSync(folder)) throw new MoveRefused(`There is no folder ${folder}: set VIVIER_DATA.`);
  const owner = await ownFolder({ folder, about: { command: 'vivier migrate' } });
  try {
    requireWhole(folder);
    const before = moveMarkOf(folder);
    if (before?.state === 'moved') return { at: before.at, moved: undefined };
    await bringUpToDate(folder);
    const servers = await openServers(options, installationOf(folder), before === undefined);
    try {
      await begin(folder, servers);
      const moved = await moveEverything(folder, servers, options);
      const id = moveMarkOf(folder)?.id ?? newId();
      const at = new Date().toISOString();
      await markMove(folder, { id, state: 'moved', at });
      return { at, moved };
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      throw new MoveRefused(
        'A server does not answer: run `vivier migrate` again when it is back, it goes on where it is now.',
        { cause: error },
      );
    } finally {
      await servers.close();
    }
  } finally {
    await owner.release();
  }
};
