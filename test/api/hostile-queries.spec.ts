import { getIntrospectionQuery } from 'graphql';
import type { Answer, Client } from '../support/client.ts';
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

interface Hostile {
  readonly what: string;
  readonly query: string;
  /** As JSON. */
  readonly variables?: string;
  /** How it must be refused; without it a small answer will do as well. */
  readonly code?: string;
}

const times = (count: number, one: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => one(n)).join(' ');
const nested = (count: number, before: string, inside: string, after: string): string =>
  before.repeat(count) + inside + after.repeat(count);

const row = 'dossiers { edges { node { applicationId } } }';
const full =
  'applicationId campaign state revision candidate { candidateId fullName email } items { key label document { version fileName size } }';

/** Some 200 ways to ask for much with little. */
const corpus = (): Hostile[] => {
  const found: Hostile[] = [];
  const add = (what: string, query: string, more: Omit<Hostile, 'what' | 'query'> = {}): void => {
    found.push({ what, query, ...more });
  };

  for (const count of [16, 17, 20, 30, 40, 60, 80, 90]) {
    const code = 'TooManyAliases';
    add(`${count} aliases of a value`, `{ me { ${times(count, (n) => `a${n}: role`)} } }`, {
      code,
    });
    add(`${count} aliases of a type's name`, `{ ${times(count, (n) => `a${n}: __typename`)} }`);
    add(
      `${count} aliases in one fragment`,
      `{ me { ...F } } fragment F on Viewer { ${times(count, (n) => `a${n}: role`)} }`,
      { code },
    );
    add(`${count} aliases of a list`, `{ ${times(count, (n) => `a${n}: ${row}`)} }`);
    add(
      `${count} aliases of a page's rows`,
      `{ dossiers { ${times(count, (n) => `a${n}: edges { cursor }`)} } }`,
      { code },
    );
  }
  add(
    'ten full lists',
    `{ ${times(10, (n) => `a${n}: dossiers(first: 100) { edges { node { ${full} } } }`)} }`,
    { code: 'QueryTooCostly' },
  );
  for (const first of [90, 95, 100]) {
    add(
      `${first} full rows`,
      `{ dossiers(first: ${first}) { edges { node { ${full} ...on Dossier { startedAt submittedAt } } } } }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} full rows by a variable`,
      `query Q($n: Int!) { dossiers(first: $n) { edges { node { ${full} startedAt submittedAt } } } }`,
      { variables: `{ "n": ${first} }`, code: 'QueryTooCostly' },
    );
    add(
      `${first} full rows by a variable's default`,
      `query Q($n: Int! = ${first}) { dossiers(first: $n) { edges { node { ${full} startedAt submittedAt } } } }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} rows five times`,
      `{ ${times(5, (n) => `a${n}: dossiers(first: ${first}) { edges { node { applicationId campaign state revision startedAt submittedAt } } }`)} }`,
    );
  }
  for (const first of [101, 1_000, 2_147_483_647, -1, 0])
    add(`a page of ${first}`, `{ dossiers(first: ${first}) { edges { node { applicationId } } } }`);
  for (const n of ['1e9', '"100"', '[100]', '{}', 'null', 'true', '99999999999999999999'])
    add(`a page of ${n}`, `{ dossiers(first: ${n}) { edges { node { applicationId } } } }`);
  for (const n of [1e9, '100', [100], {}, null, true, -5, 0.5])
    add(
      `a page of ${JSON.stringify(n)} by a variable`,
      'query Q($n: Int!) { dossiers(first: $n) { edges { node { applicationId } } } }',
      { variables: JSON.stringify({ n }) },
    );

  for (const count of [11, 15, 30, 60]) {
    add(`${count} root fields`, `{ ${times(count, (n) => `a${n}: __typename`)} }`, {
      code: 'TooManyRootFields',
    });
    add(
      `${count} sign-ins`,
      `mutation { ${times(count, (n) => `a${n}: signIn(input: { organisation: "maison", email: "olu@maison.example", password: "${n}" }) { accessToken }`)} }`,
    );
    add(
      `${count} sign-outs`,
      `mutation { ${times(count, (n) => `a${n}: signOut { signedOut }`)} }`,
    );
  }

  for (const count of [51, 80, 120, 300]) {
    add(
      `${count} directives on a field`,
      `{ __typename ${times(count, () => '@include(if: true)')} }`,
    );
    add(
      `${count} directives on fields`,
      `{ me { ${times(count, () => 'role @include(if: true)')} } }`,
    );
    add(`${count} unknown directives`, `{ __typename ${times(count, (n) => `@d${n}`)} }`);
    add(
      `${count} directives on fragments`,
      `{ ${times(count, () => '...F @skip(if: false)')} } fragment F on Query { __typename }`,
    );
  }

  for (const count of [2, 3, 10, 50, 100]) {
    const ring = times(count, (n) => `fragment F${n} on Viewer { ...F${(n + 1) % count} }`);
    add(`a ring of ${count} fragments`, `{ me { ...F0 } } ${ring}`, {
      code: 'RequestNotUnderstood',
    });
    const doubling = times(count, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
    add(
      `${count} fragments that double`,
      `{ ...F0 } ${doubling} fragment F${count} on Query { __typename }`,
    );
    const inline = times(
      count,
      (n) => `fragment F${n} on Query { ... { ...F${n + 1} } ... on Query { ...F${n + 1} } }`,
    );
    add(
      `${count} fragments that double inside`,
      `{ ...F0 } ${inline} fragment F${count} on Query { ${row} }`,
    );
    add(`${count} inline fragments`, `{ ${nested(count, '... on Query { ', '__typename', ' }')} }`);
    add(
      `${count} fragments that nobody spreads`,
      `{ __typename } ${times(count, (n) => `fragment F${n} on Query { __typename }`)}`,
      { code: 'RequestNotUnderstood' },
    );
    add(
      `${count} operations`,
      times(count, (n) => `query Q${n} { __typename }`),
      { code: 'RequestNotUnderstood' },
    );
    add(`${count} times one field, which merges`, `{ ${times(count, () => row)} }`);
    add(
      `${count} conflicting fields`,
      `{ ${times(count, (n) => `dossiers(first: ${n + 1}) { edges { cursor } }`)} }`,
    );
  }
  // Many pairs of fields to be compared, within fragments that spread each other.
  add(
    'fragments to be compared with each other',
    `{ dossiers { edges { node { ${times(20, (n) => `...F${n}`)} } } } } ${times(20, (n) => `fragment F${n} on Dossier { ${times(10, () => 'candidate { fullName }')} }`)}`,
  );

  for (const depth of [1, 3, 10, 30]) {
    const type = nested(depth, 'ofType { ', 'name', ' }');
    add(
      `types within ${depth} types`,
      `{ __type(name: "Dossier") { fields { type { ${type} } } } }`,
    );
    const fields = nested(depth, 'fields { type { ', 'name', ' } }');
    add(`fields of ${depth} levels of types`, `{ __schema { types { ${fields} } } }`);
    const possible = nested(depth, 'possibleTypes { ', 'name', ' }');
    add(`possible types of ${depth} levels`, `{ __schema { types { ${possible} } } }`);
  }
  for (const count of [2, 10, 40]) {
    add(
      `the schema ${count} times`,
      `{ ${times(count, (n) => `a${n}: __schema { types { name fields { name } } }`)} }`,
    );
    add(
      `the types ${count} times`,
      `{ __schema { ${times(count, (n) => `a${n}: types { name fields { name args { name } } }`)} } }`,
      { code: 'TooManyAliases' },
    );
    add(
      `a type ${count} times`,
      `{ ${times(count, (n) => `a${n}: __type(name: "Dossier") { fields { name } }`)} }`,
    );
  }

  for (const count of [1_001, 5_000, 20_000]) {
    const code = 'QueryTooLong';
    add(`${count} names`, `{ ${'x '.repeat(count)}}`, { code });
    add(`${count} opened braces`, '{'.repeat(count));
    add(`${count} opened lists`, `{ dossiers(first: ${'['.repeat(count)}`);
    add(
      `${count} closed lists`,
      `{ dossiers(first: ${nested(count, '[', '1', ']')}) { edges { cursor } } }`,
      { code },
    );
    add(`${count} variables`, `query Q(${times(count, (n) => `$v${n}: Int`)}) { __typename }`, {
      code,
    });
    add(`${count} spreads`, `{ ${'...F '.repeat(count)} } fragment F on Query { __typename }`, {
      code,
    });
  }
  for (const length of [10_000, 200_000]) {
    add(`a name of ${length}`, `{ ${'x'.repeat(length)} }`, { code: 'RequestNotUnderstood' });
    add(`a text of ${length}`, `{ invitation(token: "${'x'.repeat(length)}") { campaign } }`);
    add(
      `a number of ${length} digits`,
      `{ dossiers(first: ${'9'.repeat(length)}) { edges { cursor } } }`,
    );
    add(`a comment of ${length}`, `{ __typename } # ${'x'.repeat(length)}`);
    add(`white space of ${length}`, `{ __typename${' '.repeat(length)}}`);
  }

  const set =
    'mutation Set($input: SetChecklistInput!) { setChecklist(input: $input) { checklistVersion } }';
  const json = JSON.stringify;
  const hugeVariables: readonly (readonly [string, string])[] = [
    ['10,000 items', json({ items: Array.from({ length: 10_000 }, () => ({})) })],
    [
      'a text of 200,000',
      json({ items: [{ key: 'x'.repeat(200_000), label: 'x', required: true }] }),
    ],
    ['2,000 keys', json(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, n])))],
    ['100,000 lists within each other', nested(100_000, '[', '', ']')],
    ['40,000 objects within each other', nested(40_000, '{"a":', '1', '}')],
    ['keys that are no names', json({ ' at "input.items"; ': 1 })],
    ['a key of 100,000', json({ ['k'.repeat(100_000)]: 1 })],
    ['__proto__', '{ "__proto__": { "items": [] } }'],
    ['constructor', json({ constructor: { prototype: { items: [] } } })],
  ];
  for (const [what, input] of hugeVariables) {
    add(`an input of ${what}`, set, { variables: `{ "input": ${input} }` });
    add(`variables of ${what} that nobody uses`, '{ __typename }', { variables: input });
  }
  return found;
};

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
  const all = corpus();
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
    `{ dossiers { edges { node { ${full} } } } me { role name } }`,
  ];
  for (const query of asked) expect(codesOf(await operator.send(query))).toEqual([]);
  const documentId = '00000000-0000-4000-8000-000000000000';
  expect(codesOf(await operator.send(trailQuery, { documentId, first: 100 }))).toEqual([]);
});

test('What a limit is, and by how much it was passed, is told', async () => {
  const { message, details } = await operator.refused(
    `{ me { ${times(16, (n) => `a${n}: role`)} } }`,
  );
  expect(message).toBe('More fields are renamed than one request may rename.');
  expect(details).toEqual({ asked: 16, limit: 15 });
});
