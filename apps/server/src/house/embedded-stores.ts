import { join } from 'node:path';
import { openFiles } from '@vivier/files';
import { openEmbeddedIdentity } from '@vivier/identity';
import { openEmbeddedReadStore } from '@vivier/read-store';
import { openEmbeddedVault } from '@vivier/vault';
import { openEmbeddedWorkState } from '@vivier/work-state';
import { addressHashOf, cipherOf, contentHashOf, type Kept, type StoresOptions } from './stores.ts';

/** Opens everything but the log in a folder that this process owns. */
export const openEmbeddedStores = async ({
  folder,
  clock,
  opened,
  passwordCost,
  faults,
}: Pick<
  StoresOptions,
  'folder' | 'clock' | 'opened' | 'passwordCost' | 'faults'
>): Promise<Kept> => {
  const at = (name: string): string => join(folder, name);
  const vault = await openEmbeddedVault({
    keysFile: at('keys.sqlite'),
    masterKeysFile: at('master-keys.json'),
    fenceFile: at('erased.jsonl'),
    clock,
    ...(faults && { faults }),
  });
  opened.push(() => vault.close());
  const readStore = await openEmbeddedReadStore({ file: at('read-models.sqlite') });
  opened.push(() => readStore.close());
  const workState = await openEmbeddedWorkState({ file: at('work-state.sqlite') });
  opened.push(() => workState.close());
  const identity = await openEmbeddedIdentity({
    file: at('accounts.sqlite'),
    issuerKeyFile: at('issuer-key.json'),
    clock,
    hashAddress: addressHashOf(vault),
    ...(passwordCost && { passwordCost }),
  });
  opened.push(() => identity.close());
  const files = await openFiles({
    folder: at('documents'),
    database: at('documents.sqlite'),
    clock,
    cipherFor: cipherOf(vault),
    contentHash: contentHashOf(vault),
  });
  opened.push(() => files.close());
  return { vault, readStore, workState, identity, files };
};
