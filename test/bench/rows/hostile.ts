import { DEMO_PASSWORD, demoUsers } from '@vivier/server';
import { inTurns, seededRandom, spreadOf, type Spread } from '../measure.ts';
import { root, startProgram } from '../processes.ts';
import type { Context, Result, Row } from '../row.ts';
import { Client } from '../../support/client.ts';
import { hostileQueries, type Hostile } from '../../support/hostile-queries.ts';
import { QUERY as LIST } from './graphql-list.ts';

const CORPUS = 200;
/** Of all queries, those that took longest once are looked at more closely. */
const SUSPECTS = 3;
/** Requests of one sample, one after the other. */
const SAMPLE = 8;

interface Answer {
  readonly data?: { readonly dossiers?: { readonly edges?: readonly unknown[] } } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

const drawn = <T>(all: readonly T[], count: number, random: () => number): T[] => {
  const left = [...all];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  ).flat();
};

/** The dearest of many queries that ask for much with little, against the list that people open. */
export const hostile: Row = {
  name: 'hostile',
  asks: 'How much longer than a list of 20 dossiers does the worst of 200 hostile queries take?',
  async run({ size, seeded, seed }: Context): Promise<Result> {
    // The limits on what a query may ask for are on; how many a second is another limit.
    const environment = { VIVIER_DATA: seeded, RATE_LIMIT: '0' };
    const program = [`${root}/apps/cli/dist/main.js`, 'serve'];
    const product = await startProgram(program, '/health/ready', environment);
    try {
      const url = `http://127.0.0.1:${product.port}`;
      const operator = demoUsers.find(({ role }) => role === 'operator');
      const { accessToken } = await new Client(url).do('signIn', {
        organisation: 'demo',
        email: operator?.email,
        password: DEMO_PASSWORD,
      });
      let sent = 0;
      /** Seconds that an answer takes to arrive as a whole, on average. */
      const timeOf = async (
        query: () => string,
        variables: string,
        count: number,
        isRight: (answer: Answer) => boolean,
      ) => {
        let last = '';
        const started = performance.now();
        for (let n = 0; n < count; n += 1) {
          const response = await fetch(`${url}/graphql`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              authorization: `Bearer ${accessToken}`,
            },
            // What lies deep cannot be written by `JSON.stringify`.
            body: `{ "query": ${JSON.stringify(query())}, "variables": ${variables} }`,
          });
          last = await response.text();
          if (response.status >= 500) throw new Error(`An answer was ${response.status}.`);
        }
        const seconds = (performance.now() - started) / 1000 / count;
        // Another answer than the one that is meant, a refused sign-in say, is no measurement.
        if (!isRight(JSON.parse(last) as Answer))
          throw new Error(`Not the answer: ${last.slice(0, 200)}`);
        return seconds;
      };
      const sample = Math.ceil(SAMPLE * size.longer);
      const list = (count = sample) =>
        timeOf(
          () => LIST,
          '{ "first": 20 }',
          count,
          ({ data }) => data?.dossiers?.edges?.length === 20,
        );
      // Each time a document that the server has not seen yet, so that it reads all of it.
      const attack = ({ query, variables = '{}', code }: Hostile, count = sample) =>
        timeOf(
          () => `${query} #${(sent += 1)}`,
          variables,
          count,
          ({ errors = [] }) =>
            code === undefined || errors.some(({ extensions }) => extensions?.code === code),
        );

      await list(10 * SAMPLE);
      const corpus = drawn(hostileQueries(), CORPUS, seededRandom(seed));
      const once: { readonly one: Hostile; readonly seconds: number }[] = [];
      // What is slow the first time only must not be taken for dear.
      for (const one of corpus.slice(0, 20)) await attack(one, 1);
      for (const one of corpus) once.push({ one, seconds: await attack(one, 1) });
      const suspects = once.sort((a, b) => b.seconds - a.seconds).slice(0, SUSPECTS);
      const measured: { readonly what: string; readonly ratio: Spread; readonly base: number }[] =
        [];
      for (const { one } of suspects) {
        const pairs = await inTurns(
          size.repetitions,
          () => list(),
          () => attack(one),
        );
        measured.push({
          what: one.what,
          ratio: spreadOf(pairs.map(([base, own]) => own / base)),
          base: spreadOf(pairs.map(([base]) => base)).median,
        });
      }
      measured.sort((a, b) => b.ratio.median - a.ratio.median);
      const [worst, ...others] = measured;
      if (!worst) throw new Error('There is no hostile query.');
      return {
        figures: [
          {
            what: `the worst of ${corpus.length} queries`,
            unit: '× a list of 20',
            value: worst.ratio,
            target: { atMost: 3 },
          },
        ],
        behind: {
          'the worst': worst.what,
          'a list of 20, ms': worst.base * 1000,
          ...Object.fromEntries(others.map(({ what, ratio }) => [what, ratio.median])),
          'half of the queries, × a list of 20':
            (once[once.length >> 1]?.seconds ?? Number.NaN) / worst.base,
        },
      };
    } finally {
      await product.stop();
    }
  },
};
