import { join } from 'node:path';
import { aggregates, rights } from '@vivier/domain';
import { openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import { openFiles, type Files } from '@vivier/files';
import { openEmbeddedIdentity, type Identity } from '@vivier/identity';
import {
  erased,
  type AnyDecider,
  type Clock,
  type OrganisationId,
  type Position,
  type Scope,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { projections } from '@vivier/projections';
import { openEmbeddedReadStore, type ReadStore } from '@vivier/read-store';
import {
  createExecute,
  load,
  startProjector,
  startSagaRunner,
  systemClock,
  type Execute,
  type Loaded,
  type Projector,
  type SagaRunner,
} from '@vivier/runtime';
import { sagas } from '@vivier/sagas';
import { openEmbeddedVault, type Vault } from '@vivier/vault';
import { openEmbeddedWorkState, ownFolder } from '@vivier/work-state';
import type { Log } from './log.ts';

/** Everything that runs behind the API, opened on one folder. */
export interface House {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly vault: Vault;
  readonly identity: Identity;
  readonly files: Files;
  readonly execute: Execute;
  readonly projector: Projector;
  readonly sagas: SagaRunner;
  /** Folds one aggregate of an organisation from the log. */
  readonly load: (
    organisationId: OrganisationId,
    aggregate: AnyDecider,
    key: string,
  ) => Promise<Loaded>;
  /** Resolves once everything that follows from the log so far has happened. */
  readonly settled: () => Promise<void>;
  /** Stops what runs, closes the stores, gives the folder back. */
  readonly close: () => Promise<void>;
}

export interface HouseOptions {
  readonly folder: string;
  /** What holds the folder, told to a second process that asks for it. */
  readonly purpose: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Cheaper passwords, for tests. */
  readonly passwordCost?: Parameters<typeof openEmbeddedIdentity>[0]['passwordCost'];
}

const accountScope = 'account' as Scope;

/**
 * Opens the embedded stores of a folder and starts what follows the log.
 *
 * @throws FolderOwned when another process holds the folder
 */
export const openHouse = async (options: HouseOptions): Promise<House> => {
  const { folder, log, clock = systemClock } = options;
  /** What has been opened, to be closed in the opposite order. */
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const owner = await ownFolder({ folder, about: { command: options.purpose } });
    opened.push(() => owner.release());
    const at = (name: string): string => join(folder, name);

    const vault = await openEmbeddedVault({
      keysFile: at('keys.sqlite'),
      masterKeysFile: at('master-keys.json'),
      fenceFile: at('erased.jsonl'),
      clock,
    });
    opened.push(() => vault.close());
    const store = await openEmbeddedEventStore({ file: at('log.sqlite'), now: () => clock.now() });
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
      ...(options.passwordCost && { passwordCost: options.passwordCost }),
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

    const codec = new EventCodec(Object.values(aggregates).map(({ events }) => events));
    const execute = createExecute({ aggregates, permissions: rights, store, vault, codec, clock });
    const projector = await startProjector({
      store,
      readStore,
      codec,
      projections,
      onHalt: (projection, halt) => {
        log.error({ projection, ...halt }, 'A projection stands still.');
      },
    });
    opened.push(() => projector.stop());
    const runner = await startSagaRunner({
      store,
      workState,
      codec,
      clock,
      execute,
      sagas,
      onHalt: (saga, halt) => {
        log.error({ saga, ...halt }, 'A saga stands still.');
      },
      onRefused: (saga, { rejected }) => {
        log.warn({ saga, rejected }, 'What a saga sent was refused.');
      },
    });
    opened.push(() => runner.stop());

    const settled = async (): Promise<void> => {
      for (let head: Position | undefined; head !== (await store.head());) {
        head = await store.head();
        await runner.settled.reached(head);
        for (const progress of projector.progress.values()) await progress.reached(head);
      }
    };

    return {
      clock,
      log,
      store,
      readStore,
      vault,
      identity,
      files,
      execute,
      projector,
      sagas: runner,
      load: (organisationId, aggregate, key) => load(store, codec, organisationId, aggregate, key),
      settled,
      close: closeAll,
    };
  } catch (failure) {
    await closeAll();
    throw failure;
  }
};
