import type { Chance } from '../support/chance.ts';
import { mutationText, selections, type MutationName } from '../support/operations.ts';

/** Stands in every value that is sent, and must not come back. It cannot be a name in a document. */
export const CANARY = 'Blanche-Neige';

export interface Malformed {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Written to the socket as it is, instead of all this. */
  readonly raw?: Buffer;
}

/** What the real thing looks like, for input that is nearly right. */
export interface Known {
  readonly token: string;
  readonly uploads: readonly string[];
  readonly ids: readonly string[];
}

const queries = [
  '{ me { accountId role name organisation { slug name } } }',
  'query Q($first: Int, $after: String) { dossiers(first: $first, after: $after, filter: { state: SUBMITTED }) { edges { cursor node { applicationId campaign candidate { fullName email } items { key document { fileName } } } } pageInfo { hasNextPage endCursor } } }',
  'query Q($id: ID!) { dossier(applicationId: $id) { ...D } } fragment D on Dossier { state revision items { key label } }',
  `{ invitation(token: "${CANARY}") { campaign consentText { version en } } }`,
  'query Q($id: ID!) { documentAuditTrail(documentId: $id, first: 100) { edges { node { event at by { name role } reason } } } }',
  `{ people(first: 5) { edges { node { fullName } } } }`,
  '{ __schema { types { name fields { name type { name } } } } }',
];
const mutations = (Object.keys(selections) as MutationName[]).map(mutationText);
const documents = [...queries, ...mutations];

const odd = [
  '',
  ' ',
  CANARY,
  '\0',
  '\uD800',
  '￿',
  '"',
  '\\',
  '\\u0000',
  "'; DROP TABLE events; --",
  '../../etc/passwd',
  '${7*7}',
  '{{7*7}}',
  '<script>',
  '%00',
  '%s%s%n',
  'null',
  'true',
  '-0',
  '1e309',
  '9'.repeat(400),
  '\r\nset-cookie: a=b',
  '𝒜'.repeat(50),
  'é'.normalize('NFD').repeat(100),
  '‮',
  '__proto__',
  'constructor',
  '$where',
  '{"$gt":""}',
  ' at "x"; ',
];

