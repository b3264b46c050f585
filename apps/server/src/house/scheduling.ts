import type { EventStore } from '@vivier/event-store';
import type { Clock, Position } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import {
  Progress,
  startEffectRunner,
  startSagaRunner,
  type EffectRunner,
  type Execute,
  type SagaRunner,
} from '@vivier/runtime';
import { sagas } from '@vivier/sagas';
import { effectsOf } from './effects.ts';
import type { Faults } from './faults.ts';
import { accountLinkToken, accountLinkUrl } from './account-links.ts';
import { kindOf, type Log } from './log.ts';
import type { SettleAddress } from './login-address.ts';
import type { Mailing } from './mail/mailing.ts';
import type { MailPorts } from './mail/what-it-says.ts';
import type { Stores } from './stores.ts';
import type { ForPerson } from './taking-turns.ts';

export interface SchedulingPorts {
  readonly stores: Stores;
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly execute: Execute;
  readonly forPerson: ForPerson;
  readonly settleAddress: SettleAddress;
  readonly mailing: Mailing;
  readonly load: MailPorts['load'];
  readonly log: Log;
  readonly faults?: Faults | undefined;
  /** Gets a way to stop each runner. */
  readonly opened: (() => Promise<void>)[];
}

/** What happens by itself. */
export interface Scheduling {
  readonly sagas: SagaRunner;
  readonly effects: EffectRunner;
}

/** So long an effect waits for the sagas, in ms, before it lets others go first. */
const LONGEST_WAIT_MS = 5_000;

const followed = async ({ progress }: SagaRunner, store: EventStore): Promise<boolean> => {
  const head = await store.head();
  const signal = AbortSignal.timeout(LONGEST_WAIT_MS);
  for (const one of progress.values()) if (!(await one.reached(head, signal))) return false;
  return true;
};

/** Starts the sagas and the effects. Several processes may: what they send has derived ids. */
export const startScheduling = async (ports: SchedulingPorts): Promise<Scheduling> => {
  const { stores, store, codec, clock, execute, mailing, log, opened } = ports;
  const { workState, vault } = stores;
  const faults = ports.faults && { faults: ports.faults };
  const onRetry = (error: unknown): void => {
    const kind = kindOf(error);
    // Another scheduler was first: that is how two of them share the work.
    if (kind !== 'SagaPositionMoved')
      log.warn({ kind }, 'Sagas or effects could not follow the log; they try again.');
  };
  const runner = await startSagaRunner({
    store,
    workState,
    codec,
    clock,
    execute,
    sagas,
    onRetry,
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
    effects: effectsOf({
      ...stores,
      outbox: workState.outbox,
      execute,
      forPerson: ports.forPerson,
      settleAddress: ports.settleAddress,
      sagasFollowed: () => followed(runner, store),
      ...{ clock, load: ports.load, mailing, removeMailsOf: mailing.removeMailsOf },
      linkOf: async (link) =>
        accountLinkUrl(mailing.publicUrl(), link.kind, await accountLinkToken(vault, link)),
      ...faults,
    }),
    isShared: stores.leases !== undefined,
    onRetry,
    ...faults,
    onHalt: (effect, halt) => {
      log.error({ effect, ...halt }, 'An effect stands still.');
    },
    onFailure: ({ effect, eventId, attempts, failure }, dead) => {
      log.warn({ effect, eventId, attempts, failure, dead }, 'An effect did not come about.');
    },
  });
  opened.push(() => effects.stop());
  return { sagas: runner, effects };
};

/** Of a process where nothing happens by itself: it waits for nobody, and nobody waits for it. */
export const noScheduling = (): Scheduling => {
  const idle = {
    progress: new Map<string, Progress>(),
    settled: new Progress(Number.MAX_SAFE_INTEGER as Position),
    sendDue: () => Promise.resolve(),
    nextDue: () => Promise.resolve(undefined),
    stop: () => Promise.resolve(),
  };
  return { sagas: { ...idle, failing: 0 }, effects: idle };
};
