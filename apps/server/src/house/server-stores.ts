import { join } from 'node:path';
import { openMongoFiles } from '@vivier/files';
import { openMongoIdentity, type AccountSecrets } from '@vivier/identity';
import { erased, type Scope } from '@vivier/kernel';
import { openMongoDatabase, type MongoDatabaseOptions } from '@vivier/mongodb';
import { openMongoReadStore } from '@vivier/read-store';
import {
  openEpochKeysFolder,
  openMasterKeysFolder,
  openMongoVault,
  type FileCipher,
  type Vault,
} from '@vivier/vault';
import { openMongoWorkState, requireReadable } from '@vivier/work-state';
import { isShared } from '../config.ts';
import { enterRegister } from './process-register.ts';
import { addressHashOf, cipherOf, contentHashOf, type Kept, type StoresOptions } from './stores.ts';

/** Of the key of one account's secrets. */
export const credentialsScope = (accountId: string): Scope => `credentials-${accountId}` as Scope;

/** A sign-in's secrets lie under a key of their own, which goes with the person. */
export const secretsUnder = (vault: Vault): AccountSecrets => {
  type Owner = Parameters<AccountSecrets['seal']>[0];
  const cipherFor = ({ organisationId, personId, accountId }: Owner) =>
    vault.fileKey(organisationId, personId, credentialsScope(accountId));
  /** One short chunk, which is also the last. */
  const whole = [0, true] as const;
  const living = (cipher: FileCipher | typeof erased): FileCipher => {
    if (cipher === erased) throw new Error('Nobody signs in whose keys are destroyed.');
    return cipher;
  };
  return {
    seal: async (owner, plain) => living(await cipherFor(owner)).encrypt(...whole, plain),
    open: async (owner, sealed) => {
      const cipher = await cipherFor(owner);
      return cipher === erased ? undefined : cipher.decrypt(...whole, sealed);
    },
  };
};

/**
 * Opens everything but the log on a MongoDB replica set. Outside of it, in the folder that the processes
 * share, lie the master keys, the epoch keys, the key that signs tokens, and the list of the erased.
 *
 * @throws DatabaseRefused, LogNewerThanProgram, EpochKeyMissing, MasterKeyMissing, before anything is
 *   written
 */
export const openServerStores = async (
  { url, ...whose }: Pick<MongoDatabaseOptions, 'url' | 'installation' | 'mustBeOurs'>,
  options: StoresOptions,
): Promise<Kept> => {
  const { folder, clock, log, opened, passwordCost } = options;
  const at = (name: string): string => join(folder, name);
  const database = await openMongoDatabase({ url, ...whose });
  opened.push(() => database.close());
  const { db } = database;
  await requireReadable(database, options.process.reads);
  const vault = await openMongoVault({
    db,
    masterKeys: openMasterKeysFolder(at('master-keys')),
    epochKeys: openEpochKeysFolder(at('epoch-keys')),
    fenceFile: at('erased.jsonl'),
    clock,
  });
  opened.push(() => vault.close());
  const readStore = await openMongoReadStore(database);
  opened.push(() => readStore.close());
  const workState = await openMongoWorkState(database);
  opened.push(() => workState.close());
  const { processes, leases } = workState;
  const register = isShared(options)
    ? await enterRegister({ processes, log, ...options.process })
    : undefined;
  // Closed before the connection, and after whatever follows the log.
  if (register) opened.push(() => register.leave());
  const identity = await openMongoIdentity({
    db,
    secrets: secretsUnder(vault),
    issuerKeyFile: at('issuer-key.json'),
    clock,
    hashAddress: addressHashOf(vault),
    ...(passwordCost && { passwordCost }),
  });
  opened.push(() => identity.close());
  const files = await openMongoFiles({
    ...database,
    clock,
    cipherFor: cipherOf(vault),
    contentHash: contentHashOf(vault),
  });
  opened.push(() => files.close());
  return {
    vault,
    readStore,
    workState,
    identity,
    files,
    leases,
    ...(register && { readers: register }),
    forgetKeys: (organisationId, personId) => {
      vault.forget(organisationId, personId);
    },
    rotateEpoch: async () => {
      await vault.rotateEpoch();
    },
  };
};
