import type { EventStore } from '@vivier/event-store';
import {
  FailedForGood,
  START,
  type Clock,
  type Effect,
  type Position,
  type Recorded,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import {
  SagaPositionMoved,
  type Outbox,
  type OutboxEntry,
  type OutboxTask,
} from '@vivier/work-state';
import type { RuntimeFaults } from './faults.ts';
import { CannotGoOn, haltFor, keepReading, Progress, type Halt, type Wait } from './followers.ts';
import { followLog } from './follow-log.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface EffectRunnerPorts {
  readonly store: EventStore;
  readonly outbox: Outbox;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly effects: readonly Effect[];
  readonly onHalt?: (effect: string, halt: Halt) => void;
  /** Told of each attempt that failed; `dead` when it was the last. */
  readonly onFailure?: (entry: OutboxEntry, dead: boolean) => void;
  /** Whether other processes do the same effects: an attempt then keeps them from its task for a while. */
  readonly isShared?: boolean | undefined;
  readonly wait?: Wait;
  /** Told of what failed in reading the log and is tried again. */
  readonly onRetry?: (error: unknown) => void;
  readonly faults?: RuntimeFaults;
}

export interface EffectRunner {
  readonly progress: ReadonlyMap<string, Progress>;
  /** How far the log was when everything due had been attempted. */
  readonly settled: Progress;
  /** Does what is due at this moment; at most one at a time. */
  sendDue(): Promise<void>;
  /** When there is something to do next, in ms since 1970. */
  nextDue(): Promise<number | undefined>;
  stop(): Promise<void>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long to wait after each failed attempt; after the last one the task is dead. */
const WAITS = [
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Longer than any attempt takes: so long nobody else begins one, and a crashed one is not made again. */
const LONGEST_ATTEMPT_MS = 2 * MINUTE;

const AT_ONCE = 100;
/** A position without tasks is written down only now and then: what it skips is read again in no time. */
const UNWRITTEN = 1_000;

interface Follower {
  readonly effect: Effect;
  readonly progress: Progress;
  written: Position;
  /** So many events since `written`: positions may have gaps and do not tell. */
  unsaved: number;
}

/** What one page of the log asks of an effect. */
interface Reading {
  readonly tasks: readonly OutboxTask[];
  /** The last event that was read; undefined where the first one failed. */
  readonly to?: Position | undefined;
  readonly failed?: { readonly position: Position; readonly cause: CannotGoOn };
}

const taskOf = (effect: Effect, event: Recorded, task: unknown): OutboxTask => {
  const { organisationId, id: eventId, personId, stream } = event;
  return {
    organisationId,
    effect: effect.name,
    eventId,
    task: JSON.stringify(task),
    ...(personId !== undefined && { personId, stream }),
  };
};

/**
 * Runs the effects: writes the tasks that events ask for into the outbox together with the position,
 * then does them, each with its attempt recorded before and its result after.
 */
export const startEffectRunner = async (ports: EffectRunnerPorts): Promise<EffectRunner> => {
  const { store, outbox, codec, clock } = ports;
  const followers: Follower[] = [];
  for (const effect of ports.effects) {
    const written = await outbox.position(effect.name);
    followers.push({ effect, progress: new Progress(written), written, unsaved: 0 });
  }
  const byName = new Map(ports.effects.map((effect) => [effect.name, effect]));
  const settled = new Progress(START);
  const stopping = new AbortController();
  const alone = oneAtATime();

  const halt = ({ effect, progress }: Follower, position: Position, error: unknown): void => {
    const reason = haltFor(position, error);
    progress.haltAt(reason);
    settled.haltAt(reason);
    ports.onHalt?.(effect.name, reason);
  };

  /** What the events ask for; it ends before an event on which the effect fails. */
  const read = (effect: Effect, events: readonly Recorded[]): Reading => {
    const tasks: OutboxTask[] = [];
    let to: Position | undefined;
    for (const event of events) {
      try {
        const task = effect.on[event.type]?.(event);
        if (task !== undefined) tasks.push(taskOf(effect, event, task));
      } catch (error) {
        // An effect that throws on reading has a bug: waiting does not mend it.
        const cause = new CannotGoOn('The effect failed on this event.', { cause: error });
        return { tasks, to, failed: { position: event.position, cause } };
      }
      to = event.position;
    }
    return { tasks, to };
  };

  const take = async (
    follower: Follower,
    { tasks, to }: Reading & { readonly to: Position },
  ): Promise<void> => {
    const { effect, progress, written: from } = follower;
    if (tasks.length > 0 || follower.unsaved >= UNWRITTEN) {
      ports.faults?.at('before-position-saved');
      await outbox.take({ effect: effect.name, from, to, tasks, due: clock.now() });
      follower.written = to;
      follower.unsaved = 0;
    }
    progress.moveTo(to);
  };

  const follow = async (follower: Follower, events: readonly Recorded[]): Promise<void> => {
    const { effect, progress } = follower;
    const fresh = events.filter(({ position }) => position > progress.position);
    if (fresh.length === 0 || progress.halt) return;
    const { tasks, to, failed } = read(effect, fresh);
    follower.unsaved += fresh.length;
    try {
      if (to !== undefined) await take(follower, { tasks, to });
    } catch (error) {
      if (!(error instanceof SagaPositionMoved)) throw error;
      // Another process runs it too and was first: this one goes on from there.
      follower.written = error.stored;
      if (error.stored > progress.position) progress.moveTo(error.stored);
      return follow(follower, events);
    }
    if (failed) halt(follower, failed.position, failed.cause);
  };

  /** Counts an attempt before it is made; undefined where another process has just done the task. */
  const begin = (entry: OutboxEntry): Promise<OutboxEntry | undefined> =>
    outbox
      .begin(entry, ports.isShared ? clock.now() + LONGEST_ATTEMPT_MS : undefined)
      .catch((error: unknown) => {
        if (error instanceof RangeError) return undefined;
        throw error;
      });

  const bury = async (entry: OutboxEntry, failure: string): Promise<void> => {
    await outbox.bury(entry, failure);
    ports.onFailure?.({ ...entry, failure }, true);
  };

  /** Of a task whose last attempt never ended. */
  const giveUp = async (effect: Effect, entry: OutboxEntry): Promise<void> => {
    const { organisationId, eventId, attempts, failure = 'NeverEnded' } = entry;
    try {
      const known = { organisationId, eventId, attempt: attempts, isLast: true };
      await effect.givenUp?.(JSON.parse(entry.task), known);
    } catch {
      return outbox.postpone(entry, clock.now() + HOUR, failure);
    }
    return bury(entry, failure);
  };

  const attempt = async (entry: OutboxEntry): Promise<void> => {
    const effect = byName.get(entry.effect);
    // Another release's effect: its tasks wait for it.
    if (!effect) return outbox.postpone(entry, clock.now() + HOUR, 'EffectUnknown');
    // Attempts of which no end is known: it must not take the process down for ever.
    if (entry.attempts > WAITS.length) return giveUp(effect, entry);
    const begun = await begin(entry);
    if (!begun) return;
    const { organisationId, eventId, attempts } = begun;
    try {
      const isLast = attempts > WAITS.length;
      const known = { organisationId, eventId, attempt: attempts, isLast };
      await effect.perform(JSON.parse(begun.task), known);
    } catch (error) {
      const failure = error instanceof Error ? error.name : 'Unknown';
      const wait = error instanceof FailedForGood ? undefined : WAITS[attempts - 1];
      if (wait === undefined) return bury(begun, failure);
      await outbox.postpone(begun, clock.now() + wait, failure);
      ports.onFailure?.({ ...begun, failure }, false);
      return;
    }
    await outbox.finish(begun);
  };

  const sendDue = (): Promise<void> =>
    alone(async () => {
      for (;;) {
        const due = await outbox.due(clock.now(), AT_ONCE);
        if (due.length === 0) return;
        for (const entry of due) {
          if (stopping.signal.aborted) return;
          await attempt(entry);
        }
      }
    });

  const run = async (): Promise<void> => {
    const after = Math.min(...followers.map(({ progress }) => progress.position)) as Position;
    await followLog({
      ...{ after, store, codec, followers, follow, halt, settled, signal: stopping.signal },
      caughtUp: async (position) => {
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
    progress: new Map(followers.map(({ effect, progress }) => [effect.name, progress])),
    settled,
    sendDue,
    nextDue: () => outbox.nextDue(),
    stop: async () => {
      stopping.abort();
      await running;
      await alone(() => Promise.resolve());
    },
  };
};
