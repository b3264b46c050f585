import { once } from 'node:events';
import { defineRejections } from '@vivier/kernel';
import { projections } from '@vivier/projections';
import { underLease, type ReadStore } from '@vivier/read-store';
import {
  rebuilder,
  startProjector,
  watchProjections,
  type Progress,
  type Projector,
  type Rebuilder,
} from '@vivier/runtime';
import { newId } from '@vivier/vault';
import { holdLease, type Leases } from '@vivier/work-state';
import { kindOf, type Log } from './log.ts';

type ProjectorPorts = Parameters<typeof startProjector>[0];

export interface ProjectingPorts extends Pick<ProjectorPorts, 'store' | 'codec' | 'faults'> {
  readonly store: ProjectorPorts['store'] & Parameters<typeof rebuilder>[0]['store'];
  readonly readStore: ReadStore;
  readonly log: Log;
  /** Where several processes share the read store. */
  readonly leases: Leases | undefined;
  /** Whether this process is one of those that may keep the read models up with the log. */
  readonly isProjector: boolean;
  readonly afterPage?: (() => Promise<void>) | undefined;
}

/** The read models, as one process sees them. */
export interface Projecting {
  /** What is shown here, whoever keeps it up with the log. */
  readonly projector: Pick<Projector, 'progress' | 'building'>;
  /** The followers that run in this process at the moment. */
  readonly own: () => Iterable<readonly [string, Progress]>;
  readonly rebuilder: Rebuilder;
  stop(): Promise<void>;
}

/** How long a projector may be silent before another takes over, in ms by the database's clock. */
const LEASE_MS = 5_000;

const projectingRejections = defineRejections({
  NotTheProjector: {
    message: 'Another process keeps the read models up with the log.',
    remedy: 'Ask where the role `projector` runs and is active; /health/ready says so.',
    retry: 'later',
  },
});

/** Keeps the read models up with the log, or watches them where others do. */
export const startProjecting = async (ports: ProjectingPorts): Promise<Projecting> =>
  ports.leases ? amongOthers(ports, ports.leases) : alone(ports);

const projectorOf = ({ store, codec, faults, log }: ProjectingPorts, readStore: ReadStore) => ({
  store,
  readStore,
  codec,
  projections,
  ...(faults && { faults }),
  onHalt: (projection: string, halt: object) => {
    log.error({ projection, ...halt }, 'A projection stands still.');
  },
  onRetry: (error: unknown) => {
    log.warn({ kind: kindOf(error) }, 'The read models could not follow the log; they try again.');
  },
});

const alone = async (ports: ProjectingPorts): Promise<Projecting> => {
  const { readStore, afterPage } = ports;
  const common = projectorOf(ports, readStore);
  const projector = await startProjector(common);
  const rebuilds = rebuilder({ ...common, projector, ...(afterPage && { afterPage }) });
  return {
    projector,
    own: () => projector.progress,
    rebuilder: rebuilds,
    stop: async () => {
      await rebuilds.stop();
      await projector.stop();
    },
  };
};

/** One process at a time projects; each looks in the read store for what is shown. */
const amongOthers = async (ports: ProjectingPorts, leases: Leases): Promise<Projecting> => {
  const { readStore, log, isProjector, afterPage } = ports;
  const warn = (error: unknown, sentence: string): void => {
    log.warn({ kind: kindOf(error) }, sentence);
  };
  const watched = await watchProjections({
    readStore,
    projections,
    onFailure: (error) => {
      warn(error, 'The read store cannot be asked; it is asked again.');
    },
  });
  let active: { readonly projector: Projector; readonly rebuilds: Rebuilder } | undefined;

  const project = async (number: number, signal: AbortSignal): Promise<void> => {
    const lost = new AbortController();
    const common = {
      ...projectorOf(ports, underLease(readStore, { name: 'projector', number })),
      everyPosition: true,
      onLeaseLost: () => {
        lost.abort();
      },
    };
    const projector = await startProjector(common);
    const rebuilds = rebuilder({ ...common, projector, ...(afterPage && { afterPage }) });
    active = { projector, rebuilds };
    log.info({ lease: number }, 'This process keeps the read models up with the log.');
    const ended = AbortSignal.any([signal, lost.signal]);
    if (!ended.aborted) await once(ended, 'abort');
    active = undefined;
    await rebuilds.stop();
    await projector.stop();
  };

  const hold = isProjector
    ? holdLease({
        leases,
        name: 'projector',
        holder: newId(),
        ms: LEASE_MS,
        onHeld: ({ number }, signal) => project(number, signal),
        onFailure: (error) => {
          warn(error, 'The lease of the projector cannot be had at the moment.');
        },
      })
    : undefined;

  return {
    projector: watched,
    own: () => active?.projector.progress ?? [],
    rebuilder: {
      rebuild: async (options) =>
        active ? active.rebuilds.rebuild(options) : projectingRejections.NotTheProjector(),
      stop: async () => active?.rebuilds.stop(),
    },
    stop: async () => {
      await hold?.release();
      await watched.stop();
    },
  };
};
