import { aggregates, rights, type CommandInputs, type CommandName } from '@vivier/domain';
import type { EventStore } from '@vivier/event-store';
import type { Files } from '@vivier/files';
import type { Identity, PasswordCost } from '@vivier/identity';
import type { AnyDecider, Clock, OrganisationId, PersonId, Position } from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import type { ReadStore } from '@vivier/read-store';
import {
  beginFromNow,
  createExecute,
  load,
  startTicker,
  systemClock,
  turns,
  type Execute,
  type Loaded,
  type Ticker,
} from '@vivier/runtime';
import type { Vault } from '@vivier/vault';
import type { Outbox, WorkState } from '@vivier/work-state';
import { isEmbedded, isShared, processRoles, type ProcessRole, type Servers } from '../config.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { candidateReader, choresOf, releaseClaims } from './chores.ts';
import { destroyErasedAgain } from './erased-again.ts';
import { destroyingAtOnce } from './erasing/destroying-at-once.ts';
import { directoryFollower, type DirectoryFollower } from './directory-follower.ts';
import { endingEpochs } from './ending-epochs.ts';
import type { Faults } from './faults.ts';
import { kindOf, type Log } from './log.ts';
import { settlingAddresses, type SettleAddress } from './login-address.ts';
import { openMailing, type Mailing, type MailSettings } from './mail/mailing.ts';
import { SEND_MAIL } from './mail/send-mail.ts';
import { movableClock, type MovableClock } from './movable-clock.ts';
import { startProjecting, type Projecting } from './projecting.ts';
import { noScheduling, startScheduling, type Scheduling } from './scheduling.ts';
import { openStores } from './stores.ts';
import { personTurns, type ForPerson } from './taking-turns.ts';

