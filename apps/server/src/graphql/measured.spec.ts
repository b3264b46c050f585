import { buildSchema, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { measure } from './measure.ts';
import { Measures } from './measured.ts';

const schema = buildSchema(`
  type Query { things(first: Int! = 20): Things!, others(first: Int! = 20): Things! }
  type Things { edges: [Thing!]! }
  type Thing { id: ID! }
`);
const document = parse(`
  query Q($n: Int, $m: Int = 7, $after: String) {
    things(first: $n) { edges { ...T } } others(first: $m) { edges { ...T } }
  }
  query R { things(first: 3) { edges { ...T } } }
  fragment T on Thing { id }
`);
const operations = document.definitions.filter(
  (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
);
const [q, r] = operations as [OperationDefinitionNode, OperationDefinitionNode];
const anew = (operation: OperationDefinitionNode, variables: Record<string, unknown>) =>
  measure(
    schema,
    operation,
    document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION),
    variables,
  );

const values = [
  ...[undefined, null, 0, 1, 2, 5, 7, 99, 100, 101, -1, 1.5, 99.5, 1e9, NaN, Infinity],
  ...['1', '-', 'default', '', true, [1], { 1: 1 }, '__proto__'],
];

test('What is remembered is what would be measured, whatever the variables are and were before', () => {
  const measures = new Measures();
  for (let round = 0; round < 2; round += 1)
    for (const [at, n] of values.entries())
      for (const m of values) {
        const variables = { n, m, after: `${round} ${at}` };
        expect(measures.of(schema, document, q, variables)).toEqual(anew(q, variables));
        expect(measures.of(schema, document, r, variables)).toEqual(anew(r, variables));
      }
});

test('A document that comes again is measured once for each number of rows', () => {
  const measures = new Measures();
  const of = (n: unknown, after?: string) => measures.of(schema, document, q, { n, after });
  expect(of(20, 'x')).toBe(of(20, 'y'));
  expect(of(null)).toBe(of(undefined));
  expect(of(21)).not.toBe(of(20));
  // The same words, parsed again, are another document.
  const again = parse(document.loc?.source.body ?? '');
  const [other] = again.definitions as [OperationDefinitionNode];
  expect(measures.of(schema, again, other, { n: 20 })).toEqual(of(20));
  expect(measures.of(schema, again, other, { n: 20 })).not.toBe(of(20));
});
