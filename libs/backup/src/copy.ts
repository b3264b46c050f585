import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

/** One copied file: its path in the copy (with `/`), its size in bytes, its SHA-256 in hex. */
export interface CopiedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** SQLite copies so many pages at a time; between them whoever writes has a turn. */
const PAGES = 4_096;

const OWNER_ONLY = 0o600;

/**
 * A file in the copy as it must be: {@link CopiedFile} without following what may change.
 *
 * @param folder the copy's folder
 */
export const describeFile = async (folder: string, file: string): Promise<CopiedFile> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { path: relative(folder, file).split(sep).join('/'), bytes, sha256: hash.digest('hex') };
};

/** Makes what was written to a file, and its name, durable. */
const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Copies a SQLite file that may be written to meanwhile: the copy is one committed state, in one file
 * without a write-ahead log. Nothing happens where the file is missing.
 *
 * @throws Error where SQLite finds the copy damaged
 */
export const copyDatabase = async (from: string, to: string): Promise<void> => {
  if (!existsSync(from)) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(source, to, { rate: PAGES });
  } finally {
    source.close();
  }
  await chmod(to, OWNER_ONLY);
  const copy = new DatabaseSync(to);
  try {
    // Otherwise a reader of the copy would leave files beside it.
    copy.exec('PRAGMA journal_mode = DELETE');
    const { integrity_check: found } = copy.prepare('PRAGMA integrity_check(1)').get() as {
      readonly integrity_check: string;
    };
    if (found !== 'ok') throw new DamagedCopy(from);
  } finally {
    copy.close();
  }
  await sync(to);
};

/** What was to be copied is damaged where it lies. */
export class DamagedCopy extends Error {
  override readonly name = 'DamagedCopy';
  constructor(readonly file: string) {
    super(`${file} is damaged: check the disk, and restore the newest whole backup.`);
  }
}

/** Copies one file; nothing happens where it is missing, or goes away meanwhile. */
export const copyOne = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await copyFile(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await chmod(to, OWNER_ONLY);
  await sync(to);
};

/** Every file below a folder, sorted; empty where there is no such folder. */
export const filesBelow = async (folder: string): Promise<readonly string[]> => {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
};

/** Copies all files below a folder; those that are removed meanwhile are left out. */
export const copyFolder = async (from: string, to: string): Promise<void> => {
  for (const file of await filesBelow(from)) await copyOne(file, join(to, relative(from, file)));
};

/** Makes the names in a folder and all folders below durable. */
export const syncFolders = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) await sync(join(entry.parentPath, entry.name));
  await sync(folder);
};

/** Whether nothing is there, or an empty folder. */
export const isEmptyPlace = async (path: string): Promise<boolean> =>
  !existsSync(path) || ((await stat(path)).isDirectory() && (await readdir(path)).length === 0);
