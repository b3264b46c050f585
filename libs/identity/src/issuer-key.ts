import {
  createPrivateKey,
  generateKeyPairSync,
  randomUUID,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { IssuerKeyUnsafe } from './refusals.ts';

const OWNER_ONLY = 0o600;

/**
 * The Ed25519 key that signs access tokens, from its file of mode 0600, which the first start makes.
 * Throws {@link IssuerKeyUnsafe}. Deleting the file signs everybody out of the access tokens they hold.
 */
export const openIssuerKey = (path: string): KeyObject => {
  if (!existsSync(path)) writeNewKey(path);
  requireOwnerOnly(path);
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as JsonWebKey;
    const key = createPrivateKey({ key: jwk, format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // The cause is not passed on: it could hold a piece of the key.
  }
  throw new IssuerKeyUnsafe(
    path,
    'is not an Ed25519 key: restore it, or remove it to get a new one.',
  );
};

const writeNewKey = (path: string): void => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const unfinished = `${path}.${randomUUID()}`;
  const file = openSync(unfinished, 'wx', OWNER_ONLY);
  try {
    writeFileSync(file, `${JSON.stringify(key)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // Of several processes that start at once, one has its key kept, and all sign with that one.
    linkSync(unfinished, path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
  } finally {
    rmSync(unfinished, { force: true });
  }
  syncFolderOf(path);
};

/** Makes an empty file of mode 0600 before SQLite makes it with the umask's. */
export const ensurePrivateFile = (path: string): void => {
  if (existsSync(path)) return requireOwnerOnly(path);
  closeSync(openSync(path, 'wx', OWNER_ONLY));
  syncFolderOf(path);
};

const syncFolderOf = (path: string): void => {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

const requireOwnerOnly = (path: string): void => {
  // Windows has no such modes: access lists of the folder do this there.
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  throw new IssuerKeyUnsafe(path, 'can be read by other users: run chmod 600 on it.');
};
