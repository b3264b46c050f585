import { join } from 'node:path';
import { openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import { openFiles, type Files } from '@vivier/files';
import { openEmbeddedIdentity, type Identity } from '@vivier/identity';
import { erased, type Clock, type Scope } from '@vivier/kernel';
import { openEmbeddedReadStore, type ReadStore } from '@vivier/read-store';
import { openEmbeddedVault, type Vault } from '@vivier/vault';
import { openEmbeddedWorkState, type WorkState } from '@vivier/work-state';
import type { Faults } from './faults.ts';

export type PasswordCost = NonNullable<Parameters<typeof openEmbeddedIdentity>[0]['passwordCost']>;

/** What a folder holds. */
export interface Stores {
  readonly vault: Vault;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly workState: WorkState;
  readonly identity: Identity;
  readonly files: Files;
}

export interface StoresOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Gets a way to close each store, in the order in which they are opened. */
  readonly opened: (() => Promise<void>)[];
  readonly passwordCost?: PasswordCost;
  readonly faults?: Faults;
}

const accountScope = 'account' as Scope;

/** Opens the embedded stores of a folder that this process owns. */
export const openStores = async ({
  folder,
  clock,
  opened,
  passwordCost,
  faults,
}: StoresOptions): Promise<Stores> => {
  const at = (name: string): string => join(folder, name);

  const vault = await openEmbeddedVault({
    keysFile: at('keys.sqlite'),
    masterKeysFile: at('master-keys.json'),
    fenceFile: at('erased.jsonl'),
    clock,
    ...(faults && { faults }),
  });
  opened.push(() => vault.close());
  const store = await openEmbeddedEventStore({
    file: at('log.sqlite'),
    now: () => clock.now(),
    ...(faults && { faults }),
  });
  opened.push(() => store.close());
  const readStore = await openEmbeddedReadStore({ file: at('read-models.sqlite') });
  opened.push(() => readStore.close());
  const workState = await openEmbeddedWorkState({ file: at('work-state.sqlite') });
  opened.push(() => workState.close());
  const identity = await openEmbeddedIdentity({
    file: at('accounts.sqlite'),
    issuerKeyFile: at('issuer-key.json'),
    clock,
    hashAddress: (organisationId, email) =>
      vault.organisationMac(organisationId, 'account-address', email),
    ...(passwordCost && { passwordCost }),
  });
  opened.push(() => identity.close());
  const files = await openFiles({
    folder: at('documents'),
    database: at('documents.sqlite'),
    clock,
    cipherFor: async (organisationId, personId, uploadId) => {
      const cipher = await vault.fileKey(organisationId, personId, `file-${uploadId}` as Scope);
      return cipher === erased ? 'erased' : cipher;
    },
    contentHash: (organisationId, personId, content) =>
      vault.mac(organisationId, personId, accountScope, 'document-content', content),
  });
  opened.push(() => files.close());
  return { vault, store, readStore, workState, identity, files };
};
