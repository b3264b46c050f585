import { readFileSync } from 'node:fs';
import type { Db } from 'mongodb';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { EpochKeys } from './epoch-keys.ts';
import { fenceName, type Fence } from './fence.ts';
import { readMasterKeys } from './master-keys.ts';
import { openSecretFolder } from './secret-folder.ts';
import { parseFences } from './mongodb/shared-fence-list.ts';

/** Where the keys of an embedded vault lie, and where those of a shared one are to lie. */
export interface KeysMove {
  readonly keysFile: string;
  readonly masterKeysFile: string;
  /** Of both: whoever is named in it has no keys in either. */
  readonly fenceFile: string;
  readonly masterKeysFolder: string;
  /** The database of the shared vault, which has been opened once and is used by nobody else. */
  readonly db: Db;
  readonly epochKeys: EpochKeys;
  /** Told after each batch how many keys and claims have been dealt with. */
  readonly tell?: (done: number) => void;
}

/** What a move dealt with. */
export interface MovedKeys {
  readonly keys: number;
  readonly claims: number;
  /** Of them, keys that were damaged before: they are moved as they are. */
  readonly damaged: number;
  /** Of the list of the erased, how many are not fenced in the database; only a comparison looks. */
  readonly unfenced: number;
  /** What does not open to the same in both vaults; only a comparison looks. */
  readonly differing: number;
  /** Keys in the database, whoever put them there; only a comparison looks. */
  readonly there: number;
}

/**
 * Puts the master keys of a file into a folder, a file for each organisation, and leaves the file as it
 * is. Idempotent.
 *
 * @returns false where the folder has another key for one of the organisations
 * @throws SecretFileUnsafe
 */
export const carryMasterKeys = ({
  masterKeysFile,
  masterKeysFolder,
}: Pick<KeysMove, 'masterKeysFile' | 'masterKeysFolder'>): boolean => {
  const folder = openSecretFolder(masterKeysFolder);
  return Object.entries(readMasterKeys(masterKeysFile)).every(([organisation, encoded]) => {
    const key = Buffer.from(encoded, 'base64');
    folder.add(organisation, key);
    return folder.find(organisation)?.equals(key) === true;
  });
};

/** Whether a person, or one scope of theirs, stands in the list of what was erased. */
export type IsErased = (
  organisationId: OrganisationId,
  personId: PersonId,
  scope: Scope,
) => boolean;

/** Reads the list of what was erased. Throws {@link FenceDamaged}. */
export const fencesIn = (fenceFile: string): readonly Fence[] =>
  parseFences(readFileSync(fenceFile, 'utf8'));

/** The same, to be asked. Throws {@link FenceDamaged}. */
export const erasedIn = (fenceFile: string): IsErased => {
  const names = new Set(fencesIn(fenceFile).map(fenceName));
  return (organisationId, personId, scope) =>
    names.has(fenceName({ organisationId, personId, scope })) ||
    names.has(fenceName({ organisationId, personId, scope: null }));
};

/**
 * Copies the living keys and claims into the database of a shared vault. A key goes as it is wrapped by
 * its master key, and the epoch key around it: nothing is in clear on the way. What is there stays.
 */
export const moveKeys = async (move: KeysMove): Promise<MovedKeys> =>
  (await import('./mongodb/moving.ts')).moveKeys(move);

/** Whether every key and claim opens to the same in both vaults. */
export const compareKeys = async (move: KeysMove): Promise<MovedKeys> =>
  (await import('./mongodb/moving.ts')).compareKeys(move);
