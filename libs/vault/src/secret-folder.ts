import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  addPrivateFile,
  destroyPrivateFile,
  readPrivateFile,
  syncFolderOf,
} from './private-file.ts';
import { SecretFileUnsafe } from './refusals.ts';

/** Secrets of 32 bytes in a folder, one file of mode 0600 each. */
export interface SecretFolder {
  /** `undefined` where there is none by that name. Throws {@link SecretFileUnsafe}. */
  find(name: string): Buffer | undefined;
  /** Keeps a secret, durably, unless there is one by that name; says whether it did. */
  add(name: string, secret: Uint8Array): boolean;
  /** Overwrites and removes it. Idempotent. */
  destroy(name: string): void;
}

const SECRET_BYTES = 32;
/** Names come out of a database: none may lead out of the folder. */
const NAME = /^[\w-]{1,100}$/;

/** Opens the folder, and makes it, of mode 0700, where there is none. */
export const openSecretFolder = (path: string): SecretFolder => {
  if (!existsSync(path)) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    syncFolderOf(path);
  }
  const fileOf = (name: string): string => {
    if (!NAME.test(name)) throw new RangeError('A secret is named by letters, digits and hyphens.');
    return join(path, `${name}.key`);
  };
  return {
    find: (name) => {
      if (!NAME.test(name)) return undefined;
      const text = readPrivateFile(fileOf(name));
      if (text === undefined) return undefined;
      const secret = Buffer.from(text, 'base64');
      if (secret.length === SECRET_BYTES && `${secret.toString('base64')}\n` === text)
        return secret;
      throw new SecretFileUnsafe(fileOf(name), 'is not a whole key: restore it.');
    },
    add: (name, secret) =>
      addPrivateFile(fileOf(name), `${Buffer.from(secret).toString('base64')}\n`),
    destroy: (name) => destroyPrivateFile(fileOf(name)),
  };
};
