import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_PASSWORD, demoUsers, silentLog, start } from '@vivier/server';
import { Client } from '../../support/client.ts';
import { inTurns, spreadOf, timed } from '../measure.ts';
import { makeSeeded } from '../seed/folder.ts';
import type { Context, Result, Row } from '../row.ts';

/** Dossiers of the large organisation: a hundred times those of the small one. */
const TIMES = 100;
const PAGE =
  '{ queue(queue: waitingForCandidate, first: 20) { edges { node { applicationId waitingSince candidate { fullName } } } } }';
const COUNTS = '{ queueCounts { toReview waitingForCandidate expired mine unassigned } }';
const PAGES = 200;

/** A server on a folder, and the seconds that one answer takes on average. */
const asking = async (folder: string) => {
  const server = await start({
    ...{ host: '127.0.0.1', port: 0, dataFolder: folder, publicUrl: '', log: silentLog },
    demo: true,
    requestsPerSecond: 0,
  });
  const operator = demoUsers.find(({ role }) => role === 'operator');
  const { accessToken } = await new Client(server.url).do('signIn', {
    ...{ organisation: 'demo', email: operator?.email, password: DEMO_PASSWORD },
  });
  const client = new Client(server.url, accessToken);
  const answers = async (query: string, times: number): Promise<number> => {
    const { seconds } = await timed(async () => {
      for (let left = times; left > 0; left -= 1) await client.ask(query);
    });
    return seconds / times;
  };
  const { queueCounts } = await client.ask<{ queueCounts: { waitingForCandidate: number } }>(
    COUNTS,
  );
  return { answers, waiting: queueCounts.waitingForCandidate, stop: () => server.stop() };
};

/** The first page of what waits longest, in an organisation a hundred times as large. */
export const queues: Row = {
  name: 'queues',
  asks: 'Is the first page of a queue slower in an organisation with a hundred times the dossiers?',
  fullOnly: true,
  async run({ size, folder, seeded }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const small = join(folder, 'small');
    const large = join(folder, 'large');
    // Written to as soon as it is served: the seeded folder stays as it is.
    if (size.dossiers === 1_000) cpSync(seeded, small, { recursive: true });
    else await makeSeeded(small, 1_000);
    const making = await timed(() => makeSeeded(large, 1_000 * TIMES));
    const few = await asking(small);
    const many = await asking(large);
    await few.answers(PAGE, PAGES);
    await many.answers(PAGE, PAGES);
    const pages = await inTurns(
      size.repetitions,
      () => few.answers(PAGE, PAGES),
      () => many.answers(PAGE, PAGES),
    );
    const counts = await inTurns(
      size.repetitions,
      () => few.answers(COUNTS, 20),
      () => many.answers(COUNTS, 5),
    );
    await few.stop();
    await many.stop();
    return {
      figures: [
        {
          what: 'first page of a queue',
          unit: '× that of 1,000 dossiers',
          value: spreadOf(pages.map(([one, other]) => other / one)),
          target: { atMost: 2 },
        },
        {
          what: 'how many wait, all queues',
          unit: '× that of 1,000 dossiers',
          value: spreadOf(counts.map(([one, other]) => other / one)),
        },
      ],
      behind: {
        'waiting, of 1,000': few.waiting,
        [`waiting, of ${1_000 * TIMES}`]: many.waiting,
        'first page, ms': spreadOf(pages.map(([, other]) => other * 1_000)).median,
        'counts, ms': spreadOf(counts.map(([, other]) => other * 1_000)).median,
        'made and projected, s': making.seconds,
      },
    };
  },
};
