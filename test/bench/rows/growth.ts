import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { syncedAppends } from '../baselines/disk.ts';
import { inTurns, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { makeSeeded, organisationOf } from '../seed/folder.ts';
import type { Context, Result, Row } from '../row.ts';
import { sendCommands, wholeHouse, type Seen } from './commands.ts';

const TIMES = 10;
const COMMANDS = 10_000;

/** command-64 on a log ten times as long, against the same on the seeded one. */
export const growth: Row = {
  name: 'growth',
  asks: 'Are commands slower on a log of a million events than on one of 100,000?',
  fullOnly: true,
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const small = join(folder, 'small');
    const large = join(folder, 'large');
    cpSync(seeded, small, { recursive: true });
    const making = await timed(() => makeSeeded(large, size.dossiers * TIMES));
    const samplesOf = async (place: string) => {
      const organisationId = await organisationOf(place);
      const house = await wholeHouse(place);
      // The same streams are hot in both: only what lies around them differs.
      const next = zipf(size.dossiers, size.skew, seededRandom(seed));
      const seen: Seen = new Map();
      const load = { clients: 64, commands: COMMANDS };
      return {
        sample: async (): Promise<number> => {
          const f = syncedAppends(place, 0.5);
          const { perSecond } = await sendCommands(house, organisationId, load, seen, next);
          await house.settled();
          return perSecond / ((f + syncedAppends(place, 0.5)) / 2);
        },
        close: () => house.close(),
      };
    };
    const short = await samplesOf(small);
    const long = await samplesOf(large);
    await short.sample();
    await long.sample();
    const pairs = await inTurns(size.repetitions, short.sample, long.sample);
    await short.close();
    await long.close();
    return {
      figures: [
        {
          what: 'command-64 on a log ten times as long',
          unit: '× the shorter log',
          value: spreadOf(pairs.map(([base, own]) => own / base)),
          target: { atLeast: 0.9 },
        },
      ],
      behind: {
        events: making.result,
        'made and projected, events/s': making.result / making.seconds,
        'shorter log, × F': spreadOf(pairs.map(([base]) => base)).median,
        'longer log, × F': spreadOf(pairs.map(([, own]) => own)).median,
      },
    };
  },
};
