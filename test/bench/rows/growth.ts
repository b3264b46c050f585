import { cpSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncedAppends } from '../baselines/disk.ts';
import { inTurns, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { makeSeeded, organisationOf } from '../seed/folder.ts';
import type { Context, Result, Row } from '../row.ts';
import { sendCommands, wholeHouse, type Seen } from './commands.ts';

const COMMANDS = 10_000;
/** Of one dossier and its share of a person, in the seeded log. */
const EVENTS_A_DOSSIER = 10.8;
/** The disk holds the log, four read models and their write-ahead files, twice while it is made. */
const ROOM = 3;

const bytesOf = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const requireRoom = (folder: string, bytes: number): void => {
  const { bavail, bsize } = statfsSync(folder);
  const gib = (size: number): string => (size / 2 ** 30).toFixed(1);
  if (bavail * bsize < bytes)
    throw new Error(
      `${gib(bytes)} GiB are needed for the longer log and ${gib(bavail * bsize)} are free: ` +
        'give another disk with --folder, or fewer events with --grown.',
    );
};

/** command-64 on a log that has grown to `size.grown` events, against the same on the seeded one. */
export const growth: Row = {
  name: 'growth',
  asks: 'Are commands slower on a log of five million events than on one of 100,000?',
  fullOnly: true,
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const small = join(folder, 'small');
    const large = join(folder, 'large');
    cpSync(seeded, small, { recursive: true });
    const dossiers = Math.max(size.dossiers, Math.ceil(size.grown / EVENTS_A_DOSSIER));
    requireRoom(folder, bytesOf(small) * (dossiers / size.dossiers) * ROOM);
    const making = await timed(() => makeSeeded(large, dossiers));
    const samplesOf = async (place: string) => {
      const organisationId = await organisationOf(place);
      const house = await wholeHouse(place);
      // The same streams are hot in both: only what lies around them differs.
      const next = zipf(size.dossiers, size.skew, seededRandom(seed));
      const seen: Seen = new Map();
      const load = { clients: 64, commands: Math.ceil((COMMANDS * size.longer) / 3) };
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
          what: `command-64 on a log of ${making.result} events`,
          unit: `× the log of ${size.dossiers} dossiers`,
          value: spreadOf(pairs.map(([base, own]) => own / base)),
          target: { atLeast: 0.85 },
        },
      ],
      behind: {
        'times as long': dossiers / size.dossiers,
        'made and projected, events/s': making.result / making.seconds,
        'shorter log, × F': spreadOf(pairs.map(([base]) => base)).median,
        'longer log, × F': spreadOf(pairs.map(([, own]) => own)).median,
      },
    };
  },
};
