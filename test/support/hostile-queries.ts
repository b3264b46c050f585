/** A query that asks for much with little. */
export interface Hostile {
  readonly what: string;
  readonly query: string;
  /** As JSON. */
  readonly variables?: string;
  /** How it must be refused; without it a small answer will do as well. */
  readonly code?: string;
}

/** So many pieces of a document, each made by its number. */
export const times = (count: number, one: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => one(n)).join(' ');
const nested = (count: number, before: string, inside: string, after: string): string =>
  before.repeat(count) + inside + after.repeat(count);

/** The id of nothing that there is. */
export const NOBODY = '00000000-0000-4000-8000-000000000000';
const row = 'dossiers { edges { node { applicationId } } }';
/** All that a row of the list of dossiers shows. */
export const FULL_ROW =
  'applicationId campaign state revision candidate { candidateId fullName email } items { key label document { version fileName size } }';

/** Some 200 ways to ask for much with little; the benchmark sends them as well. */
export const hostileQueries = (): readonly Hostile[] => {
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
    `{ ${times(10, (n) => `a${n}: dossiers(first: 100) { edges { node { ${FULL_ROW} } } }`)} }`,
    { code: 'QueryTooCostly' },
  );
  for (const first of [90, 95, 100]) {
    add(
      `${first} full rows`,
      `{ dossiers(first: ${first}) { edges { node { ${FULL_ROW} ...on Dossier { startedAt submittedAt } } } } }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} full rows by a variable`,
      `query Q($n: Int!) { dossiers(first: $n) { edges { node { ${FULL_ROW} startedAt submittedAt } } } }`,
      { variables: `{ "n": ${first} }`, code: 'QueryTooCostly' },
    );
    add(
      `${first} full rows by a variable's default`,
      `query Q($n: Int! = ${first}) { dossiers(first: $n) { edges { node { ${FULL_ROW} startedAt submittedAt } } } }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} full rows of a queue`,
      `{ queue(queue: toReview, first: ${first}) { edges { node { ${FULL_ROW} startedAt submittedAt } } } }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} entries of a trail, ten times`,
      `{ ${times(10, (n) => `a${n}: auditTrail(candidateId: "${NOBODY}", first: ${first}) { edges { node { event reason facts { name value } words { name text } by { name } } } }`)} }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} messages, ten times`,
      `{ ${times(10, (n) => `a${n}: messages(applicationId: "${NOBODY}", first: ${first}) { edges { node { text by { name } } } }`)} }`,
      { code: 'QueryTooCostly' },
    );
    add(
      `${first} rows five times`,
      `{ ${times(5, (n) => `a${n}: dossiers(first: ${first}) { edges { node { applicationId campaign state revision startedAt submittedAt } } }`)} }`,
    );
  }
  for (const count of [2, 10])
    add(
      `${count} exports`,
      `{ ${times(count, (n) => `a${n}: auditTrailExport(candidateId: "${NOBODY}", format: CSV)`)} }`,
      { code: 'QueryTooCostly' },
    );
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
    const code = /^[\d,]+ /.test(what) && { code: 'RequestNotUnderstood' };
    add(`an input of ${what}`, set, { variables: `{ "input": ${input} }`, ...code });
    add(`variables of ${what} that nobody uses`, '{ __typename }', { variables: input });
  }
  return found;
};
