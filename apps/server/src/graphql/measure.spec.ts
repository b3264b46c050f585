import { buildSchema, Kind, parse } from 'graphql';
import { measure } from './measure.ts';

const schema = buildSchema(`
  type Query { one: Thing, things(first: Int! = 20): ThingConnection!, plain: [Thing!]! }
  type ThingConnection { edges: [ThingEdge!]!, pageInfo: PageInfo! }
  type ThingEdge { cursor: String!, node: Thing! }
  type PageInfo { endCursor: String }
  type Thing { id: ID!, name: String, inner: Thing, dear: String }
`);
Object.assign(
  (
    schema.getType('Thing') as never as { getFields(): Record<string, { extensions: object }> }
  ).getFields()['dear']!,
  {
    extensions: { complexity: 500 },
  },
);

const measured = (query: string, variables: Record<string, unknown> = {}) => {
  const { definitions } = parse(query);
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return measure(schema, operation as never, fragments, variables);
};
const costOf = (query: string, variables?: Record<string, unknown>) =>
  measured(query, variables).cost;

test('A value costs 1, an object 2, what lies deeper half as much again', () => {
  expect(costOf('{ one { id } }')).toBe(2 + 1.5);
  expect(costOf('{ one { inner { id name } } }')).toBe(2 + 1.5 * (2 + 1.5 * 2));
  expect(costOf('{ plain { id } }')).toBe(2 + 2 * 1.5);
  expect(costOf('{ one { dear } }')).toBe(2 + 1.5 * 500);
});

test('A page costs its rows, however their number is said; what wraps them costs nothing', () => {
  const row = '{ edges { cursor node { id } } pageInfo { endCursor } }';
  const of = (rows: number) => 2 + rows * 1.5 * 3;
  expect(costOf(`{ things ${row} }`)).toBe(of(20));
  expect(costOf(`{ things(first: 7) ${row} }`)).toBe(of(7));
  const asked = `query Q($n: Int! = 5) { things(first: $n) ${row} }`;
  expect(costOf(asked)).toBe(of(5));
  expect(costOf(asked, { n: 9 })).toBe(of(9));
  // What is refused later counts as the largest page at most.
  for (const n of [101, 1e9, 'all', null, -1, {}, NaN])
    expect(costOf(asked, { n })).toBe(n === null ? of(5) : of(100));
});

test('A fragment counts wherever it is spread', () => {
  const { aliases, directives, roots, depth, cost } = measured(
    '{ a: one { ...F } ...R } fragment R on Query { one { ...F @include(if: true) } } fragment F on Thing { x: id inner { y: id } }',
  );
  expect({ aliases, directives, roots, depth }).toEqual({
    aliases: 5,
    directives: 1,
    roots: 2,
    depth: 3,
  });
  expect(cost).toBe(2 * (2 + 1.5 * (1 + 2 + 1.5)));
});

test('A document that unfolds into more fields than there are atoms is measured in one go', () => {
  const doubling = Array.from(
    { length: 300 },
    (_, n) => `fragment F${n} on Thing { a: inner { ...F${n + 1} } b: inner { ...F${n + 1} } }`,
  ).join(' ');
  const { cost, aliases, depth } = measured(
    `{ one { ...F0 } } ${doubling} fragment F300 on Thing { id }`,
  );
  expect(depth).toBe(302);
  expect(cost).toBeGreaterThan(2 ** 300);
  expect(aliases).toBeGreaterThan(2 ** 300);
});

test('A ring of fragments, which validation refuses, ends', () => {
  expect(measured('{ one { ...F } } fragment F on Thing { inner { ...F } }').depth).toBe(2);
});

test('What is asked about the schema is apart, and not renamed', () => {
  const query = (fields: string) => measured(`{ one { id } __schema { types { ${fields} } } }`);
  expect(query('name fields { name }')).toMatchObject({
    depth: 2,
    schemaDepth: 4,
    roots: 2,
    schemaRoots: 1,
    aliases: 0,
  });
  expect(query('a: name').aliases).toBe(16);
});
