import { DEMO_PASSWORD, demoUsers } from '@vivier/server';
import { bombard, graphqlRequest } from '../load-generator.ts';
import { inTurns, spreadOf } from '../measure.ts';
import { product, root, startProgram, withSuite } from '../processes.ts';
import type { Context, Result, Row } from '../row.ts';
import { Client } from '../../support/client.ts';

/**
 * Nest + Apollo + Express with its defaults (A) is no dependency of this repository, so that Apollo on
 * Fastify stands in: it was measured at 1.3 of A on the same load (from 1.2 to 1.4 in five rounds).
 */
const STAND_IN_OF_A = 1.3;

/** Until the compiler has seen enough of both, in seconds. */
const WARMING = 2;

const ROW_FIELDS = 'applicationId campaign state revision startedAt changedAt';
const BASELINE = `query Rows { rows { ${ROW_FIELDS} fullName email } }`;
/** What is asked, and what hostile queries are measured against. */
export const QUERY = `query Dossiers($first: Int!) {
  dossiers(first: $first) { edges { node { ${ROW_FIELDS} candidate { fullName email } } } }
}`;

/** The list that recruiters open first, over HTTP, signed in, names and addresses opened. */
export const graphqlList: Row = {
  name: 'graphql-list',
  asks: 'How many lists of 20 dossiers, 8 fields each, two of them personal, are answered a second?',
  async run({ size, seeded }: Context): Promise<Result> {
    const served = await startProgram([...product, 'serve'], '/health/ready', {
      VIVIER_DATA: seeded,
      // Requests are counted and none is refused.
      RATE_LIMIT: '999999',
    });
    const stand = await startProgram(
      [...withSuite, `${root}/test/bench/baselines/bare-apollo.ts`],
      '/ready',
    );
    try {
      const operator = demoUsers.find(({ role }) => role === 'operator');
      const { accessToken } = await new Client(`http://127.0.0.1:${served.port}`).do('signIn', {
        organisation: 'demo',
        email: operator?.email,
        password: DEMO_PASSWORD,
      });
      const asked = graphqlRequest(
        served.port,
        { operationName: 'Dossiers', query: QUERY, variables: { first: 20 } },
        accessToken,
      );
      const bare = graphqlRequest(stand.port, { operationName: 'Rows', query: BASELINE });
      const seconds = 0.8 * size.longer;
      const standIn = (time = seconds) => bombard(stand.port, bare, { seconds: time });
      const own = (time = seconds) => bombard(served.port, asked, { seconds: time });
      await standIn(WARMING);
      await own(WARMING);
      const pairs = await inTurns(
        size.repetitions,
        () => standIn(),
        () => own(),
      );
      const over = (of: (pair: (typeof pairs)[number]) => number) => spreadOf(pairs.map(of));
      return {
        figures: [
          {
            what: 'lists',
            unit: '× A',
            value: over(([a, b]) => (b.perSecond / a.perSecond) * STAND_IN_OF_A),
            target: { atLeast: 0.8 },
          },
          {
            what: 'lists',
            unit: '× Apollo on Fastify',
            value: over(([a, b]) => b.perSecond / a.perSecond),
          },
          {
            what: 'p99',
            unit: '× p99 of Apollo on Fastify',
            value: over(([a, b]) => b.p99 / a.p99),
          },
        ],
        behind: {
          dossiers: size.dossiers,
          'lists/s': over(([, b]) => b.perSecond).median,
          'p50, ms': over(([, b]) => b.p50 * 1000).median,
          'p99, ms': over(([, b]) => b.p99 * 1000).median,
          'Apollo on Fastify, lists/s': over(([a]) => a.perSecond).median,
          'Apollo on Fastify, p99, ms': over(([a]) => a.p99 * 1000).median,
        },
      };
    } finally {
      await served.stop();
      await stand.stop();
    }
  },
};
