import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { syncedAppends } from '../baselines/disk.ts';
import { inTurns, quantile, seededRandom, spreadOf, zipf } from '../measure.ts';
import { atBeats } from '../metronome.ts';
import { organisationIn } from '../seed/folder.ts';
import type { Context, Result, Row } from '../row.ts';
import { decideOn, openedHouse, sendCommands, type Decided, type Seen } from './commands.ts';
import { askDossier } from './questions.ts';

const CLIENTS = 64;
/** Commands that tell how much the house gets through at most. */
const COMMANDS = 1_250;

/**
 * Each command is followed by the question that the API asks after a mutation: the dossier, with the
 * command's position as `atLeast`. First as fast as 64 clients can; then at half that rate, where the time
 * from one answer to the other is what is looked for.
 */
export const projectionLag: Row = {
  name: 'projection-lag',
  asks: 'How long after a command was acknowledged is its change in the answer to a question?',
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const place = join(folder, 'house');
    cpSync(seeded, place, { recursive: true });
    const house = await openedHouse(place);
    const organisationId = await organisationIn(house);
    const next = zipf(size.dossiers, size.skew, seededRandom(seed));
    const seen: Seen = new Map();
    const load = { clients: CLIENTS, commands: COMMANDS * size.longer };
    const ask = (decided: Decided) => askDossier(house, organisationId, decided);
    const most = () => sendCommands(house, organisationId, load, seen, next, ask);
    await most();
    const perSecond = (await most()).perSecond / 2;

    const ms = 1_000 * size.longer;
    const subject = async (): Promise<readonly number[]> => {
      const lags: number[] = [];
      const work = async (): Promise<void> => {
        const decided = await decideOn(house, organisationId, seen, next());
        const acknowledged = performance.now();
        await ask(decided);
        lags.push((performance.now() - acknowledged) / 1000);
      };
      await atBeats({ perSecond, clients: CLIENTS, work }, () => sleep(ms));
      await house.settled();
      return lags;
    };
    const f = () => syncedAppends(place, 0.2 * size.longer);
    const pairs = await inTurns(size.repetitions, f, subject);
    await house.close();
    const over = (of: (base: number, lags: readonly number[]) => number) =>
      spreadOf(pairs.map(([base, lags]) => of(base, lags)));
    return {
      figures: [
        {
          what: 'acknowledged to answered, p99',
          unit: '× 1/F',
          value: over((base, lags) => quantile(lags, 0.99) * base),
          target: { atMost: 10 },
        },
        {
          what: 'acknowledged to answered, p50',
          unit: '× 1/F',
          value: over((base, lags) => quantile(lags, 0.5) * base),
        },
      ],
      behind: {
        'F, appends/s': over((base) => base).median,
        'half load, commands/s': perSecond,
        'questions in a sample': over((_, lags) => lags.length).median,
        'p50, ms': over((_, lags) => quantile(lags, 0.5) * 1000).median,
        'p99, ms': over((_, lags) => quantile(lags, 0.99) * 1000).median,
      },
    };
  },
};
