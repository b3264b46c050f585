import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FolderOwned, type FolderOwner, type OwnFolder } from '../port.ts';

const SQLITE_BUSY = 5;

/** Holds that are in force: one that nobody refers to would be collected, and the lock with it. */
const held = new Set<DatabaseSync>();

/**
 * SQLite's lock on an empty file, held by a transaction that never ends: the operating system gives it
 * back when the process ends, `kill -9` included, and SQLite knows it from a second attempt within the
 * same process. (No other code may open `owner.lock` here: closing any handle on a file ends this
 * process's POSIX locks on it.)
 */
const lock = (file: string): DatabaseSync | undefined => {
  // SQLite would make it readable for others. One that is there may be held: it is not touched.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
};

const readOwner = async (file: string): Promise<FolderOwner | undefined> => {
  try {
    const { pid, command, since } = JSON.parse(await readFile(file, 'utf8')) as FolderOwner;
    return { pid, command, since };
  } catch {
    return undefined;
  }
};

/**
 * Takes a folder on this machine's own disk; see {@link OwnFolder}. Who holds it stands in
 * `owner.json` (mode 0600), which may be left over from a killed process: only the lock counts.
 */
export const ownFolder: OwnFolder = async ({ folder, about }) => {
  const path = resolve(folder);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const note = join(path, 'owner.json');
  const database = lock(join(path, 'owner.lock'));
  if (database === undefined) throw new FolderOwned(path, await readOwner(note));

  held.add(database);
  const release = async (): Promise<void> => {
    if (!held.delete(database)) return;
    try {
      await rm(note, { force: true });
    } finally {
      database.close();
    }
  };
  try {
    const owner: FolderOwner = {
      pid: process.pid,
      command: about.command,
      since: new Date().toISOString(),
    };
    const draft = `${note}.new`;
    await rm(draft, { force: true });
    await writeFile(draft, `${JSON.stringify(owner, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, note);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
};
