import type { EventStore, SubscriptionMessage } from '@vivier/event-store';
import {
  collectionName,
  defineRejections,
  type Position,
  type Projection,
  type Rejection,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import type { ReadStore } from '@vivier/read-store';
import { nextCollection } from './collections.ts';
import type { Halt, Progress, Wait } from './followers.ts';
import { startProjector, type Finished, type Projector } from './projector.ts';

export const rebuildRejections = defineRejections({
  ProjectionUnknown: {
    message: 'There is no projection of this name.',
    remedy: 'Use one of those in the details, or none for all of them.',
  },
  RebuildRunning: {
    message: 'Read models are being rebuilt already.',
    remedy: 'Wait until that is done.',
    retry: 'later',
  },
  RebuildHalted: {
    message: 'A read model could not be built again; what there was goes on answering.',
    remedy: 'Do what the details say, then rebuild again.',
  },
  RebuildStopped: {
    message: 'The rebuild was stopped; what there was goes on answering.',
    remedy: 'Rebuild again when it suits.',
    retry: 'later',
  },
});

export interface RebuildPorts {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly codec: EventCodec;
  /** All that there are. */
  readonly projections: readonly Projection[];
  /** The one that keeps them up with the log. */
  readonly projector: Projector;
  /** Between two tries of what failed for a while; default: a timer. */
  readonly wait?: Wait;
  /** Awaited with each page of the log that it has taken in, for tests. */
  readonly afterPage?: () => Promise<void>;
}

/** How far a projection has come. */
export interface RebuildStep {
  readonly projection: string;
  /** How many events it has taken in. Positions do not tell: they may have gaps. */
  readonly events: number;
  /** Of the last one of them; START before the first. */
  readonly done: Position;
  /** Of the log's last event. */
  readonly head: Position;
}

export interface RebuildOptions {
  /** Default: every projection. */
  readonly only?: readonly string[];
  readonly signal: AbortSignal;
  /** Told of each projection at the beginning, with each page of the log, and when it has changed over. */
  readonly onStep?: (step: RebuildStep) => void;
}

export interface Rebuilt {
  readonly projection: string;
  readonly collection: string;
  /** It stood still before: it goes on when the program is started again. */
  readonly stoodStill: boolean;
}

/** How long the change-over keeps the projector from its work before it lets it go first, in ms. */
const LONGEST_PAUSE_MS = 1_000;

/** Whether all have come as far; false as well where one stands still or the signal aborts. */
const allReach = async (
  all: Iterable<Progress>,
  position: Position,
  signal: AbortSignal,
): Promise<boolean> => {
  for (const progress of all) if (!(await progress.reached(position, signal))) return false;
  return true;
};

/**
 * Builds projections anew from the whole log, beside the documents that go on answering, then changes
 * over. All of them are built from one reading of the log. However it ends, each projection answers
 * whole from its old documents or from its new ones; what a killed process leaves half-built is removed
 * at the next start.
 */
export const rebuild = async (
  ports: RebuildPorts,
  { only, signal, onStep }: RebuildOptions,
): Promise<readonly Rebuilt[] | Rejection> => {
  const { store, readStore, projector } = ports;
  const chosen = ports.projections.filter(({ name }) => only?.includes(name) ?? true);
  const names = chosen.map(({ name }) => name);
  if (only?.some((name) => !names.includes(name)))
    return rebuildRejections.ProjectionUnknown({
      projections: ports.projections.map(({ name }) => name),
    });

  const collections = await readStore.collections();
  const beside = new Map(
    chosen.map((projection) => [projection.name, nextCollection(projection, collections)]),
  );
  let events = 0;
  const tell = async (done: Position, end?: Position): Promise<void> => {
    const head = end ?? (await store.head());
    for (const projection of names) onStep?.({ projection, events, done, head });
  };
  const halts: (Halt & { readonly projection: string })[] = [];
  const builder = await startProjector({
    ...ports,
    projections: chosen,
    beside,
    store: {
      head: () => store.head(),
      async *subscribe(options): AsyncGenerator<SubscriptionMessage> {
        await tell(options.after);
        for await (const message of store.subscribe(options)) {
          yield message;
          if (message.kind !== 'records') continue;
          const last = message.records.at(-1);
          if (!last) continue;
          events += message.records.length;
          await tell(last.position);
          await ports.afterPage?.();
        }
      },
    },
    onHalt: (projection, halt) => halts.push({ projection, ...halt }),
  });

  const finish = async (position: Position): Promise<ReadonlyMap<string, Finished> | undefined> => {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_PAUSE_MS)]);
    if (!(await allReach(builder.progress.values(), position, inTime))) return undefined;
    await builder.stop();
    return new Map(
      chosen.map((projection) => [
        projection.name,
        {
          collection: beside.get(projection.name) ?? collectionName(projection),
          position: builder.progress.get(collectionName(projection))?.position ?? position,
        },
      ]),
    );
  };

  try {
    for (;;) {
      // Most of the way is gone while everything else goes on.
      const near = await allReach(builder.progress.values(), await store.head(), signal);
      if (signal.aborted) return rebuildRejections.RebuildStopped();
      if (!near) return rebuildRejections.RebuildHalted({ halts });
      if (await projector.takeOver(names, finish)) break;
    }
    // What came meanwhile is the projector's own again.
    const shown = Math.min(...[...builder.progress.values()].map(({ position }) => position));
    await tell(shown as Position, shown as Position);
    return chosen.map((projection) => ({
      projection: projection.name,
      collection: beside.get(projection.name) ?? collectionName(projection),
      stoodStill: projector.progress.get(collectionName(projection))?.halt !== undefined,
    }));
  } finally {
    await builder.stop();
    for (const [name, collection] of beside)
      if ((await readStore.current(name)) !== collection) await readStore.drop(collection);
  }
};

export interface Rebuilder {
  /** One at a time; see {@link rebuild}. */
  rebuild(options: Partial<RebuildOptions>): Promise<readonly Rebuilt[] | Rejection>;
  /** Ends one that runs, which changes nothing. */
  stop(): Promise<void>;
}

/** Rebuilds on demand, for as long as the stores are open. */
export const rebuilder = (ports: RebuildPorts): Rebuilder => {
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;
  return {
    rebuild: async (options) => {
      if (running) return rebuildRejections.RebuildRunning();
      const signals = options.signal ? [options.signal, stopping.signal] : [stopping.signal];
      const turn = rebuild(ports, { ...options, signal: AbortSignal.any(signals) });
      running = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        running = undefined;
      }
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