/** Everything that runs behind the API, opened on one folder and the servers beside it. */
export interface House extends Scheduling, Omit<Projecting, 'own' | 'stop'> {
  /** What it was opened on. */
  readonly folder: string;
  /** Which part of the work is this process's. */
  readonly roles: readonly ProcessRole[];
  /** Whether other processes work on the same stores. */
  readonly isShared: boolean;
  /** Whether everything lies in the folder. */
  readonly isEmbedded: boolean;
  /** The projections that this process keeps up with the log at the moment. */
  readonly projecting: Projecting['own'];
  readonly clock: MovableClock;
  readonly log: Log;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly vault: Vault;
  readonly identity: Identity;
  readonly files: Files;
  readonly execute: Execute;
  readonly outbox: Outbox;
  /** How mails leave, and those that lie in the folder. */
  readonly mailing: Mailing;
  /** How many deadlines are due at an instant and not sent yet, counted up to a limit. */
  readonly dueDeadlines: (now: number, limit: number) => Promise<number>;
  /** What a saga will do with one of its instances if nothing else happens first. */
  readonly planned: WorkState['planned'];
  /** People by name; whoever serves queries begins it. */
  readonly directory: DirectoryFollower;
  /** Does what falls due; with a clock that is set by hand, only when it is asked. */
  readonly ticker: Ticker;
  /** Work under one name goes one after another in this process. */
  readonly inTurn: ReturnType<typeof turns>;
  /** Registrations, and what tidies up after them, in all processes. */
  readonly forPerson: ForPerson;
  /** Gives back what registrations that never came have claimed. */
  readonly releaseClaims: () => Promise<void>;
  /** Brings somebody's account and claim to the address of the log; in their turn. */
  readonly settleAddress: SettleAddress;
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

export interface HouseOptions extends Servers {
  readonly folder: string;
  /** Default: all. Fewer need both servers. */
  readonly roles?: readonly ProcessRole[] | undefined;
  /** What holds the folder, told to a second process that asks for it. */
  readonly purpose: string;
  readonly log: Log;
  /** Default: into the folder. */
  readonly mail?: MailSettings | undefined;
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
 * Opens the stores and starts what follows the log.
 *
 * @throws FolderOwned when another process holds the folder; what {@link openStores} rejects with
 */
export const openHouse = async (options: HouseOptions): Promise<House> => {
  const { folder, log, eventStoreUrl, mongoUrl, roles = processRoles } = options;
  const faults = options.faults && { faults: options.faults };
  const servers = { eventStoreUrl, mongoUrl };
  const machine = options.clock ?? systemClock;
  // Time is moved on in a demo alone, which has no servers.
  const clock = isShared(servers) ? unmovable(machine) : movableClock(folder, machine);
  /** What has been opened, to be closed in the opposite order. */
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const codec = new EventCodec(Object.values(aggregates).map(({ events }) => events));
    const stores = await openStores({
      folder,
      purpose: options.purpose,
      clock,
      log,
      opened,
      passwordCost: options.passwordCost,
      process: { roles, reads: codec.reads() },
      ...servers,
      ...faults,
    });
    const { vault, readStore, workState, identity, files, leases } = stores;
    const store = options.instruments?.store(stores.store) ?? stores.store;
    // Before anybody is served, or anything follows the log.
    await destroyErasedAgain(stores);
    // Before anything is appended: people are not written to about what is old.
    await beginFromNow([SEND_MAIL], { store, outbox: workState.outbox });

    const door = createExecute({
      aggregates,
      permissions: rights,
      store,
      vault,
      codec,
      clock,
      readers: stores.readers,
      onAppended: destroyingAtOnce(vault),
      ...faults,
    });
    const execute = options.instruments?.execute(door) ?? door;
    const projecting = await startProjecting({
      store,
      readStore,
      codec,
      log,
      leases,
      isProjector: roles.includes('projector'),
      afterPage: options.duringRebuild,
      ...faults,
    });
    opened.push(() => projecting.stop());
    const { projector } = projecting;
    const loadOne: House['load'] = (organisationId, aggregate, key) =>
      load(store, codec, organisationId, aggregate, key);
    const settleAddress = settlingAddresses({ vault, identity, clock, load: loadOne });
    const forPerson = personTurns(leases);
    const mailing = openMailing(options.mail ?? nowhere, { folder, vault });
    opened.push(() => mailing.close());
    const isScheduler = roles.includes('scheduler');
    const scheduling = isScheduler
      ? await startScheduling({
          ...{ stores, store, codec, clock, forPerson, settleAddress, log, opened },
          execute: erasingInTurn(execute, forPerson),
          ...{ mailing, load: loadOne },
          ...faults,
        })
      : noScheduling();
    const inTurn = turns();
    const endEpoch = endingEpochs(stores);
    const candidateOf = candidateReader(loadOne);
    const onUnsettled = (error: unknown): void => {
      log.warn({ kind: kindOf(error) }, 'The address of somebody is not what the log says.');
    };
    const tidied = {
      ...stores,
      ...{ candidateOf, forPerson, settleAddress, onUnsettled, endEpoch },
    };
    const ticker = startTicker({
      clock,
      dated: [scheduling.sagas, scheduling.effects],
      chores: isScheduler ? choresOf(tidied) : [],
      automatic: options.clock === undefined,
      onFailure: (what, error) => {
        log.warn({ what, kind: kindOf(error) }, 'Not done.');
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
      onErased: stores.forgetKeys,
      onHalt: (halt) => {
        log.error(halt, 'The directory stands still.');
      },
    });
    opened.push(() => directory.stop());

    const settled = async (): Promise<void> => {
      for (let head: Position | undefined; head !== (await store.head());) {
        head = await store.head();
        await scheduling.sagas.settled.reached(head);
        await scheduling.effects.settled.reached(head);
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
      roles,
      isShared: isShared(servers),
      isEmbedded: isEmbedded(servers),
      projector,
      projecting: projecting.own,
      rebuilder: projecting.rebuilder,
      ...scheduling,
      outbox: workState.outbox,
      mailing,
      planned: (saga, organisationId, instance) =>
        workState.planned(saga, organisationId, instance),
      dueDeadlines: async (now, limit) => (await workState.due(now, limit)).length,
      directory,
      ticker,
      inTurn,
      forPerson,
      settleAddress,
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

/** Of a house that nobody reaches by a link. */
const nowhere: MailSettings = { publicUrl: () => 'http://localhost' };

/** Whoever is erased at a deadline is so in turn with what they do at the same moment. */
const erasingInTurn =
  (execute: Execute, forPerson: ForPerson): Execute =>
  (envelope) =>
    envelope.name === ('EraseSubject' satisfies CommandName)
      ? forPerson((envelope.input as CommandInputs['EraseSubject']).candidateId as PersonId, () =>
          execute(envelope),
        )
      : execute(envelope);

const unmovable = (clock: Clock): MovableClock => ({
  now: () => clock.now(),
  moveOn: () => {
    throw new TypeError('The time of several processes cannot be moved on.');
  },
});
