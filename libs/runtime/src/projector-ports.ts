import type { EventStore } from '@vivier/event-store';
import type { Position, Projection } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import type { ReadStore } from '@vivier/read-store';
import type { RuntimeFaults } from './faults.ts';
import type { Halt, Progress, Wait } from './followers.ts';

export interface ProjectorPorts {
  readonly store: Pick<EventStore, 'subscribe' | 'head'>;
  readonly readStore: ReadStore;
  readonly codec: EventCodec;
  readonly projections: readonly Projection[];
  /**
   * By projection, the collection to build beside the one that answers, which this one never does;
   * default: each goes on in its own.
   */
  readonly beside?: ReadonlyMap<string, string>;
  /**
   * Writes each position, also where no document changed: other processes look there how far it is.
   * Default: now and then.
   */
  readonly everyPosition?: boolean;
  /** Told where somebody else has taken the work over; from then on it writes nothing. */
  readonly onLeaseLost?: () => void;
  /** Told when a projection stops; it stays stopped until the program is started again. */
  readonly onHalt?: (projection: string, halt: Halt) => void;
  /** Told of what failed and is tried again. */
  readonly onRetry?: (error: unknown) => void;
  /** Between two tries of what failed for a while; default: a timer. */
  readonly wait?: Wait;
  readonly faults?: RuntimeFaults;
}

/** A collection that was built, and how far. */
export interface Finished {
  readonly collection: string;
  readonly position: Position;
}

/** Keeps the read models up with the log. */
export interface Projector {
  /** By name and version of a projection ({@link collectionName}). */
  readonly progress: ReadonlyMap<string, Progress>;
  /** The projections that do not answer yet: they are new here, or their version was raised. */
  building(): readonly string[];
  /**
   * Answers from collections that were built beside, and goes on in them. It happens between two pages
   * of the log: nobody reads something older than before, and nothing is left out or applied twice.
   *
   * @param names of the projections
   * @param finish gives the collections once each shows at least `position`; undefined to leave all as it is
   * @returns whether it was done
   */
  takeOver(
    names: readonly string[],
    finish: (position: Position) => Promise<ReadonlyMap<string, Finished> | undefined>,
  ): Promise<boolean>;
  stop(): Promise<void>;
}
