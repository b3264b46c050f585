import { WrongExpectedRevision } from '@vivier/event-store';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { followersOf } from '../house/followers-of.ts';
import type { House } from '../house/house.ts';
import { outcomeOf, withAppend, type Instruments } from './instruments.ts';

export interface Metrics extends Instruments {
  /** Watches what follows the log, each time that somebody asks. */
  watch(house: House): void;
  /** What there is to tell, as Prometheus reads it. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Queues are counted up to here. */
const MOST_COUNTED = 1_000;

/** From a fast disk to a store that is hardly there, in seconds. */
const LATENCIES = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * Counts for Prometheus (`prom-client`): commands by name and outcome, lost races, how long an append
 * takes, how far behind each follower of the log is, and how much waits. Labels are names of the
 * program, never of people or organisations.
 */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const commands = new Counter({
    name: 'vivier_commands_total',
    help: 'Commands by name and outcome: done, repeated, failed, or the code of the refusal.',
    labelNames: ['command', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'vivier_command_seconds',
    help: 'From a command to its answer.',
    labelNames: ['command'],
    buckets: LATENCIES,
    registers,
  });
  const conflicts = new Counter({
    name: 'vivier_conflicts_total',
    help: 'Appends that found the stream moved on: somebody else was first.',
    registers,
  });
  const latency = new Histogram({
    name: 'vivier_append_seconds',
    help: 'From an append to its durable acknowledgement.',
    buckets: LATENCIES,
    registers,
  });

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),

    execute: (execute) => async (envelope) => {
      const { name: command } = envelope;
      const stop = duration.startTimer({ command });
      let outcome = 'failed';
      try {
        const done = await execute(envelope);
        outcome = outcomeOf(done);
        return done;
      } finally {
        stop();
        commands.inc({ command, outcome });
      }
    },

    store: (store) =>
      withAppend(store, async (...asked) => {
        const stop = latency.startTimer();
        try {
          const appended = await store.append(...asked);
          stop();
          return appended;
        } catch (error) {
          if (error instanceof WrongExpectedRevision) conflicts.inc();
          throw error;
        }
      }),

    watch: (house) => {
      const { store, outbox, dueDeadlines, clock } = house;
      new Gauge({
        name: 'vivier_lag_positions',
        help: 'How far a follower is behind the end of the log, in positions of the log.',
        labelNames: ['follower'],
        registers,
        async collect() {
          const head = await store.head();
          this.reset();
          for (const [follower, { position }] of followersOf(house))
            this.set({ follower }, Math.max(head - position, 0));
        },
      });
      new Gauge({
        name: 'vivier_halted',
        help: 'Followers of the log that stand still (1) at an event that they cannot take.',
        labelNames: ['follower'],
        registers,
        collect() {
          this.reset();
          for (const [follower, { halt }] of followersOf(house))
            this.set({ follower }, halt ? 1 : 0);
        },
      });
      new Gauge({
        name: 'vivier_queue_length',
        help: `What is due and not done: deadlines, tasks of effects, and tasks given up; at most ${MOST_COUNTED}.`,
        labelNames: ['queue'],
        registers,
        async collect() {
          const now = clock.now();
          this.set({ queue: 'deadlines' }, await dueDeadlines(now, MOST_COUNTED));
          this.set({ queue: 'effects' }, (await outbox.due(now, MOST_COUNTED)).length);
          this.set({ queue: 'dead' }, (await outbox.dead(MOST_COUNTED)).length);
        },
      });
    },
  };
};
