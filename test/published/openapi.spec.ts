import { openApi, type Answer, type Method, type Operation, type Schema } from '@vivier/published';
import type { OrganisationId, StreamName } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { silentLog, start } from '@vivier/server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { deposit, registered, sample, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

/** The same schema with every reference to a component replaced by it. */
const resolved = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(resolved);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { readonly $ref?: string };
  if ($ref !== undefined) {
    const component = openApi.components.schemas[$ref.replace('#/components/schemas/', '')];
    if (!component) throw new Error(`There is no component ${$ref}.`);
    return resolved(component);
  }
  return Object.fromEntries(Object.entries(schema).map(([name, inner]) => [name, resolved(inner)]));
};

const validatorOf = (schema: Schema): z.ZodType => z.fromJSONSchema(resolved(schema) as never);

const operationAt = (method: Method, path: string): Operation => {
  const operation = openApi.paths[path as `/${string}`]?.[method];
  if (!operation) throw new Error(`${method} ${path} is not described.`);
  return operation;
};

/** Operations and statuses that a test has had an answer for. */
const seen = new Set<string>();

/** Asks the server, and holds its answer against the description. */
const asked = async (
  method: Method,
  path: string,
  url: string,
  init: RequestInit = {},
): Promise<Response> => {
  const response = await fetch(url, { ...init, method: method.toUpperCase() });
  const operation = operationAt(method, path);
  const status = String(response.status) as `${number}`;
  const answer: Answer | undefined = operation.responses[status];
  if (!answer) throw new Error(`${method} ${path} answered ${status}, which is not described.`);
  seen.add(`${operation.operationId} ${status}`);
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
  const media = answer.content?.[type] ?? answer.content?.['*/*'];
  if (!media) throw new Error(`${method} ${path} answered ${type}, which is not described.`);
  if (type === 'application/json') {
    const body: unknown = await response.clone().json();
    expect(validatorOf(media.schema).safeParse(body).error).toBeUndefined();
  }
  return response;
};

let house: Running;
let maison: Staff;
let invitation: string;
let at: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  invitation = await maison.invite();
  at = house.server.url;
});
afterAll(() => expect(house.end()).rejects.toThrow('stands still'));

test('Files come and go as it is described', async () => {
  const ada = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  const { client } = await registered(house, maison, invitation, ada);
  const upload = async (): Promise<string> => (await client.do('requestUpload')).url ?? '';
  const send = (url: string, body: Uint8Array) =>
    asked('put', '/uploads/{address}', url, { body: Buffer.from(body) });
  const taken = await send(await upload(), await sample('CV.pdf'));
  expect(taken.status).toBe(201);
  expect((await send(await upload(), Buffer.from('not a document'))).status).toBe(422);
  expect((await send(await upload(), new Uint8Array(2_000_000))).status).toBe(413);
  expect((await send(`${at}/uploads/guess`, Buffer.from('x'))).status).toBe(404);

  const { documentId } = await deposit(client, 'CV.pdf');
  const { url } = await client.do('requestDownload', { documentId, version: 1 });
  const fetched = await asked('get', '/downloads/{address}', url);
  expect(Buffer.from(await fetched.arrayBuffer())).toEqual(await sample('CV.pdf'));
  expect(fetched.headers.get('content-disposition')).toBe('attachment');
  expect((await asked('get', '/downloads/{address}', url)).status).toBe(404);
});

test('Invitation links lead to pages as it is described', async () => {
  const path = '/invitations/{token}';
  expect((await asked('get', path, `${at}/invitations/${invitation}`)).status).toBe(200);
  expect((await asked('get', path, `${at}/invitations/guess`)).status).toBe(404);
});

test.each(['activation', 'password', 'address'])(
  'A link in a mail leads to a page as it is described: %s',
  async (page) => {
    expect((await asked('get', '/account/{page}', `${at}/account/${page}`)).status).toBe(200);
  },
);

test('GraphQL answers over HTTP as it is described', async () => {
  const send = (body: unknown) =>
    asked('post', '/graphql', `${at}/graphql`, {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  expect(
    (await send({ query: `{ invitation(token: "${invitation}") { campaign } }` })).status,
  ).toBe(200);
  expect((await send({ query: '{ me { role } }' })).status).toBe(200);
  expect((await send({ query: '{ nothing }' })).status).toBe(400);
  expect((await send({ query: 'x'.repeat(300_000) })).status).toBe(413);
});

test('Health is told as it is described, also where something stands still', async () => {
  const live = () => asked('get', '/health/live', `${at}/health/live`);
  const ready = () => asked('get', '/health/ready', `${at}/health/ready`);
  expect((await live()).status).toBe(200);
  expect((await ready()).status).toBe(200);
  const { store, identity, projector } = house.server.house;
  const organisation = await identity.organisationBySlug(maison.slug);
  const { position } = await store.append(
    organisation?.organisationId as OrganisationId,
    'mystery-1' as StreamName,
    'none',
    [
      {
        id: derive('mystery') as never,
        type: 'MysteryHappened.v1',
        contentType: 'application/json',
        data: new TextEncoder().encode('{}'),
        metadata: new TextEncoder().encode('{}'),
      },
    ],
  );
  for (const progress of projector.progress.values()) await progress.reached(position);
  expect((await ready()).status).toBe(503);
  expect((await live()).status).toBe(200);
});

test('Who sends too many is told so as it is described', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-published-'));
  const server = await start({
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    publicUrl: '',
    requestsPerSecond: 1,
    log: silentLog,
    demo: false,
  });
  let status = 404;
  while (status === 404)
    ({ status } = await asked('put', '/uploads/{address}', `${server.url}/uploads/x`, {
      body: '',
    }));
  expect(status).toBe(429);
  const refused = await asked('post', '/graphql', `${server.url}/graphql`, { body: '' });
  expect(refused.status).toBe(429);
  await server.stop();
  await rm(folder, { recursive: true });
});

test('Every operation that is described was asked for, with each of its answers', () => {
  /** The stored bytes themselves must be damaged; one operation answers for all that are not taken in. */
  const outOfReach = [
    'graphql 503',
    'sendFile 503',
    'fetchFile 422',
    'fetchFile 429',
    'fetchFile 503',
    'followInvitation 429',
    'followInvitation 503',
    'followAccountLink 429',
    'followAccountLink 503',
  ];
  const described = Object.values(openApi.paths).flatMap((path) =>
    Object.values(path).flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    ),
  );
  expect(described.filter((one) => !seen.has(one)).sort()).toEqual(outOfReach.sort());
});
