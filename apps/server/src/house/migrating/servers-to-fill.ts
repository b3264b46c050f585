import { join } from 'node:path';
import { openEventStoreDb, type SharedEventStore } from '@vivier/event-store';
import { START } from '@vivier/kernel';
import {
  beginFilling,
  openMongoDatabase,
  requireFillable,
  type MongoDatabase,
} from '@vivier/mongodb';
import { systemClock } from '@vivier/runtime';
import {
  carryMasterKeys,
  openEpochKeysFolder,
  openMasterKeysFolder,
  openMongoVault,
  type EpochKeys,
  type SharedVault,
} from '@vivier/vault';
import type { MigrateOptions } from './migrate.ts';
import { MoveRefused } from './move-refused.ts';
import { kindOf } from '../log.ts';

/** The servers that a folder's stores are moved to. */
export interface ServersToFill {
  readonly store: SharedEventStore;
  readonly database: MongoDatabase;
  /**
   * Writes nothing.
   *
   * @throws DatabaseRefused where the database holds what this move did not put there
   */
  requireFree(move: string): Promise<void>;
  /** Makes them this installation's own, for this move to fill. Idempotent. */
  take(move: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to them, each of which is this installation's or nobody's. An empty database becomes its own.
 *
 * @param isNew whether nothing of this move can be there yet
 * @throws UnusableEventStore, DatabaseRefused, MoveRefused
 */
export const openServers = async (
  { eventStoreUrl, mongoUrl, log }: MigrateOptions,
  installation: string,
  isNew: boolean,
): Promise<ServersToFill> => {
  const store = await openEventStoreDb({
    address: eventStoreUrl,
    installation,
    interrupted: (error) => {
      log.warn({ kind: kindOf(error) }, 'It broke off.');
    },
  });
  try {
    if (isNew && (await store.head()) !== START)
      throw new MoveRefused(
        'The event store holds events already that were not moved from this folder: name an empty one.',
      );
    const database = await openMongoDatabase({ url: mongoUrl, installation });
    return {
      store,
      database,
      requireFree: (move) => requireFillable(database, move),
      take: async (move) => {
        await store.claim(installation);
        await beginFilling(database, move);
      },
      close: async () => {
        await database.close();
        await store.close();
      },
    };
  } catch (failure) {
    await store.close();
    throw failure;
  }
};

/** The vault on the servers, with the master keys of the folder's own and everybody fenced whom it fences. */
export const openSharedVault = async (
  folder: string,
  { database }: ServersToFill,
): Promise<{ readonly vault: SharedVault; readonly epochKeys: EpochKeys }> => {
  const at = (name: string): string => join(folder, name);
  const places = { masterKeysFile: at('master-keys.json'), masterKeysFolder: at('master-keys') };
  if (!carryMasterKeys(places))
    throw new MoveRefused(
      `${places.masterKeysFolder} holds other master keys than master-keys.json: it belongs to another move, so take it away.`,
    );
  const epochKeys = openEpochKeysFolder(at('epoch-keys'));
  const vault = await openMongoVault({
    db: database.db,
    masterKeys: openMasterKeysFolder(places.masterKeysFolder),
    epochKeys,
    fenceFile: at('erased.jsonl'),
    clock: systemClock,
  });
  return { vault, epochKeys };
};