/** Generates malformed requests, the same ones for the same seed. */
export const malformedOf = (chance: Chance, known: Known): (() => Malformed) => {
  const { below, one, once, bytes } = chance;

  const text = (): string =>
    one([
      () => one(odd),
      () => CANARY + one(odd),
      () => one(known.ids),
      () => bytes(below(60)).toString('latin1'),
      () => `${CANARY}@example.org`,
      () => one(odd).repeat(1 + below(40)),
    ])();
  const value = (depth = 0): unknown =>
    one<() => unknown>([
      text,
      text,
      () => below(2 ** 31) - 2 ** 30,
      () => one([null, true, false, -1, 0, 0.5, 1e300, 2 ** 53]),
      () => (depth > 4 ? CANARY : Array.from({ length: below(4) }, () => value(depth + 1))),
      () =>
        depth > 4
          ? CANARY
          : Object.fromEntries(
              Array.from({ length: below(4) }, () => [
                one(['input', 'first', 'id', 'items', 'key', one(odd), CANARY]),
                value(depth + 1),
              ]),
            ),
    ])();
  const input = (): Record<string, unknown> =>
    Object.fromEntries(
      [
        'commandId',
        'organisation',
        'email',
        'password',
        'refreshToken',
        'items',
        'legalBasis',
        'campaign',
        'invitation',
        'fullName',
        'textVersion',
        'applicationId',
        'documentId',
        'uploadId',
        'fileName',
        'item',
        'version',
        'seenRevision',
        'reason',
        'comment',
      ].flatMap((name) => (once(2) ? [] : [[name, value()]])),
    );
  const headers = (): Record<string, string> => ({
    'content-type': once(12)
      ? one([
          'text/plain',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-7',
          'application/graphql',
          CANARY,
          '',
        ])
      : 'application/json',
    ...(once(2) && { authorization: `Bearer ${known.token}` }),
    ...(once(25) && {
      authorization: `${one(['Bearer', 'Basic', 'bearer bearer', ''])} ${one([CANARY, '....', 'x'.repeat(3_000), known.token.slice(below(50))])}`,
    }),
    ...(once(20) && { 'x-forwarded-for': one([CANARY, '1.2.3.4, 5.6.7.8', '::1', '\t']) }),
    ...(once(20) && { accept: one(['text/html', CANARY, '*/*;q=nan', 'multipart/mixed']) }),
    ...(once(30) && { 'apollo-require-preflight': '1', 'x-apollo-operation-name': CANARY }),
    ...(once(40) && { cookie: `a=${CANARY}`, 'x-long': 'x'.repeat(below(12_000)) }),
    ...(once(40) && { expect: '100-continue' }),
    ...(once(40) && { 'content-encoding': one(['gzip', 'br', CANARY]) }),
    ...(once(40) && { 'accept-version': CANARY, upgrade: 'websocket', connection: 'upgrade' }),
  });
  const graphql = (kind: string, body: Buffer | string): Malformed => ({
    kind,
    method: 'POST',
    path: '/graphql',
    headers: headers(),
    body: Buffer.from(body),
  });
  const request = (query: unknown, variables: unknown): string =>
    JSON.stringify({
      query,
      variables,
      ...(once(10) && { operationName: one<unknown>([CANARY, 'Send', '', 5, null, {}]) }),
      ...(once(10) && {
        extensions: one<unknown>([
          { persistedQuery: { version: 1, sha256Hash: CANARY } },
          CANARY,
          [],
          null,
        ]),
      }),
    });

  /** Changes a text a little, in so many places. */
  const altered = (original: string, pieces: readonly string[]): string => {
    let changed = original;
    for (let change = 0; change <= below(4); change += 1) {
      const at = below(changed.length + 1);
      const until = Math.min(changed.length, at + below(8));
      changed = one([
        () => changed.slice(0, at) + changed.slice(until),
        () => changed.slice(0, at) + one(pieces) + changed.slice(at),
        () => changed.slice(0, at) + one(pieces) + changed.slice(until),
        () => changed.slice(0, until) + changed.slice(at),
        () => changed.slice(0, at),
      ])();
    }
    return changed;
  };
  const documentPieces = [
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '!',
    ':',
    '=',
    '|',
    '&',
    '@',
    '$',
    '...',
    '"',
    '"""',
    '#',
    `# ${CANARY}\n`,
    `"${CANARY}"`,
    `"""${CANARY}"""`,
    ' at ',
    ` "Expected value of type "X" ${CANARY}" `,
    '@include(if: true) ',
    `@skip(if: "${CANARY}") `,
    'fragment F on Query { ...F } ',
    '...F ',
    '... on Candidate { x } ',
    'null',
    'true',
    '1',
    '-1',
    '1.5',
    '1e5',
    'SUBMITTED',
    'query ',
    'mutation ',
    'subscription ',
    '$input',
    'a: ',
    'edges ',
    '__typename ',
    '__schema { types { name } } ',
    '\u0000',
    '\uFEFF',
    '\\u{110000}',
    '"\\uD800"',
    '👑',
    `first: "${CANARY}" `,
    `id: { a: "${CANARY}" } `,
    'x'.repeat(500),
    '{ a '.repeat(60),
  ];
  const jsonPieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    'null',
    '1e999',
    CANARY,
    `"${CANARY}":1,`,
    '"query":',
    '"__proto__":{"a":1},',
    '\u0000',
    '\uFEFF',
    '[[[[',
    '//',
  ];
  const paths = [
    '/',
    '/graphql',
    '/graphql/',
    '/uploads/',
    '/downloads/',
    '/invitations/',
    '/explorer/',
    '/health/live',
    '/health/',
    '/explorer/../../package.json',
    '//',
    '/graphql;a=b',
    '/.git/config',
    '*',
  ];
  const methods = [
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'QUERY',
    'PURGE',
    'M-SEARCH',
  ];
  const address = (): string =>
    one([
      () => encodeURIComponent(one(odd).replaceAll('\uD800', '')),
      () => bytes(24).toString('base64url'),
      () => '%ff%zz%',
      () => one(known.uploads),
      () => 'x'.repeat(below(300)),
      () => `${CANARY}?a=${CANARY}&b[]=1#x`,
    ])();

  const kinds: (() => Malformed)[] = [
    () => graphql('bytes', bytes(below(once(50) ? 20_000 : 400))),
    () => graphql('json', altered(request(one(documents), { input: input() }), jsonPieces)),
    () =>
      graphql(
        'json of another shape',
        JSON.stringify(
          one<() => unknown>([
            value,
            () => [JSON.parse(request(one(documents), {}))],
            () => ({ query: value(), variables: value() }),
          ])(),
        ),
      ),
    () =>
      graphql(
        'document',
        request(altered(one(documents), documentPieces), {
          input: input(),
          first: value(),
          id: one(known.ids),
        }),
      ),
    () =>
      graphql(
        'document',
        request(altered(altered(one(documents), documentPieces), documentPieces), value()),
      ),
    () =>
      graphql(
        'variables',
        request(
          one(documents),
          once(8)
            ? value()
            : { input: once(8) ? value() : input(), first: value(), after: value(), id: value() },
        ),
      ),
    () => graphql('variables', request(one(mutations), { input: input() })),
    () => ({
      kind: 'query in the address',
      method: one(['GET', 'GET', 'HEAD', 'POST']),
      path: `/graphql?query=${encodeURIComponent(altered(one(documents), ['{', '}', `"${CANARY}"`, 'x']).replaceAll('\uD800', ''))}&variables=${one(['{}', CANARY, '%7B', '[]'])}`,
      headers: headers(),
      body: undefined,
    }),
    () => ({
      kind: 'upload or download',
      method: one(['PUT', 'PUT', 'GET', 'POST', 'HEAD']),
      path: one(['/uploads/', '/downloads/']) + address(),
      headers: {
        ...headers(),
        'content-type': one(['application/pdf', 'application/octet-stream', '', CANARY]),
      },
      body: once(4)
        ? undefined
        : Buffer.concat([
            one([Buffer.from('%PDF-1.7\n'), Buffer.from('PK\x03\x04'), Buffer.alloc(0)]),
            bytes(below(600)),
            Buffer.from(CANARY),
          ]),
    }),
    () => ({
      kind: 'path or method',
      method: one(methods),
      path: one(paths) + (once(2) ? address() : ''),
      headers: headers(),
      body: once(2) ? bytes(below(100)) : undefined,
    }),
    () => {
      const line = one([
        'GET / HTTP/1.1\r\n\r\n',
        'GET /graphql HTTP/9.9\r\nhost: x\r\n\r\n',
        `${CANARY}\r\n\r\n`,
        'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
        'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
        `GET /${CANARY} HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(3_000)}\r\n`,
        `GET / HTTP/1.1\r\nhost: x\r\nx: ${CANARY}\0\r\n\r\n`,
        'POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
        `GET /%zz/${CANARY} HTTP/1.1\r\nhost: x\r\n\r\n`,
        `CONNECT ${CANARY}:443 HTTP/1.1\r\nhost: x\r\n\r\n`,
        'GET http://elsewhere.example/graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      ]);
      const written = once(2)
        ? Buffer.from(line, 'latin1')
        : Buffer.concat([
            Buffer.from(altered(line, ['\r\n', ':', '\0', CANARY, ' ']), 'latin1'),
            bytes(below(30)),
          ]);
      return {
        kind: 'what is hardly HTTP',
        method: '',
        path: '',
        headers: {},
        body: undefined,
        raw: written,
      };
    },
  ];
  let count = 0;
  return () => {
    count += 1;
    // Sockets of their own are slow: one in fifty.
    const kind = count % 50 === 0 ? kinds.at(-1)! : one(kinds.slice(0, -1));
    return kind();
  };
};
