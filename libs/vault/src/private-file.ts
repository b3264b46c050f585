import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SecretFileUnsafe } from './refusals.ts';

/** The mode of every file here: its owner reads and writes it, nobody else does anything. */
export const OWNER_ONLY = 0o600;

/** Makes a new name in a folder durable. */
export const syncFolderOf = (path: string): void => {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

/** Replaces a file as a whole, or not at all: after a crash there is the old one or the new one. */
export const writePrivateFile = (path: string, text: string): void => {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  const file = openSync(unfinished, 'wx', OWNER_ONLY);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  syncFolderOf(path);
};

/**
 * Makes a file that is whole from its first instant, unless there is one by that name: of several
 * processes that do so at once, one gets `true`, and the others' text is thrown away.
 */
export const addPrivateFile = (path: string, text: string): boolean => {
  const unfinished = `${path}.${randomUUID()}`;
  writePrivateFile(unfinished, text);
  try {
    linkSync(unfinished, path);
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw failure;
  } finally {
    rmSync(unfinished, { force: true });
    syncFolderOf(path);
  }
};

/**
 * Overwrites a file's bytes where they lie, then removes it. Idempotent. What a disk keeps beneath its
 * file system (snapshots, spare blocks) is out of reach from here.
 */
export const destroyPrivateFile = (path: string): void => {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(fstatSync(file).size), 0, undefined, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  rmSync(path, { force: true });
  syncFolderOf(path);
};

/** The file's text, or `undefined` where there is none. Throws {@link SecretFileUnsafe}. */
export const readPrivateFile = (path: string): string | undefined => {
  if (!existsSync(path)) return undefined;
  requireOwnerOnly(path);
  return readFileSync(path, 'utf8');
};

/** Makes an empty file with the right mode before a library opens it with the umask's. */
export const ensurePrivateFile = (path: string): void => {
  if (existsSync(path)) return requireOwnerOnly(path);
  closeSync(openSync(path, 'wx', OWNER_ONLY));
  syncFolderOf(path);
};

const requireOwnerOnly = (path: string): void => {
  // Windows has no such modes: access lists of the folder do this there.
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  throw new SecretFileUnsafe(path, 'can be read by other users: run chmod 600 on it.');
};
