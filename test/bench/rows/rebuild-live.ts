import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRejection } from '@vivier/kernel';
import { inTurns, quantile, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { atBeats, sharedNow } from '../metronome.ts';
import { organisationIn } from '../seed/folder.ts';
import type { Context, Result, Row } from '../row.ts';
import { decideOn, openedHouse, sendCommands, type Decided, type Seen } from './commands.ts';
import { askedProjections, askEverything } from './questions.ts';
import { Readers } from './readers.ts';

const CLIENTS = 64;
/** Commands that tell how much the house gets through at most. */
const COMMANDS = 1_250;
/** Who asks all the time, each for what was acknowledged last. */
const READERS = 2;

interface Sample {
  /** ms that each command took, from the beat at which it came. */
  readonly waits: readonly number[];
  /** How long it all took, in seconds. */
  readonly lasted: number;
  /** Commands answered a second, from the first beat to the last answer. */
  readonly perSecond: number;
  readonly answers: number;
  readonly late: number;
  /** ms of the slowest answer. */
  readonly slowest: number;
}

/**
 * All read models are built again beside those that answer, and changed over, in the process that takes
 * commands at half of what 64 clients get through. Readers ask every read model with `atLeast` before,
 * during and after the change-over: one answer that lacks the change, or the document, fails the row.
 * Commands come whether or not the house keeps up: where it does not, they queue, and their waiting counts.
 */
export const rebuildLive: Row = {
  name: 'rebuild-live',
  asks: 'How much longer do commands take while all read models are rebuilt, and does a reader notice?',
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const place = join(folder, 'house');
    cpSync(seeded, place, { recursive: true });
    const house = await openedHouse(place);
    const organisationId = await organisationIn(house);
    const next = zipf(size.dossiers, size.skew, seededRandom(seed));
    const seen: Seen = new Map();
    const last = new Map<number, Decided>();
    const load = { clients: CLIENTS, commands: COMMANDS * size.longer };
    const most = () => sendCommands(house, organisationId, load, seen, next);
    await most();
    const perSecond = (await most()).perSecond / 2;
    await house.settled();

    const sample = async (during: () => Promise<unknown>): Promise<Sample> => {
      const waits: number[] = [];
      let first = Infinity;
      let latest = 0;
      const readers = new Readers(READERS, (decided) =>
        askEverything(house, organisationId, decided),
      );
      const work = async (since: number): Promise<void> => {
        const decided = await decideOn(house, organisationId, seen, next());
        first = Math.min(first, since);
        latest = sharedNow();
        waits.push(latest - since);
        const before = last.get(decided.dossier);
        if (!before || before.revision < decided.revision) last.set(decided.dossier, decided);
        readers.tell(decided);
      };
      try {
        const { seconds: lasted } = await timed(() =>
          atBeats({ perSecond, clients: CLIENTS, work }, during),
        );
        const perSecondAnswered = (waits.length * 1000) / (latest - first);
        return { waits, lasted, perSecond: perSecondAnswered, ...(await readers.stop()) };
      } finally {
        await readers.stop();
        await house.settled();
      }
    };
    const collections = () =>
      Promise.all(askedProjections.map(({ name }) => house.readStore.current(name)));
    const rebuilding = () =>
      sample(async () => {
        const before = await collections();
        const outcome = await house.rebuilder.rebuild({});
        if (isRejection(outcome)) throw new Error(`No rebuild: ${outcome.rejected}.`);
        const after = await collections();
        if (after.some((name, index) => name === before[index]))
          throw new Error('A read model was not changed over.');
        // Who asks after the change-over is answered from what is new.
        await sleep(50);
      });
    const without = () => sample(() => sleep(2_500 * size.longer));
    const repetitions = size.name === 'quick' ? 1 : size.repetitions;
    const pairs = await inTurns(repetitions, without, rebuilding);
    for (const decided of last.values()) await askEverything(house, organisationId, decided);
    await house.close();
    const over = (of: (base: Sample, own: Sample) => number) =>
      spreadOf(pairs.map(([base, own]) => of(base, own)));
    const p = (share: number, { waits }: Sample): number => quantile(waits, share);
    return {
      figures: [
        {
          what: 'p50 of commands during a rebuild',
          unit: '× p50 without one',
          value: over((base, own) => p(0.5, own) / p(0.5, base)),
          target: { atMost: 1.3 },
        },
        {
          what: 'p99 of commands during a rebuild',
          unit: '× p99 without one',
          value: over((base, own) => p(0.99, own) / p(0.99, base)),
        },
        {
          what: 'answers later than 2 s',
          unit: 'of all',
          value: spreadOf([pairs.flat().reduce((sum, { late }) => sum + late, 0)]),
          target: { atMost: 0 },
        },
      ],
      behind: {
        'half load, commands/s': perSecond,
        'answered without, commands/s': over((base) => base.perSecond).median,
        'answered during, commands/s': over((_, own) => own.perSecond).median,
        'p50 without, ms': over((base) => p(0.5, base)).median,
        'p50 during, ms': over((_, own) => p(0.5, own)).median,
        'p99 without, ms': over((base) => p(0.99, base)).median,
        'p99 during, ms': over((_, own) => p(0.99, own)).median,
        'rebuild, s': over((_, { lasted }) => lasted).median,
        'answers, none missing or older': over((_, { answers }) => answers).median,
        'slowest answer without, ms': over(({ slowest }) => slowest).highest,
        'slowest answer during, ms': over((_, { slowest }) => slowest).highest,
      },
    };
  },
};
