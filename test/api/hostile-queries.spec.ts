import { getIntrospectionQuery } from 'graphql';
import type { Answer, Client } from '../support/client.ts';
import { FULL_ROW, hostileQueries, NOBODY, times } from '../support/hostile-queries.ts';
import { staffed } from '../support/people.ts';
import { trailQuery } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let operator: Client;
beforeAll(async () => {
  house = await running();
  operator = (await staffed(house)).olu;
});
afterAll(() => house.end());

/** Characters of an answer that count as small; what the schema's tools ask for is larger. */
const SMALL = 64 * 1024;

/** What lies deep cannot be written by `JSON.stringify`, but read by the server. */
const send = async (query: string, variables = '{}'): Promise<Answer<unknown>> => {
  const { token } = operator;
  const response = await fetch(`${house.server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${typeof token === 'function' ? await token() : token}`,
    },
    body: `{ "query": ${JSON.stringify(query)}, "variables": ${variables} }`,
  });
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text) as Partial<Answer<unknown>>;
  return { status: response.status, text, data, errors };
};

const codesOf = ({ errors }: Answer<unknown>): string[] =>
  errors.map(({ extensions }) => extensions.code);

test('Two hundred hostile queries are refused with a remedy, or cheap', async () => {
  const all = hostileQueries();
  expect(all.length).toBeGreaterThanOrEqual(200);
  const wrong: unknown[] = [];
  for (const { what, query, variables, code } of all) {
    const answer = await send(query, variables);
    const codes = codesOf(answer);
    const asExpected =
      code === undefined
        ? codes.length > 0 || answer.text.length < SMALL
        : codes.includes(code) && !answer.data;
    const small = answer.text.length < SMALL;
    const told = answer.errors.every(({ extensions }) => extensions.remedy.length > 0);
    if (answer.status >= 500 || !asExpected || !small || !told)
      wrong.push({ what, code, codes, status: answer.status, length: answer.text.length });
  }
  expect(wrong).toEqual([]);
}, 60_000);

test('What people and tools ask for stays within the limits', async () => {
  const asked = [
    getIntrospectionQuery(),
    getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
    `{ dossiers(first: 100) { edges { node { applicationId campaign state revision startedAt submittedAt checklistVersion candidate { candidateId fullName email } } } pageInfo { hasNextPage endCursor } } }`,
    `{ dossiers { edges { node { ${FULL_ROW} } } } me { role name } }`,
    `{ queue(queue: toReview) { edges { node { ${FULL_ROW} waitingSince reviewer { name } deletionWarning { daysLeft rule } } } } queueCounts { toReview mine } }`,
    `{ auditTrail(candidateId: "${NOBODY}", first: 100) { edges { node { event at by { role name } from to reason comment facts { name value } words { name text } } } } }`,
    `{ auditTrailExport(candidateId: "${NOBODY}", format: CSV) }`,
    `{ recruitmentModule { on checklist { key label required statuses hint } information { key label } requirements { key kind level } acceptedStatuses invitations { campaign revoked } } }`,
  ];
  for (const query of asked) expect(codesOf(await operator.send(query))).toEqual([]);
  const page = { documentId: NOBODY, first: 100 };
  expect(codesOf(await operator.send(trailQuery, page))).toEqual([]);
});

test('What a limit is, and by how much it was passed, is told', async () => {
  const { message, details } = await operator.refused(
    `{ me { ${times(16, (n) => `a${n}: role`)} } }`,
  );
  expect(message).toBe('More fields are renamed than one request may rename.');
  expect(details).toEqual({ asked: 16, limit: 15 });
});
