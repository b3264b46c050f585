import type { EventStore } from '@vivier/event-store';
import type { Position, Recorded } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import type { Progress } from './followers.ts';
import { readPage } from './log.ts';
import { lull } from './lull.ts';

/** One of those that follow the log together, each from where it stands. */
export interface LogFollower {
  readonly progress: Progress;
}

export interface LogReading<Follower extends LogFollower> {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly followers: readonly Follower[];
  /** Where the one that is furthest behind stands. */
  readonly after: Position;
  readonly signal: AbortSignal;
  /** Takes what is new to it out of a page. */
  readonly follow: (follower: Follower, events: readonly Recorded[]) => Promise<void>;
  readonly halt: (follower: Follower, position: Position, error: unknown) => void;
  /** Each time that the log's end has been reached. */
  readonly caughtUp: (position: Position) => Promise<void>;
  /** What waits for {@link caughtUp}. */
  readonly settled: Progress;
}

/**
 * One reading of the log for all of its followers. It resolves
 * when the signal aborts, or before an event that this program cannot read: what comes before it is
 * followed, then all stand still.
 */
export const followLog = async <Follower extends LogFollower>(
  reading: LogReading<Follower>,
): Promise<void> => {
  const { store, codec, followers, after, signal, follow, halt } = reading;
  const readers = [...followers.map(({ progress }) => progress), reading.settled];
  for await (const message of store.subscribe({ after, signal })) {
    if (message.kind === 'caughtUp') {
      await reading.caughtUp(message.position);
      await lull(readers, signal);
      continue;
    }
    const { events, unreadable } = readPage(codec, message.records);
    for (const follower of followers) {
      await follow(follower, events);
      if (unreadable) halt(follower, unreadable.position, unreadable.error);
    }
    if (unreadable) return;
  }
};
