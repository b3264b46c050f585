import {
  Kind,
  parse,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { asksFor } from './asks-for.ts';

/** Asks of the fields of the operation. */
const asks = (document: string, path: readonly string[]): boolean => {
  const { definitions } = parse(document);
  const operation = definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  const fragments = definitions.filter(
    (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION,
  );
  const fieldNodes = operation?.selectionSet.selections as readonly FieldNode[];
  const byName = Object.fromEntries(fragments.map((one) => [one.name.value, one]));
  return asksFor({ fieldNodes, fragments: byName }, path);
};
const path = ['edges', 'node', 'name'];

test.each([
  '{ list { edges { node { name } } } }',
  '{ list { edges { cursor node { id other: name } } pageInfo { endCursor } } }',
  '{ list { edges { cursor } edges { node { id } } edges { node { name } } } }',
  '{ list { ... { edges { ... on Edge { node { ... on Node { name } } } } } } }',
  '{ list { ...L } } fragment L on List { edges { ...E } } fragment E on Edge { node { ...N } } fragment N on Node { name }',
  '{ list { edges { ...A ...B } } } fragment A on Edge { cursor } fragment B on Edge { node { name } }',
  '{ list { id } list { edges { node { name } } } }',
])('It is asked for: %s', (document) => {
  expect(asks(document, path)).toBe(true);
});

test.each([
  '{ list { edges { node { id } } } }',
  '{ list { edges { name node { edges { name } } } name } }',
  '{ list { edges { name: cursor node { name: id } } } }',
  '{ list { edges { node { ...N } } } } fragment N on Node { id } fragment M on Node { name }',
])('It is not asked for: %s', (document) => {
  expect(asks(document, path)).toBe(false);
});

test.each([
  'query Q($no: Boolean!) { list { edges { node { name @include(if: $no) } } } }',
  'query Q($no: Boolean!) { list { edges { node @skip(if: $no) { name } } } }',
  '{ list { edges { ...E @include(if: false) } } } fragment E on Edge { node { name } }',
  '{ list { ... @include(if: false) { edges { node { name } } } } }',
])('Where a directive decides it is not sure: %s', (document) => {
  expect(asks(document, path)).toBe(false);
});

test('A field stands for all below it', () => {
  expect(asks('{ list { edges { node { name } } } }', ['edges', 'node'])).toBe(true);
  expect(asks('{ list { pageInfo { endCursor } } }', ['edges', 'node'])).toBe(false);
});

test('Fragments that unfold into millions are looked at once each', () => {
  const fragments = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Edge { ...F${n + 1} ...F${n + 1} }`,
  );
  const document = `{ list { edges { ...F0 } } } ${fragments.join(' ')} fragment F60 on Edge { cursor }`;
  expect(asks(document, path)).toBe(false);
});
