import { ApolloServerErrorCode } from '@apollo/server/errors';
import { buildSchema, graphql, GraphQLError, parse, validate } from 'graphql';
import { silentLog } from '../house/log.ts';
import { errorFormatter, withoutValues } from './format-error.ts';

const SENT = 'Blanche-Neige';
const schema = buildSchema(`
  enum State { OPEN CLOSED }
  input Inner { count: Int!, state: State, tags: [String!], id: ID, ratio: Float, is: Boolean }
  input Outer { inner: Inner!, many: [Inner!] }
  type Query { find(outer: Outer!, count: Int, state: State, is: Boolean, id: ID, text: String, ratio: Float): String }
`);

const said = async (query: string, variables?: Record<string, unknown>): Promise<string[]> => {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return [(error as GraphQLError).message];
  }
  const wrong = validate(schema, document);
  if (wrong.length > 0) return wrong.map(({ message }) => message);
  const { errors = [] } = await graphql({ schema, source: query, variableValues: variables });
  return errors.map(({ message }) => message);
};

const values: unknown[] = [
  SENT,
  `" at "${SENT}"; Field "${SENT}" is not defined by type "X".`,
  `Expected value of type "${SENT}"`,
  ` at "input.${SENT}"; `,
  [SENT],
  { inner: SENT },
  { inner: { count: SENT } },
  { inner: { count: 1, state: SENT } },
  { inner: { count: 1, tags: [{ SENT }] } },
  { inner: { count: 1, id: { SENT } } },
  { inner: { count: 1, ratio: SENT, is: SENT } },
  { inner: { count: 1.5 }, many: [{ count: 1 }, SENT] },
  { inner: { count: 1 }, many: { count: SENT } },
];

test('Whatever the engine says of a variable, the value is not said', async () => {
  const place: Record<string, string> = {
    Int: 'count',
    State: 'state',
    Boolean: 'is',
    ID: 'id',
    Float: 'ratio',
    String: 'text',
  };
  let seen = 0;
  for (const value of values)
    for (const message of await said('query Q($v: Outer!) { find(outer: $v) }', { v: value })) {
      expect(withoutValues(message)).not.toMatch(/blanche|neige/i);
      seen += 1;
    }
  for (const type of Object.keys(place))
    for (const value of values) {
      const query = `query Q($v: ${type}) { find(outer: { inner: { count: 1 } }, ${place[type]}: $v) }`;
      const messages = await said(query, { v: value });
      for (const message of messages) expect(withoutValues(message)).not.toMatch(/blanche|neige/i);
      seen += messages.length;
    }
  expect(seen).toBeGreaterThan(60);
});

test('Whatever the engine says of a literal, the value is not said', async () => {
  const literals = [
    JSON.stringify(SENT),
    `"""${SENT}"""`,
    `"""Expected value of type "${'Blanche'}" """`,
    `"""Enum "Blanche" cannot represent"""`,
    'Blanche',
    `{ blanche: "${SENT}" }`,
    `["${SENT}"]`,
    '123456789123456789',
    '1.5e3',
  ];
  for (const name of ['count', 'state', 'is', 'id', 'text', 'ratio', 'outer'])
    for (const literal of literals) {
      const outer = name === 'outer' ? '' : 'outer: { inner: { count: 1 } }, ';
      for (const message of await said(`{ find(${outer}${name}: ${literal}) }`))
        expect(withoutValues(message)).not.toMatch(/Blanche|Neige|123456789|1\.5e3/);
    }
});

test('Syntax is called wrong, and not repeated; a name is kept as long as names are', async () => {
  for (const query of [`{ "${SENT}"`, `{ find(text: "${SENT}`, `query ${SENT} {`, `{ a: ${SENT} }`])
    for (const message of await said(query)) expect(withoutValues(message)).toBe('Syntax error.');
  const long = 'x'.repeat(61);
  expect(withoutValues((await said(`{ ${long} }`))[0]!)).toBe('This does not fit the schema.');
  expect(withoutValues((await said('{ colour }'))[0]!)).toBe(
    'Cannot query field "colour" on type "Query".',
  );
});

describe('An error becomes an answer:', () => {
  const format = errorFormatter(silentLog);
  const formatted = (
    error: GraphQLError,
    code: string = ApolloServerErrorCode.INTERNAL_SERVER_ERROR,
  ) => format({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error);

  test('the parser that stops for length is told apart', () => {
    const error = new GraphQLError(
      'Syntax Error: Document contains more that 1000 tokens. Parsing aborted.',
    );
    expect(formatted(error, ApolloServerErrorCode.GRAPHQL_PARSE_FAILED).extensions).toMatchObject({
      code: 'QueryTooLong',
    });
  });

  test('what the engine finds in a request is the sender’s, also without a code of its own', () => {
    const error = new GraphQLError('Too many errors processing variables, error limit reached.');
    expect(formatted(error).extensions).toMatchObject({ code: 'RequestNotUnderstood' });
  });

  test('what a field throws is ours, and its message is kept back', () => {
    const cause = new Error(SENT);
    const answer = formatted(new GraphQLError(SENT, { path: ['find'], originalError: cause }));
    expect(answer.extensions).toMatchObject({ code: 'InternalError' });
    expect(JSON.stringify(answer)).not.toContain(SENT);
  });
});
