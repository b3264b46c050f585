import { aggregates, rights } from '@vivier/domain';
import type { EventStore } from '@vivier/event-store';
import type { Files } from '@vivier/files';
import type { Identity } from '@vivier/identity';
import { type AnyDecider, type Clock, type OrganisationId, type Position } from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { projections } from '@vivier/projections';
import type { ReadStore } from '@vivier/read-store';
import {
  createExecute,
  load,
  rebuilder,
  startEffectRunner,
  startProjector,
  startSagaRunner,
  startTicker,
  systemClock,
  turns,
  type EffectRunner,
  type Execute,
  type Loaded,
  type Projector,
  type Rebuilder,
  type SagaRunner,
  type Ticker,
} from '@vivier/runtime';
import { sagas } from '@vivier/sagas';
import type { Vault } from '@vivier/vault';
import { ownFolder, type Outbox } from '@vivier/work-state';
import { requireWhole } from './backing-up.ts';
import { candidateReader, choresOf, releaseClaims } from './chores.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { directoryFollower, type DirectoryFollower } from './directory-follower.ts';
import { effectsOf } from './effects.ts';
import type { Faults } from './faults.ts';
import type { Log } from './log.ts';
import { movableClock, type MovableClock } from './movable-clock.ts';
import { openStores, type PasswordCost } from './stores.ts';

/** Everything that runs behind the API, opened on one folder. */
export interface House {
  /** What it was opened on. */
  readonly folder: string;
  readonly clock: MovableClock;
  readonly log: Log;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly vault: Vault;
  readonly identity: Identity;
  readonly files: Files;
  readonly execute: Execute;
  readonly projector: Projector;
  readonly rebuilder: Rebuilder;
  readonly sagas: SagaRunner;
  readonly effects: EffectRunner;
  readonly outbox: Outbox;
  /** How many deadlines are due at an instant and not sent yet, counted up to a limit. */
  readonly dueDeadlines: (now: number, limit: number) => Promise<number>;
  /** People by name; whoever serves queries begins it. */
  readonly directory: DirectoryFollower;
  /** Does what falls due; with a clock that is set by hand, only when it is asked. */
  readonly ticker: Ticker;
  /** Work under one name goes one after another: registrations, and what tidies up after them. */
  readonly inTurn: ReturnType<typeof turns>;
  /** Gives back what registrations that never came have claimed. */
  readonly releaseClaims: () => Promise<void>;
  /** Folds one aggregate of an organisation from the log. */
  readonly load: (
    organisationId: OrganisationId,
    aggregate: AnyDecider,
    key: string,
  ) => Promise<Loaded>;
  /** Resolves once everything that follows from the log so far has happened. */
  readonly settled: () => Promise<void>;
  /** Where tests can stop it. */
  readonly faults?: Faults;
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
  readonly passwordCost?: PasswordCost;
  /** Awaited before names are opened for the directory, for tests. */
  readonly beforeNames?: () => Promise<void>;
  /** Awaited with each page of the log that a rebuild takes in, for tests. */
  readonly duringRebuild?: () => Promise<void>;
  readonly faults?: Faults;
  readonly instruments?: Instruments;
}

/**
 * Opens the embedded stores of a folder and starts what follows the log.
 *
 * @throws FolderOwned when another process holds the folder
 */
export const openHouse = async (options: HouseOptions): Promise<House> => {
  const { folder, log } = options;
  const faults = options.faults && { faults: options.faults };
  const clock = movableClock(folder, options.clock ?? systemClock);
  /** What has been opened, to be closed in the opposite order. */
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const owner = await ownFolder({ folder, about: { command: options.purpose } });
    opened.push(() => owner.release());
    requireWhole(folder);
    const stores = await openStores({
      folder,
      clock,
      opened,
      ...(options.passwordCost && { passwordCost: options.passwordCost }),
      ...faults,
    });
    const { vault, readStore, workState, identity, files } = stores;
    const store = options.instruments?.store(stores.store) ?? stores.store;

    const codec = new EventCodec(Object.values(aggregates).map(({ events }) => events));
    const door = createExecute({
      aggregates,
      permissions: rights,
      store,
      vault,
      codec,
      clock,
      ...faults,
    });
    const execute = options.instruments?.execute(door) ?? door;
    const projector = await startProjector({
      store,
      readStore,
      codec,
      projections,
      ...faults,
      onHalt: (projection, halt) => {
        log.error({ projection, ...halt }, 'A projection stands still.');
      },
    });
    opened.push(() => projector.stop());
    const rebuilds = rebuilder({
      store,
      readStore,
      codec,
      projections,
      projector,
      ...(options.duringRebuild && { afterPage: options.duringRebuild }),
    });
    opened.push(() => rebuilds.stop());
    const runner = await startSagaRunner({
      store,
      workState,
      codec,
      clock,
      execute,
      sagas,
      ...faults,
      onHalt: (saga, halt) => {
        log.error({ saga, ...halt }, 'A saga stands still.');
      },
      onRefused: (saga, { rejected }) => {
        log.warn({ saga, rejected }, 'What a saga sent was refused.');
      },
      onFailure: (saga, failure) => {
        log.warn({ saga, failure }, 'What a saga wants could not be sent; it is tried again.');
      },
    });
    opened.push(() => runner.stop());
    const effects = await startEffectRunner({
      store,
      outbox: workState.outbox,
      codec,
      clock,
      effects: effectsOf(stores),
      ...faults,
      onHalt: (effect, halt) => {
        log.error({ effect, ...halt }, 'An effect stands still.');
      },
      onFailure: ({ effect, eventId, attempts, failure }, dead) => {
        log.warn({ effect, eventId, attempts, failure, dead }, 'An effect did not come about.');
      },
    });
    opened.push(() => effects.stop());
    const loadOne: House['load'] = (organisationId, aggregate, key) =>
      load(store, codec, organisationId, aggregate, key);
    const inTurn = turns();
    const tidied = { ...stores, candidateOf: candidateReader(loadOne), inTurn };
    const ticker = startTicker({
      clock,
      dated: [runner, effects],
      chores: choresOf(tidied),
      automatic: options.clock === undefined,
      onFailure: (what, error) => {
        log.warn({ what, kind: error instanceof Error ? error.name : typeof error }, 'Not done.');
      },
    });
    opened.push(() => ticker.stop());
    const directory = directoryFollower({
      store,
      readStore,
      codec,
      open: async (blobs) => {
        await options.beforeNames?.();
        return vault.open(blobs);
      },
      organisations: async () =>
        (await identity.organisations()).map(({ organisationId }) => organisationId),
      onHalt: (halt) => {
        log.error(halt, 'The directory stands still.');
      },
    });
    opened.push(() => directory.stop());

    const settled = async (): Promise<void> => {
      for (let head: Position | undefined; head !== (await store.head());) {
        head = await store.head();
        await runner.settled.reached(head);
        await effects.settled.reached(head);
        for (const progress of projector.progress.values()) await progress.reached(head);
        await directory.settled(head);
      }
    };

    return {
      folder,
      clock,
      log,
      store,
      readStore,
      vault,
      identity,
      files,
      execute,
      projector,
      rebuilder: rebuilds,
      sagas: runner,
      effects,
      outbox: workState.outbox,
      dueDeadlines: async (now, limit) => (await workState.due(now, limit)).length,
      directory,
      ticker,
      inTurn,
      releaseClaims: () => releaseClaims(tidied, clock.now()),
      load: loadOne,
      settled,
      ...faults,
      close: closeAll,
    };
  } catch (failure) {
    await closeAll();
    throw failure;
  }
};
