import type { EventStore } from '@vivier/event-store';
import {
  START,
  type Clock,
  type Position,
  type Recorded,
  type Rejection,
  type Saga,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { SagaPositionMoved, UnstorableAgenda, type WorkState } from '@vivier/work-state';
import type { Execute } from './execute.ts';
import type { RuntimeFaults } from './faults.ts';
import { CannotGoOn, haltFor, keepReading, Progress, type Halt, type Wait } from './followers.ts';
import { followLog } from './follow-log.ts';
import { InstancesInHand } from './instances-in-hand.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { SagaSender } from './saga-sender.ts';

export interface SagaRunnerPorts {
  readonly store: EventStore;
  readonly workState: WorkState;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly execute: Execute;
  readonly sagas: readonly Saga[];
  readonly onHalt?: (saga: string, halt: Halt) => void;
  /** Told when the domain refuses what a saga sends; the entry is done with all the same. */
  readonly onRefused?: (saga: string, rejection: Rejection) => void;
  /** Told when something could not be sent; it is tried again later, and others do not wait for it. */
  readonly onFailure?: (saga: string, failure: string) => void;
  /** Between two tries of what failed for a while; default: a timer. */
  readonly wait?: Wait;
  /** Told of what failed in reading the log and is tried again. */
  readonly onRetry?: (error: unknown) => void;
  readonly faults?: RuntimeFaults;
}

export interface SagaRunner {
  readonly progress: ReadonlyMap<string, Progress>;
  /** How far the log was when everything due had been sent, or put off. */
  readonly settled: Progress;
  /** How many entries could not be sent and are tried again later. */
  readonly failing: number;
  /**
   * Sends what is due at this moment, where every saga has seen all that happened. An instance's entries
   * go out one at a time, each when the saga has seen what the one before led to.
   */
  sendDue(): Promise<void>;
  /** When there is something to send next, in ms since 1970; `undefined` while nothing may be sent. */
  nextDue(): Promise<number | undefined>;
  stop(): Promise<void>;
}

interface Follower {
  readonly saga: Saga;
  readonly progress: Progress;
  /** What the store has. */
  written: Position;
  /** What is folded into the instances in hand. */
  taken: Position;
  /** So many events since `written`: positions may have gaps and do not tell. */
  unsaved: number;
  instances: InstancesInHand;
}

/** What plans nothing is written down only now and then: so many events are read again in no time. */
const UNWRITTEN = 1_000;

/**
 * Runs the sagas: folds the log into their instances, replaces an instance's agenda after each page of
 * its events, and sends what is due. Position, states and agendas are stored together and before anything
 * is sent; command ids derive from saga, instance, entry and time. So a crash at any point only delays.
 */
export const startSagaRunner = async (ports: SagaRunnerPorts): Promise<SagaRunner> => {
  const { store, workState, codec } = ports;
  const followers: Follower[] = [];
  for (const saga of ports.sagas) {
    const written = await workState.position(saga.name);
    const instances = new InstancesInHand(workState, saga);
    followers.push({
      saga,
      progress: new Progress(written),
      written,
      taken: written,
      unsaved: 0,
      instances,
    });
  }
  const settled = new Progress(START);
  const stopping = new AbortController();

  const halt = ({ saga, progress }: Follower, position: Position, error: unknown): void => {
    const reason = haltFor(position, error);
    progress.haltAt(reason);
    settled.haltAt(reason);
    ports.onHalt?.(saga.name, reason);
  };

  const commit = async (follower: Follower): Promise<void> => {
    const { saga, written: from, taken: to, instances } = follower;
    ports.faults?.at('before-position-saved');
    try {
      const changes = instances.changes();
      await workState.commit({ saga: saga.name, from, to, instances: changes });
    } catch (error) {
      // An agenda that cannot be stored is a bug of the saga.
      if (error instanceof UnstorableAgenda)
        throw new CannotGoOn('The saga failed on this event.', { cause: error });
      throw error;
    }
    follower.written = to;
    follower.unsaved = 0;
    instances.written();
  };

  /** Goes on from what the store has: what is in hand is not stored, or not by this process. */
  const goBack = (follower: Follower, written: Position): void => {
    follower.written = written;
    follower.taken = written;
    follower.unsaved = 0;
    follower.instances = new InstancesInHand(workState, follower.saga);
    if (written > follower.progress.position) follower.progress.moveTo(written);
  };

  const take = async (follower: Follower, fresh: readonly Recorded[]): Promise<void> => {
    const { instances, progress } = follower;
    await instances.apply(fresh);
    follower.taken = fresh.at(-1)?.position ?? follower.taken;
    follower.unsaved += fresh.length;
    if (instances.isPlanned || follower.unsaved >= UNWRITTEN) await commit(follower);
    if (follower.taken > progress.position) progress.moveTo(follower.taken);
  };

  const follow = async (follower: Follower, events: readonly Recorded[]): Promise<void> => {
    const fresh = events.filter(({ position }) => position > follower.taken);
    const [first] = fresh;
    if (!first || follower.progress.halt) return;
    try {
      await take(follower, fresh);
    } catch (error) {
      if (error instanceof SagaPositionMoved) {
        // Another process runs it too and was first: this one goes on from there.
        goBack(follower, error.stored);
        if (error.stored < first.position - 1) throw error;
        return follow(follower, events);
      }
      if (!(error instanceof CannotGoOn)) throw error;
      halt(follower, follower.instances.at ?? first.position, error);
    }
  };

  /** Whether this reading has seen the log's end, so that no plan is sent that an event has voided. */
  let caughtUp = false;
  const alone = oneAtATime();

  /** A saga that stands still may hold plans which events that it has not seen would cancel. */
  const maySend = (): boolean =>
    caughtUp && !stopping.signal.aborted && !followers.some(({ progress }) => progress.halt);

  const sender = new SagaSender(ports);

  const sendDue = (): Promise<void> =>
    alone(async () => {
      while (maySend()) {
        const written = await sender.sendSome();
        if (written === undefined) return;
        // What was written may void what is due next: the runner reads it, then sends the rest.
        const behind = followers.filter(({ progress }) => progress.position < written);
        if (behind.length === 0) continue;
        // Nothing is to gather meanwhile: this waits for it.
        for (const { progress } of behind)
          progress.reached(written, stopping.signal).catch(() => undefined);
        return;
      }
    });

  const run = async (): Promise<void> => {
    caughtUp = false;
    for (const follower of followers) goBack(follower, follower.written);
    const after = Math.min(...followers.map(({ taken }) => taken)) as Position;
    await followLog({
      ...{ after, store, codec, followers, follow, halt, settled, signal: stopping.signal },
      caughtUp: async (position) => {
        caughtUp = true;
        await sendDue();
        settled.moveTo(position);
      },
    });
  };
  const allHalt = (error: unknown): void => {
    for (const follower of followers) halt(follower, follower.progress.position, error);
  };
  const running = keepReading(run, stopping.signal, allHalt, ports.wait, ports.onRetry);

  return {
    progress: new Map(followers.map(({ saga, progress }) => [saga.name, progress])),
    settled,
    get failing() {
      return sender.failing;
    },
    sendDue,
    nextDue: async () => (maySend() ? sender.nextDue() : undefined),
    stop: async () => {
      stopping.abort();
      await running;
      await alone(() => Promise.resolve());
    },
  };
};
