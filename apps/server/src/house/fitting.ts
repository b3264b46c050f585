import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '@vivier/event-store';
import type { ReadStore } from '@vivier/read-store';
import { ConfigurationMistake, isEmbedded, isShared, type Servers } from '../config.ts';
import { requireNotMoved } from './migrating/move-mark.ts';

const ELSEWHERE = 'or set VIVIER_DATA to another folder';

/**
 * What lies in a folder is not left behind because an address is set, nor what lies on servers because one
 * is not set.
 *
 * @throws ConfigurationMistake
 */
export const requireFitting = (folder: string, servers: Servers): void => {
  const { eventStoreUrl, mongoUrl } = servers;
  const isMoved = requireNotMoved(folder, isShared(servers));
  const has = (name: string): boolean => existsSync(join(folder, name));
  const refuse = (sentence: string): never => {
    throw new ConfigurationMistake(`${folder} ${sentence}, ${ELSEWHERE}.`);
  };
  if (eventStoreUrl !== undefined && has('log.sqlite') && !isMoved)
    refuse('holds a log of its own, beside EVENTSTORE_URL: run `vivier migrate`');
  if (mongoUrl !== undefined && has('keys.sqlite') && !isMoved)
    refuse('holds keys and accounts of its own, beside MONGODB_URL: run `vivier migrate`');
  if (mongoUrl === undefined && has('epoch-keys') && !has('keys.sqlite'))
    refuse('belongs to an installation on a MongoDB: set MONGODB_URL to it');
  if (isEmbedded(servers) && has('installation.json') && !has('log.sqlite'))
    refuse('belongs to an installation on servers: set EVENTSTORE_URL and MONGODB_URL to them');
};

/**
 * A log that ends before what was read of it is another one, or an older copy: what comes to stand there
 * would never be shown.
 *
 * @throws ConfigurationMistake
 */
export const requireItsLog = async (
  readStore: Pick<ReadStore, 'shown'>,
  store: Pick<EventStore, 'head'>,
): Promise<void> => {
  const shown = await readStore.shown();
  // Asked afterwards: it only grows.
  const head = await store.head();
  if (shown.every(({ position }) => position <= head)) return;
  throw new ConfigurationMistake(
    'The log ends before what was read of it: it is not the one that belongs to these read models, or an older copy of it. Correct EVENTSTORE_URL, or restore log and database of one moment.',
  );
};
