import { jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import {
  idsOf,
  newOrganisation,
  newStream,
  outcomeOf,
  records,
} from '../contract/samples.contract.ts';
import { serveEventStoreProtocol } from '../facade/index.ts';
import type { ServedProtocol } from '../facade/index.ts';
import { openEmbeddedEventStore, openEventStoreDb } from '../index.ts';
import type { EventStore } from '../index.ts';
import { certificate, key } from './certificate.fixtures.ts';
import { HandSetWaiting } from './served.fixtures.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
const authority = encodeURIComponent(join(folder, 'ca.pem'));
let log: EventStore;
let plain: ServedProtocol;
let secure: ServedProtocol;
const others: (NetServer | Server)[] = [];
const sockets = new Set<Socket>();
const warn = jest.spyOn(console, 'warn');

beforeAll(async () => {
  writeFileSync(join(folder, 'ca.pem'), certificate);
  log = await openEmbeddedEventStore({ file: join(folder, 'log.db') });
  plain = await serveEventStoreProtocol({ log });
  secure = await serveEventStoreProtocol({
    log,
    tls: { certificate: Buffer.from(certificate), key: Buffer.from(key) },
    users: { admin: 'p@ss:word' },
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const other of others) {
    if (other instanceof Server) other.forceShutdown();
    else other.close();
  }
  await Promise.all([plain.close(), secure.close()]);
  await log.close();
  rmSync(folder, { recursive: true });
});

async function listening(server: NetServer): Promise<number> {
  others.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
async function nobody(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function grpcOfAnotherKind(): Promise<number> {
  const server = new Server();
  others.push(server);
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

const web = () => listening(createHttpServer((_, response) => response.end('A web site')));
const mail = () =>
  listening(createServer((socket) => socket.on('error', () => {}).write('220 ESMTP\r\n')));
const silent = () => listening(createServer((socket) => socket.on('error', () => {})));

describe('opening is refused with one sentence that says what to do', () => {
  test.each<[string, () => string | Promise<string>, RegExp]>([
    ['nobody listens', async () => `127.0.0.1:${await nobody()}?tls=false`, /check host and port/],
    ['the host has no address', () => 'nowhere.invalid:2113?tls=false', /check host and port/],
    [
      'no node of a cluster answers',
      async () => `127.0.0.1:${await nobody()}?tls=false&maxDiscoverAttempts=2&discoveryInterval=1`,
      /check host and port/,
    ],
    [
      'somebody listens and says nothing',
      async () => `127.0.0.1:${await silent()}?tls=false&defaultDeadline=300`,
      /check host and port/,
    ],
    ['it is a web site', async () => `127.0.0.1:${await web()}?tls=false`, /no EventStoreDB/],
    ['it is a mail server', async () => `127.0.0.1:${await mail()}?tls=false`, /no EventStoreDB/],
    [
      'it is another gRPC server',
      async () => `127.0.0.1:${await grpcOfAnotherKind()}?tls=false`,
      /no EventStoreDB/,
    ],
    [
      'the server has no TLS',
      () => `localhost:${plain.port}`,
      /tls=false stands there if and only/,
    ],
    ['the server has TLS', () => `localhost:${secure.port}?tls=false`, /tls=false stands there if/],
    ['its certificate is not trusted', () => `localhost:${secure.port}`, /certificate.*tlsCAFile/],
    [
      'the password is wrong',
      () => `admin:s3cret@localhost:${secure.port}?tlsCAFile=${authority}`,
      /user or the password.*percent-encoded/,
    ],
    [
      'the user is missing',
      () => `localhost:${secure.port}?tlsCAFile=${authority}`,
      /user or the password/,
    ],
    [
      'the file of the authority is not there',
      () => `localhost:${secure.port}?tlsCAFile=nowhere.pem`,
      /readable PEM/,
    ],
  ])('where %s', async (what, rest, words) => {
    const before = await log.head();
    const scheme = what.includes('cluster') ? 'esdb+discover' : 'esdb';
    const opening = openEventStoreDb({ address: `${scheme}://${await rest()}` });
    const error = await opening.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: 'UnusableEventStore' });
    expect(error?.message).toMatch(words);
    expect(error?.message).toMatch(/^[A-Z][^\n]*\.$/);
    expect(error?.message).not.toMatch(/s3cret|UNAVAILABLE|at .*\.js/);
    expect(await log.head()).toBe(before);
  });
});

test('TLS with user and password opens, reads and writes', async () => {
  const user = `admin:${encodeURIComponent('p@ss:word')}`;
  const store = await openEventStoreDb({
    address: `esdb://${user}@localhost:${secure.port}?tlsCAFile=${authority}`,
  });
  const [organisation, stream, batch] = [newOrganisation(), newStream(), records(2)];
  await store.append(organisation, stream, 'none', batch);
  expect(idsOf(await store.readStream(organisation, stream))).toEqual(idsOf(batch));
  await store.close();
});

test('a user in the address of a server without TLS changes nothing', async () => {
  const address = `esdb://admin:anything@localhost:${plain.port}?tls=false`;
  const store = await openEventStoreDb({ address });
  const append = store.append(newOrganisation(), newStream(), 'none', records(1));
  expect(await outcomeOf(append)).toBe('done');
  await store.close();
});

test('a cluster is found by asking one of its nodes, and its going away ends nothing but the calls', async () => {
  const node = await serveEventStoreProtocol({ log });
  const address = `esdb+discover://127.0.0.1:${node.port}?tls=false&maxDiscoverAttempts=1&discoveryInterval=1`;
  const store = await openEventStoreDb({ address, waiting: new HandSetWaiting(), patienceMs: 1 });
  const [organisation, stream] = [newOrganisation(), newStream()];
  await store.append(organisation, stream, 'none', records(1));
  await node.close();
  // A rejection that nobody handles would fail this test.
  const calls = Array.from({ length: 20 }, () => outcomeOf(store.head()));
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['StoreUnavailable']));

  const back = await serveEventStoreProtocol({ log, port: node.port });
  expect(await store.readStream(organisation, stream)).toHaveLength(1);
  await store.close();
  await back.close();
});

test('the client library printed nothing of all this', () => {
  expect(warn).not.toHaveBeenCalled();
});
