import { counting } from '../support/counting.ts';
import { registered, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

const NAMES = ['Ada', 'Bea', 'Cem', 'Dan', 'Eve', 'Fay'];

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  for (const name of NAMES) {
    const { client } = await registered(house, maison, invitation, {
      fullName: `${name} Exemple`,
      email: `${name.toLowerCase()}@example.org`,
    });
    await client.do('startApplication', { invitation });
  }
  await house.server.house.settled();
});
afterAll(() => house.end());

interface Row {
  readonly node: {
    readonly state: string;
    readonly candidate: { readonly fullName: string | null; readonly email: string | null };
  };
}
interface Lists {
  readonly dossiers: { readonly edges: readonly Row[] };
}
const plain = 'dossiers { edges { node { state candidate { fullName email } } } }';
const people = NAMES.map((name) => ({
  fullName: `${name} Exemple`,
  email: `${name.toLowerCase()}@example.org`,
}));
const shown = ({ dossiers }: Lists) =>
  dossiers.edges
    .map(({ node }) => node.candidate)
    .sort((a, b) => String(a.email).localeCompare(String(b.email)));

test.each([
  `{ ${plain} }`,
  '{ dossiers { edges { ...E } } } fragment E on DossierEdge { node { state candidate { ...C } } } fragment C on Candidate { fullName email }',
  '{ dossiers { ... { edges { node { candidate { email } candidate { fullName ... on Candidate { email } } } } } } }',
  '{ dossiers { edges { node { candidate @include(if: true) { fullName email @skip(if: false) } } } } }',
  '{ dossiers(orderBy: NAME) { edges { node { candidate { fullName email } } } } }',
  '{ dossiers(filter: { name: "exemple" }) { edges { node { candidate { fullName email } } } } }',
])('A list shows the names and addresses of its people: %s', async (query) => {
  expect(shown(await maison.olu.ask<Lists>(query))).toEqual(people);
});

test('Two fields of one list may ask for one person’s values under other names', async () => {
  const answer = await maison.olu.ask<Record<string, Lists['dossiers']>>(
    '{ all: dossiers { edges { node { candidate { fullName email } } } } one: dossiers(first: 1) { edges { node { candidate { fullName email } } } } }',
  );
  expect(shown({ dossiers: answer['all'] ?? { edges: [] } })).toEqual(people);
  expect(people).toContainEqual(answer['one']?.edges[0]?.node.candidate);
});

test('A list of any length asks the stores for as much, and opens what it shows in one go', async () => {
  const count = counting(house.server.house);
  const callsFor = async (first: number, query: string): Promise<readonly string[]> => {
    const { calls } = await count(() =>
      maison.olu.ask(`query Q($first: Int) { ${query} }`, { first }),
    );
    return calls.filter((call) => !call.startsWith('log.')).sort();
  };
  for (const query of [
    plain.replace('dossiers', 'dossiers(first: $first)'),
    'people(first: $first) { edges { node { fullName email } } }',
  ]) {
    const few = await callsFor(1, query);
    expect(few.filter((call) => call === 'vault.open')).toHaveLength(1);
    expect(await callsFor(NAMES.length, query)).toEqual(few);
  }
});

test('What nobody asked for is not opened', async () => {
  const count = counting(house.server.house);
  for (const query of [
    '{ dossiers { edges { node { state candidate { candidateId } } } } }',
    '{ people { edges { node { candidateId } } } }',
  ]) {
    const { calls } = await count(() => maison.olu.ask(query));
    expect(calls).not.toContain('vault.open');
  }
});

test('Who reads facts only gets them from every row, and nothing is opened', async () => {
  const count = counting(house.server.house);
  const { result, calls } = await count(() => maison.compliance.send<Lists>(`{ ${plain} }`));
  expect(calls).not.toContain('vault.open');
  expect(result.data?.dossiers.edges.map(({ node }) => node)).toEqual(
    NAMES.map(() => ({ state: 'draft', candidate: { fullName: null, email: null } })),
  );
  const refused = result.errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]);
  expect(refused.sort()).toEqual(
    NAMES.flatMap((_, row) =>
      ['email', 'fullName'].map((field) => [
        `dossiers.edges.${row}.node.candidate.${field}`,
        'NotYoursToOpen',
      ]),
    ),
  );
});

test('What could not be opened for the whole list is opened field by field', async () => {
  const { vault } = house.server.house;
  const open = vault.open.bind(vault);
  let failures = 1;
  vault.open = (blobs) => (failures-- > 0 ? Promise.reject(new Error('once')) : open(blobs));
  try {
    expect(shown(await maison.olu.ask<Lists>(`{ ${plain} }`))).toEqual(people);
  } finally {
    vault.open = open;
  }
  expect(failures).toBeLessThan(0);
});

test('No answer may be kept by anybody on its way, right or wrong', async () => {
  for (const query of ['{ __typename }', '{ dossiers { edges { cursor } } }', '{ nothing }', '{']) {
    const response = await fetch(`${house.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    await response.arrayBuffer();
    expect([query, response.headers.get('cache-control')]).toEqual([query, 'no-store']);
  }
});
