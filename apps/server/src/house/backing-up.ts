import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import {
  BackupUnusable,
  checkPart,
  copyDatabase,
  copyFolder,
  copyOne,
  makePart,
  newBackup,
  syncFolders,
  type BackupList,
} from '@vivier/backup';
import { ownFolder } from '@vivier/work-state';

/** Where the two parts of a backup lie: whoever has only one of them reads no name. */
export interface BackupPlaces {
  /** Log, files, mails, accounts, working state. */
  readonly data: string;
  /** The persons' keys, and what wraps them and signs. */
  readonly keys: string;
}

export interface BackupMade {
  /** ISO-8601; all that was acknowledged before it is in the backup. */
  readonly begunAt: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Restored extends BackupMade {
  /** Erasures after this instant (ISO-8601) are not known; undefined where the list of them is there. */
  readonly erasuresUnknownSince: string | undefined;
}

const FENCE = 'erased.jsonl';

/** Lies in a folder as long as a restore is not whole. */
const UNFINISHED = 'restore-unfinished';

/** Of a folder that is free for a restore: the list of erasures stays, and who holds the folder. */
const mayStay = (name: string): boolean =>
  name === FENCE || name === 'vivier.sock' || name.startsWith('owner.');

/** @throws BackupUnusable where a restore into the folder was cut off */
export const requireWhole = (folder: string): void => {
  if (existsSync(join(folder, UNFINISHED)))
    throw new BackupUnusable(
      `A restore into ${folder} was cut off: run \`vivier restore\` again, it begins anew.`,
    );
};

/**
 * What is copied, in this order. Working state comes before the log: a position beyond the log's end
 * would leave out what comes to stand there. What the log names comes after it: files, accounts, keys.
 */
const dataOf = async (from: string, to: string): Promise<void> => {
  for (const database of ['work-state', 'log', 'documents', 'accounts'])
    await copyDatabase(join(from, `${database}.sqlite`), join(to, `${database}.sqlite`));
  await copyFolder(join(from, 'documents'), join(to, 'documents'));
  await copyFolder(join(from, 'mail'), join(to, 'mail'));
};

const keysOf = async (from: string, to: string): Promise<void> => {
  await copyDatabase(join(from, 'keys.sqlite'), join(to, 'keys.sqlite'));
  for (const file of ['master-keys.json', 'issuer-key.json'])
    await copyOne(join(from, file), join(to, file));
};

const isWithin = (inner: string, outer: string): boolean => {
  const way = relative(resolve(outer), resolve(inner));
  return way === '' || !(way.startsWith('..') || resolve(way) === way);
};

const requireApart = (folder: string, { data, keys }: BackupPlaces): void => {
  for (const place of [data, keys])
    if (isWithin(place, folder) || isWithin(folder, place))
      throw new BackupUnusable(`${place} lies in the folder itself: name one elsewhere.`);
  if (isWithin(data, keys) || isWithin(keys, data))
    throw new BackupUnusable('Keys lie apart from what they open: name two folders.');
};

const told = ({ begunAt, ...data }: BackupList, keys: BackupList): BackupMade => {
  const files = [...data.files, ...keys.files];
  return {
    begunAt,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
};

const copyFiles = async (from: string, to: string, { files }: BackupList): Promise<void> => {
  for (const { path } of files) await copyOne(join(from, path), join(to, path));
};

/**
 * Copies the embedded stores of a folder while they are in use. The list of who was erased is left out:
 * it must never be rolled back.
 *
 * @throws BackupUnusable, DamagedCopy
 */
export const backUp = async (
  folder: string,
  places: BackupPlaces,
  now: Date,
): Promise<BackupMade> => {
  requireApart(folder, places);
  const backup = newBackup(now);
  const data = await makePart({
    place: places.data,
    about: { ...backup, part: 'data' },
    copy: (to) => dataOf(folder, to),
  });
  const keys = await makePart({
    place: places.keys,
    about: { ...backup, part: 'keys' },
    copy: (to) => keysOf(folder, to),
  });
  return told(data, keys);
};

/**
 * Puts a backup into an empty folder, once both parts are proved whole. Read models are made at the next
 * start, and whoever the log or the list of erasures calls erased is erased again then.
 *
 * @throws BackupUnusable, FolderOwned
 */
export const restore = async (folder: string, places: BackupPlaces): Promise<Restored> => {
  requireApart(folder, places);
  const data = await checkPart(places.data, 'data');
  const keys = await checkPart(places.keys, 'keys');
  if (data.id !== keys.id)
    throw new BackupUnusable('The two folders are parts of different backups: name two of one.');
  const owner = await ownFolder({ folder, about: { command: 'vivier restore' } });
  try {
    const there = (await readdir(folder)).filter((name) => !mayStay(name));
    const marker = join(folder, UNFINISHED);
    // What an earlier restore left halfway is its own.
    if (there.includes(UNFINISHED))
      for (const name of there.filter((other) => other !== UNFINISHED))
        await rm(join(folder, name), { recursive: true });
    else if (there.length > 0)
      throw new BackupUnusable(
        `${folder} holds data: move it away, but for ${FENCE}, which must stay in its newest form.`,
      );
    await writeFile(marker, '', { mode: 0o600, flush: true });
    await copyFiles(places.data, folder, data);
    await copyFiles(places.keys, folder, keys);
    // Every name must be durable before the marker goes, or a power cut leaves half of it unmarked.
    await syncFolders(folder);
    await rm(marker);
    await syncFolders(folder);
    return {
      ...told(data, keys),
      erasuresUnknownSince: existsSync(join(folder, FENCE)) ? undefined : data.begunAt,
    };
  } finally {
    await owner.release();
  }
};
