import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Leases } from './leases.ts';

/** The time that passes in this process, which is all that {@link holdLease} has to know of time. */
export interface Timer {
  /** ms since any instant; never goes back. */
  now(): number;
  /** Resolves after so many ms, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const machineTimer: Timer = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

export interface LeaseHoldOptions {
  readonly leases: Leases;
  readonly name: string;
  /** What to call this process, for whoever looks into the store. */
  readonly holder: string;
  /** How long the lease is had without being renewed, which happens three times as often. */
  readonly ms: number;
  /**
   * Does what only one process may do, until the signal aborts: the lease is lost, or is to be given back.
   * The lease is kept until the promise settles; then it is given back, and tried for again.
   */
  readonly onHeld: (lease: Lease, signal: AbortSignal) => Promise<void>;
  /** Told when the store could not be asked, or `onHeld` has failed; either is tried again. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  readonly timer?: Timer | undefined;
}

export interface LeaseHold {
  /** What is held at this moment. */
  readonly lease: Lease | undefined;
  /** Lets what is being done end, gives the lease back and tries no more. Idempotent. */
  release(): Promise<void>;
}

/** What the store answered, or that it did not. */
type Answer<T> = { readonly value: T } | undefined;

/**
 * Tries for a lease as long as it is not had, and keeps it while it is. It counts as lost when the store
 * says so, and at the latest when its time has passed here since the last renewal was asked for, which is
 * before it has passed there: whoever has it next never works beside this process, unless this process is
 * paused, and then its number is refused.
 */
export const holdLease = (options: LeaseHoldOptions): LeaseHold => {
  const { leases, name, holder, ms, onHeld, onFailure, timer = machineTimer } = options;
  const stopping = new AbortController();
  let held: Lease | undefined;

  const asked = async <T>(question: () => Promise<T>): Promise<Answer<T>> => {
    try {
      return { value: await question() };
    } catch (error) {
      onFailure?.(error);
      return undefined;
    }
  };

  /** Asks for a renewal, and waits for the answer no longer than until `end`. */
  const renewed = async (
    lease: Lease,
    end: number,
    finished: AbortSignal,
  ): Promise<Answer<Lease | undefined>> => {
    const answered = new AbortController();
    const late = AbortSignal.any([finished, answered.signal]);
    const question = asked(() => leases.renew(lease, ms));
    const answer = await Promise.race([
      question,
      timer.wait(end - timer.now(), late).then(() => undefined),
    ]);
    answered.abort();
    return answer;
  };

  /** Renews the lease until `finished` aborts; resolves before that when it is lost. */
  const keep = async (lease: Lease, since: number, finished: AbortSignal): Promise<void> => {
    let end = since + ms;
    let pause = ms / 3;
    for (;;) {
      await timer.wait(Math.min(pause, end - timer.now()), finished);
      const now = timer.now();
      if (finished.aborted || now >= end) return;
      const answer = await renewed(lease, end, finished);
      if (finished.aborted || (answer && answer.value === undefined)) return;
      if (answer) end = now + ms;
      // A store that is away for a moment is asked more often, before the time is over.
      pause = answer ? ms / 3 : ms / 10;
    }
  };

  const work = async (lease: Lease, since: number): Promise<void> => {
    const lost = new AbortController();
    const finished = new AbortController();
    held = lease;
    const keeping = keep(lease, since, finished.signal).then(() => {
      held = undefined;
      lost.abort();
    });
    await asked(() => onHeld(lease, AbortSignal.any([stopping.signal, lost.signal])));
    finished.abort();
    await keeping;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const since = timer.now();
      const answer = await asked(() => leases.acquire(name, holder, ms));
      const lease = answer?.value;
      if (lease) {
        if (!stopping.signal.aborted) await work(lease, since);
        // Where it is lost, this changes nothing.
        await asked(() => leases.release(lease));
      }
      if (!stopping.signal.aborted) await timer.wait(ms / 3, stopping.signal);
    }
  };
  const running = run();

  return {
    get lease() {
      return held;
    },
    release: async () => {
      stopping.abort();
      await running;
    },
  };
};
