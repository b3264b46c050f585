import { collectionName, START, type Projection } from '@vivier/kernel';
import type { ReadStore } from '@vivier/read-store';
import { fitsVersion } from './collections.ts';
import { Progress, sleeping, type Wait } from './followers.ts';

export interface WatchedPorts {
  readonly readStore: Pick<ReadStore, 'shown'>;
  readonly projections: readonly Projection[];
  /** Between two looks; default: a timer. Ends early where the signal aborts. */
  readonly wait?: Wait;
  /** Told where the read store could not be asked; it is asked again. */
  readonly onFailure?: (error: unknown) => void;
}

/** What somebody's projector shows, for whoever waits in this process. */
export interface WatchedProjections {
  /** By name and version of a projection ({@link collectionName}). */
  readonly progress: ReadonlyMap<string, Progress>;
  /** The projections that do not answer yet, or not in the version that this program has. */
  building(): readonly string[];
  stop(): Promise<void>;
}

/** Between two looks while somebody waits for a change to be shown, in ms, and while nobody does. */
const AWAITED_MS = 5;
const LONGEST_MS = 500;

/**
 * Looks in the read store how far the projections are that another process keeps up with the log: often
 * while somebody waits, now and then otherwise.
 */
export const watchProjections = async (ports: WatchedPorts): Promise<WatchedProjections> => {
  const { readStore, projections, wait = sleeping } = ports;
  const progress = new Map(
    projections.map((projection) => [collectionName(projection), new Progress(START)] as const),
  );
  const readers = [...progress.values()];
  let building = projections.map(({ name }) => name);
  const stopping = new AbortController();

  const look = async (): Promise<void> => {
    const shown = new Map((await readStore.shown()).map((one) => [one.projection, one]));
    const missing: string[] = [];
    for (const projection of projections) {
      const found = shown.get(projection.name);
      if (!found || !fitsVersion(projection, found.collection)) missing.push(projection.name);
      else {
        const known = progress.get(collectionName(projection));
        if (known && found.position > known.position) known.moveTo(found.position);
      }
    }
    building = missing;
  };

  /** Ends as soon as somebody begins to wait. */
  const rest = async (): Promise<void> => {
    if (readers.some(({ isAwaited }) => isAwaited)) return wait(AWAITED_MS, stopping.signal);
    const awaited = new AbortController();
    const ends = readers.map((reader) => reader.onAwaited(() => awaited.abort()));
    await wait(LONGEST_MS, AbortSignal.any([stopping.signal, awaited.signal]));
    for (const end of ends) end();
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await rest();
      await look().catch(async (error: unknown) => {
        ports.onFailure?.(error);
        await wait(LONGEST_MS, stopping.signal);
      });
    }
  };

  await look();
  const watching = watch();
  return {
    progress,
    building: () => building,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
};
