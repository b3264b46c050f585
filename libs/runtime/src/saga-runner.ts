import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '@vivier/event-store';
import { START, type Clock, type Position, type Rejection, type Saga } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import type { WorkState } from '@vivier/work-state';
import type { Execute } from './execute.ts';
import type { RuntimeFaults } from './faults.ts';
import { haltFor, keepReading, Progress, type Halt, type Wait } from './followers.ts';
import { followLog } from './follow-log.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { SagaFollower } from './saga-follower.ts';
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

/**
 * Runs the sagas: folds the log into their instances, replaces an instance's agenda after each page of
 * its events, brings changed settings to all instances of an organisation, and sends what is due.
 * Position, states, settings and agendas are stored together and before anything is sent; command ids derive from saga, instance, entry and time. So a crash at any point only delays.
 */
export const startSagaRunner = async (ports: SagaRunnerPorts): Promise<SagaRunner> => {
  const { store, workState, codec } = ports;
  const followers: SagaFollower[] = [];
  for (const saga of ports.sagas)
    followers.push(new SagaFollower(saga, ports, await workState.position(saga.name)));
  const settled = new Progress(START);
  const stopping = new AbortController();

  const halt = ({ saga, progress }: SagaFollower, position: Position, error: unknown): void => {
    const reason = haltFor(position, error);
    progress.haltAt(reason);
    settled.haltAt(reason);
    ports.onHalt?.(saga.name, reason);
  };
  const haltOf = (follower: SagaFollower) => (position: Position, error: unknown) =>
    halt(follower, position, error);
  const allHalt = (error: unknown): void => {
    for (const follower of followers) halt(follower, follower.progress.position, error);
  };
  const keep = (read: () => Promise<void>): Promise<void> =>
    keepReading(read, stopping.signal, allHalt, ports.wait, ports.onRetry);

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

  const mayReach = ({ mayBeUnreached, progress }: SagaFollower): boolean =>
    mayBeUnreached && !progress.halt && !stopping.signal.aborted;
  const isSomeUnreached = (): boolean => followers.some(mayReach);

  const reach = async (): Promise<void> => {
    for (const follower of followers)
      while (mayReach(follower)) {
        await follower.reachSome(haltOf(follower));
        await nextTurn();
      }
  };

  /** Where the log ended when it was read last. */
  let end = START;
  let reaching: Promise<void> | undefined;
  /** Beside the reading: others go on meanwhile, and nothing is sent of whom it has yet to reach. */
  const reachOthers = async (): Promise<void> => {
    while (isSomeUnreached()) await keep(reach);
    reaching = undefined;
    await sendDue().catch((error: unknown) => ports.onRetry?.(error));
    if (caughtUp && !stopping.signal.aborted) settled.moveTo(end);
  };

  const run = async (): Promise<void> => {
    caughtUp = false;
    for (const follower of followers) await follower.begin();
    const after = Math.min(...followers.map(({ taken }) => taken)) as Position;
    await followLog({
      ...{ after, store, codec, followers, halt, settled, signal: stopping.signal },
      follow: (follower, events) => follower.follow(events, haltOf(follower)),
      caughtUp: async (position) => {
        caughtUp = true;
        end = position;
        if (isSomeUnreached()) reaching ??= reachOthers();
        await sendDue();
        if (!reaching) settled.moveTo(position);
      },
    });
  };
  const running = keep(run);

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
      await reaching;
      await alone(() => Promise.resolve());
    },
  };
};
