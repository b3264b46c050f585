import type { Chance } from './chance.ts';
import { mutationText } from '../support/operations.ts';
import {
  CANARY,
  documentPieces,
  documents,
  inputs,
  jsonPieces,
  lines,
  methods,
  odd,
  paths,
  queries,
} from './malformed-pieces.ts';

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
  const parts: Readonly<Record<string, () => object>> = {
    items: () => ({ label: text(), required: once(2) }),
    fields: () => ({ label: text(), mandatory: once(2), justification: text() }),
    requirements: () => ({ label: text(), mandatory: once(2), kind: one(['claim', 'language']) }),
    information: () => ({ value: text() }),
  };
  /** What a field would take, or nearly so. */
  const fitting = (field: string): unknown => {
    if (once(8)) return value();
    if (['version', 'seenRevision'].includes(field) || /Days$/.test(field)) return below(5);
    if (field === 'claim' || field === 'confirmed') return once(2);
    if (field === 'statuses') return Array.from({ length: below(4) }, text);
    if (field in parts)
      return Array.from({ length: below(4) }, () => ({
        key: one(['cv', 'a-b', text()]),
        ...parts[field]?.(),
      }));
    if (/Id$/.test(field)) return one([...known.ids, text()]);
    return one([
      'consent',
      'recruitment',
      'online',
      'cv',
      'maison',
      'recruitment-1',
      `${CANARY}@example.org`,
      text(),
      text(),
    ]);
  };
  const input = (name: keyof typeof inputs): Record<string, unknown> =>
    Object.fromEntries(
      inputs[name].flatMap((field) => (once(15) ? [] : [[field, fitting(field)]])),
    );
  const operation = (): { readonly query: string; readonly variables: object } => {
    if (once(3))
      return {
        query: one(queries),
        variables: { first: one([1, 20, 101, value()]), after: value(), id: one(known.ids) },
      };
    const name = one(Object.keys(inputs) as (keyof typeof inputs)[]);
    return { query: mutationText(name), variables: { input: once(10) ? value() : input(name) } };
  };
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

  const valid = (): string => {
    const { query, variables } = operation();
    return request(query, variables);
  };

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
    () => graphql('json', altered(valid(), jsonPieces)),
    () =>
      graphql(
        'json of another shape',
        JSON.stringify(
          one<() => unknown>([
            value,
            () => [{ query: one(documents), variables: {} }],
            () => ({ query: value(), variables: value() }),
          ])(),
        ),
      ),
    () => {
      const { query, variables } = operation();
      return graphql('document', request(altered(query, documentPieces), variables));
    },
    () => {
      const { query, variables } = operation();
      const twice = altered(altered(query, documentPieces), documentPieces);
      return graphql('document', request(twice, variables));
    },
    () => graphql('variables', valid()),
    () => graphql('variables', valid()),
    () => graphql('variables', request(one(documents), value())),
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
      const line = one(lines);
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
