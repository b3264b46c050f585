import { join } from 'node:path';
import {
  openEmbeddedEventStore,
  type EventStore,
  type SharedEventStore,
} from '@vivier/event-store';
import type { CipherFor, ContentHash, Files } from '@vivier/files';
import type { EmbeddedIdentityOptions, Identity, PasswordCost } from '@vivier/identity';
import { erased, type Clock, type OrganisationId, type PersonId, type Scope } from '@vivier/kernel';
import type { ReadStore } from '@vivier/read-store';
import type { Readers } from '@vivier/runtime';
import type { Vault } from '@vivier/vault';
import { ownFolder, type EventVersions, type Leases, type WorkState } from '@vivier/work-state';
import { isEmbedded, isShared, type Servers } from '../config.ts';
import { requireWhole } from './backing-up.ts';
import { openEmbeddedStores } from './embedded-stores.ts';
import type { Faults } from './faults.ts';
import { installationOf } from './installation.ts';
import { requireFitting, requireItsLog } from './fitting.ts';
import { kindOf, type Log } from './log.ts';

/** Everything that is kept but the log. */
export interface Kept {
  readonly vault: Vault;
  readonly readStore: ReadStore;
  readonly workState: WorkState;
  readonly identity: Identity;
  readonly files: Files;
  /** Where several processes share it: who does what is for one of them at a time. */
  readonly leases?: Leases;
  /** Where other processes destroy keys too: what is held in memory of a person goes at once. */
  readonly forgetKeys?: (organisationId: OrganisationId, personId: PersonId) => void;
  /** Where erasure becomes final only with the end of an epoch: ends it. */
  readonly rotateEpoch?: () => Promise<void>;
  /** Where several processes share it: who else reads the log. */
  readonly readers?: Readers;
}

/** What an installation holds. */
export interface Stores extends Kept {
  readonly store: EventStore;
}

export interface StoresOptions extends Servers {
  readonly folder: string;
  /** What holds the folder, told to a second process that asks for it. */
  readonly purpose: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Gets a way to close each store, in the order in which they are opened. */
  readonly opened: (() => Promise<void>)[];
  readonly passwordCost?: PasswordCost | undefined;
  readonly faults?: Faults | undefined;
  /** What those learn with whom it shares the stores: what it does, and which events it reads. */
  readonly process: { readonly roles: readonly string[]; readonly reads: EventVersions };
}

const accountScope = 'account' as Scope;

/** Of the key of one file's bytes. */
export const fileScope = (uploadId: string): Scope => `file-${uploadId}` as Scope;

export const cipherOf =
  (vault: Vault): CipherFor =>
  async (organisationId, personId, uploadId) => {
    const cipher = await vault.fileKey(organisationId, personId, fileScope(uploadId));
    return cipher === erased ? 'erased' : cipher;
  };

export const addressHashOf =
  (vault: Vault): EmbeddedIdentityOptions['hashAddress'] =>
  (organisationId, email) =>
    vault.organisationMac(organisationId, 'account-address', email);

export const contentHashOf =
  (vault: Vault): ContentHash =>
  (organisationId, personId, content) =>
    vault.mac(organisationId, personId, accountScope, 'document-content', content);

const openLogServer = async (
  address: string,
  installation: string,
  { opened, log }: Pick<StoresOptions, 'opened' | 'log'>,
): Promise<SharedEventStore> => {
  const { openEventStoreDb } = await import('@vivier/event-store');
  const store = await openEventStoreDb({
    address,
    installation,
    interrupted: (error) => {
      log.warn(
        { kind: kindOf(error) },
        'The event store broke off; what follows the log asks again.',
      );
    },
  });
  opened.push(() => store.close());
  return store;
};

/**
 * Opens the stores of an installation: those of the folder, which then has this process as its owner,
 * and those on servers. A server that cannot be used is found before anything is written.
 *
 * @throws FolderOwned, ConfigurationMistake, UnusableEventStore, DatabaseRefused, LogNewerThanProgram,
 *   EpochKeyMissing, MasterKeyMissing
 */
export const openStores = async (options: StoresOptions): Promise<Stores> => {
  const { folder, purpose, clock, opened, eventStoreUrl, mongoUrl, faults } = options;
  if (!isShared(options)) {
    const owner = await ownFolder({ folder, about: { command: purpose } });
    opened.push(() => owner.release());
  }
  requireWhole(folder);
  requireFitting(folder, options);
  const installation = isEmbedded(options) ? '' : installationOf(folder);
  const server =
    eventStoreUrl === undefined
      ? undefined
      : await openLogServer(eventStoreUrl, installation, options);
  const kept =
    mongoUrl === undefined
      ? await openEmbeddedStores(options)
      : await (
          await import('./server-stores.ts')
        ).openServerStores({ url: mongoUrl, installation, mustBeOurs: server?.isClaimed }, options);
  if (server) {
    await requireItsLog(kept.readStore, server);
    await server.claim(installation);
    return { ...kept, store: server };
  }
  const store = await openEmbeddedEventStore({
    file: join(folder, 'log.sqlite'),
    now: () => clock.now(),
    ...(faults && { faults }),
  });
  opened.push(() => store.close());
  if (mongoUrl !== undefined) await requireItsLog(kept.readStore, store);
  return { ...kept, store };
};
