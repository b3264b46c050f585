import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OrganisationId, Position } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { openEmbeddedWorkState, type AgendaEntry } from '@vivier/work-state';
import { DeadlineHeap } from '../baselines/heap.ts';
import { inTurns, seededRandom, spreadOf, timed } from '../measure.ts';
import type { Context, Result, Row } from '../row.ts';
import { sendingDue } from './timers-sent.ts';

const SAGA = 'benchDeadlines';
/** So many fall due at a time, or fewer where few are pending. */
const DUE = 10_000;
const SHARE_DUE = 1 / 25;
/** Entries that are claimed at a time. */
const CLAIM = 1_000;
const BATCH = 5_000;
const YEAR = 365 * 86_400_000;
/** Before it lie the deadlines that are sent as commands, after it those that wait and are claimed. */
const FIRST = Date.parse('2040-01-01T00:00:00.000Z');

/** Deadlines over a year, all different, so that a claim of 10,000 takes exactly those. */
const deadlines = (count: number, seed: number): Float64Array => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => FIRST + Math.floor(random() * YEAR)).sort();
};

const scattered = (count: number): ((n: number) => number) => {
  // A step that shares no factor with the count visits every place once.
  let step = Math.floor(count * 0.618) | 1;
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b));
  while (divides(step, count) !== 1) step += 2;
  return (n) => (n * step) % count;
};

/** A million pending deadlines in the agenda on the disk, against a heap in memory. */
export const timers: Row = {
  name: 'timers-1M',
  asks: 'What do a million pending deadlines cost: while they wait, when 10,000 fall due, at a start?',
  bare: true,
  async run({ size, folder, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'work-state.sqlite');
    const due = deadlines(size.timers, seed);
    const place = scattered(size.timers);
    const atATime = Math.min(DUE, size.timers * SHARE_DUE);
    const organisationId = derive('bench-organisation') as OrganisationId;
    const entryOf = (index: number): AgendaEntry => ({
      organisationId,
      saga: SAGA,
      instance: derive('bench-instance', String(index)),
      key: 'lapse',
      due: due[index] ?? 0,
      payload: JSON.stringify({
        name: 'LapseConsent',
        input: { consentId: derive('bench-consent', String(index)) },
        because: derive('bench-because', String(index)),
      }),
    });

    let workState = await openEmbeddedWorkState({ file });
    const heapBefore = process.memoryUsage().heapUsed;
    const filling = await timed(async () => {
      for (let first = 0; first < size.timers; first += BATCH) {
        const count = Math.min(BATCH, size.timers - first);
        const instances = Array.from({ length: count }, (_, n) => {
          const entry = entryOf(place(first + n));
          return { organisationId, instance: entry.instance, state: '{}', agenda: [entry] };
        });
        const from = (first - 1) as Position;
        await workState.commit({ saga: SAGA, from, to: (from + count) as Position, instances });
      }
    });
    globalThis.gc?.();
    const heapMiB = Math.max(0, process.memoryUsage().heapUsed - heapBefore) / 1_048_576;
    await workState.close();

    const restarts: number[] = [];
    for (let turn = 0; turn < size.repetitions; turn += 1) {
      const { seconds, result } = await timed(async () => {
        const opened = await openEmbeddedWorkState({ file });
        await opened.nextDue();
        return opened;
      });
      restarts.push(seconds * 1000);
      if (turn < size.repetitions - 1) await result.close();
      else workState = result;
    }

    const heap = new DeadlineHeap(size.timers);
    for (let n = 0; n < size.timers; n += 1) heap.push(due[place(n)] ?? 0, place(n));
    let popped = 0;
    let claimed = 0;
    const pop = () =>
      timed(() => {
        popped += atATime;
        const now = due[popped - 1] ?? 0;
        while (heap.popDue(now) !== undefined);
      });
    const claim = () =>
      timed(async () => {
        claimed += atATime;
        const now = due[claimed - 1] ?? 0;
        for (;;) {
          const entries = await workState.due(now, CLAIM);
          if (entries.length === 0) return;
          await workState.done(entries);
        }
      });
    const idle = await timed(async () => {
      for (let n = 0; n < 1_000; n += 1) await workState.due(FIRST - 1, CLAIM);
    });
    const pairs = await inTurns(size.repetitions, pop, claim);
    const sending = await sendingDue({
      ...{ folder, organisationId, workState, due: atATime, end: FIRST },
      turns: size.repetitions,
    });
    await workState.close();
    return {
      figures: [
        {
          what: `claim ${atATime} of ${size.timers}`,
          unit: '× H',
          value: spreadOf(pairs.map(([h, own]) => own.seconds / h.seconds)),
          target: { atMost: 5 },
        },
        {
          what: `claim and send ${atATime} as commands`,
          unit: '× 64 clients',
          value: spreadOf(
            sending.map(({ clients, deadlines: own }) => own.seconds / clients.seconds),
          ),
          target: { atMost: 1.5 },
        },
        {
          what: 'restart until the next deadline is known',
          unit: 'ms',
          value: spreadOf(restarts),
          target: { atMost: 100 },
        },
        {
          what: 'JavaScript heap of what waits',
          unit: 'MiB',
          value: spreadOf([heapMiB]),
          target: { atMost: 10 },
        },
      ],
      behind: {
        'pending deadlines': size.timers,
        'H, ms to pop them': spreadOf(pairs.map(([h]) => h.seconds * 1000)).median,
        'claim, ms': spreadOf(pairs.map(([, own]) => own.seconds * 1000)).median,
        'claim, × H by processor time': spreadOf(
          pairs.map(([h, own]) => own.processorSeconds / h.processorSeconds),
        ).median,
        'send, × 64 clients by processor time': spreadOf(
          sending.map((one) => one.deadlines.processorSeconds / one.clients.processorSeconds),
        ).median,
        'send, × 64 clients that send the same, nothing to be sealed': spreadOf(
          sending.map((one) => one.deadlines.seconds / one.plain.seconds),
        ).median,
        '64 clients, commands/s': spreadOf(sending.map((one) => atATime / one.clients.seconds))
          .median,
        'deadlines, commands/s': spreadOf(sending.map((one) => atATime / one.deadlines.seconds))
          .median,
        'deadlines, µs of processor a command': spreadOf(
          sending.map((one) => (one.deadlines.processorSeconds * 1e6) / atATime),
        ).median,
        'idle look, µs': (idle.seconds / 1_000) * 1e6,
        'planned, deadlines/s': size.timers / filling.seconds,
      },
    };
  },
};
