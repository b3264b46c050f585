import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { databaseIn } from './database.ts';
import { DatabaseRefused } from './database-refused.ts';
import { openMongoDatabase } from './open.ts';
import { whyNot } from './refusals.ts';
import { onOwnServer, ownServer, type OwnServer } from './own-server.contract.ts';
import { databases, onServer, serverUrl } from './servers.contract.ts';

jest.setTimeout(60_000);

const SECRET = 'only-the-owner-knows';

const opening = (url: string) => openMongoDatabase({ url, installation: 'ours', patience: 300 });

/** The refusal, which is one sentence and tells no secret. */
const refusalOf = async (url: string, installation = 'ours'): Promise<string> => {
  const opened = openMongoDatabase({ url, installation, patience: 300 });
  const refusal = await opened.then(
    (database) => database.close(),
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(DatabaseRefused);
  const { message } = refusal as DatabaseRefused;
  expect(message).toMatch(/^[^.]+\b.*[^.]\.$/);
  expect(message).not.toMatch(/\. [A-Z]/);
  expect(message).not.toContain(SECRET);
  return message;
};

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const ended = async (server: Server): Promise<void> => {
  server.close();
  await once(server, 'close');
};

test.each([
  '',
  'localhost',
  'esdb://localhost:2113?tls=false',
  `mongodb://ada:${SECRET}@`,
  `mongodb://ada:${SECRET}/x@localhost/`,
  `mongodb://ada:${SECRET}@localhost/?unheardOf=1`,
  `mongodb://ada:${SECRET}@localhost:port/`,
  `mongodb://ada:%zz${SECRET}@localhost/`,
])('The address %j, which is none, is refused', async (url) => {
  expect(await refusalOf(url)).toContain('cannot be read');
});

test('An address at which nobody listens is refused, and so is a name that is none', async () => {
  const server = createServer();
  const port = await listening(server);
  await ended(server);
  const message = `No MongoDB answers at 127.0.0.1:${port}: start it, or correct its address.`;
  expect(await refusalOf(`mongodb://ada:${SECRET}@127.0.0.1:${port}/vivier`)).toBe(message);
  expect(await refusalOf('mongodb://nowhere.invalid/vivier')).toContain('nowhere.invalid:27017');
});

test('A server that speaks something else is refused, and so is one that hangs up or is silent', async () => {
  const web = createHttpServer((_, response) => response.end('<p>Hello</p>'));
  const rude = createServer((socket) => socket.destroy());
  const silent = createServer((socket) => socket.resume());
  for (const [server, told] of [
    [web, 'does not speak MongoDB'],
    [rude, 'does not speak MongoDB'],
    [silent, 'No MongoDB answers'],
  ] as const) {
    const port = await listening(server);
    const message = await refusalOf(`mongodb://127.0.0.1:${port}/`);
    expect(message).toContain(told);
    expect(message).toContain(`127.0.0.1:${port}`);
    await ended(server);
  }
});

test.each([
  ['a single server', { isWritablePrimary: true }, '--replSet'],
  ['a secondary', { setName: 'rs0', isWritablePrimary: false }, 'directConnection'],
  ['an old one', { setName: 'rs0', isWritablePrimary: true, maxWireVersion: 9 }, '5.0 or newer'],
])('What cannot be used is refused by what it says of itself: %s', (_, hello, told) => {
  const refusal = whyNot({ maxWireVersion: 25, ...hello }, 'host:27017');
  expect(refusal?.message).toContain('host:27017');
  expect(refusal?.message).toContain(told);
});

test.each([
  ['the primary of a replica set', { setName: 'rs0' }],
  ['a router of a sharded cluster', { msg: 'isdbgrid' }],
])('What can be used is not refused: %s', (_, hello) => {
  expect(whyNot({ maxWireVersion: 13, isWritablePrimary: true, ...hello }, '')).toBeUndefined();
});

test.each([
  ['mongodb://host/ours', 'ours'],
  ['mongodb://ada:se%2Fcret@a:1,b:2/our%20own?replicaSet=rs0', 'our own'],
  ['mongodb+srv://host/ours?appName=/x', 'ours'],
  ['mongodb://host', undefined],
  ['mongodb://host/', undefined],
  ['mongodb://host/?appName=/x', undefined],
  ['mongodb://host?appName=/x', undefined],
])('The address %j names the database %j', (url, name) => {
  expect(databaseIn(url)).toBe(name);
});

onServer('the database of an installation', () => {
  let server: Awaited<ReturnType<typeof databases>>;
  beforeAll(async () => {
    server = await databases();
  });
  afterAll(() => server.end());
  /** The address of a database of its own. */
  const place = () => {
    const db = server.create();
    const url = new URL(serverUrl ?? '');
    url.pathname = db.databaseName;
    return { db, url };
  };
  const names = async (db: ReturnType<typeof place>['db']) =>
    (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);

  test('is taken when it is empty, and found again', async () => {
    const { db, url } = place();
    const first = await opening(url.href);
    expect(first.db.databaseName).toBe(db.databaseName);
    await first.db.collection('something').insertOne({});
    await first.close();
    const again = await opening(url.href);
    expect(await again.db.collection('something').countDocuments()).toBe(1);
    await again.close();
  });

  test('is refused to another installation, before anything is written', async () => {
    const { db, url } = place();
    await (await opening(url.href)).close();
    const before = await db.collection('installation').find().toArray();
    expect(await refusalOf(url.href, 'another')).toContain('belongs to another installation');
    expect(await db.collection('installation').find().toArray()).toEqual(before);
    expect(await names(db)).toEqual(['installation']);
  });

  test('is refused when something else is in it, before anything is written', async () => {
    const { db, url } = place();
    await db.collection('shopping').insertOne({ milk: 1 });
    expect(await refusalOf(url.href)).toContain('holds something else already');
    expect(await names(db)).toEqual(['shopping']);
  });

  test('is had by one of two installations that come at the same moment', async () => {
    const { url } = place();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        openMongoDatabase({ url: url.href, installation: `installation ${n % 2}` }),
      ),
    );
    const opened = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(opened).toHaveLength(4);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DatabaseRefused);
    for (const database of opened) await database.close();
  });

  test('is refused to a wrong password and in a replica set of another name', async () => {
    const { db, url } = place();
    url.username = 'ada';
    url.password = SECRET;
    expect(await refusalOf(url.href)).toContain('refuses the user or the password');
    const { url: elsewhere } = place();
    elsewhere.searchParams.delete('directConnection');
    elsewhere.searchParams.set('replicaSet', 'another');
    expect(await refusalOf(elsewhere.href)).toContain('there is no replica set another');
    expect(await names(db)).toEqual([]);
  });
});

onOwnServer('a MongoDB that cannot be used', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await ownServer();
  });
  afterAll(() => server.end());
  afterEach(() => server.kill());
  const collections = async (): Promise<number> => {
    await server.start();
    const client = await MongoClient.connect(server.url);
    const found = await client.db('vivier').listCollections().toArray();
    await client.close();
    return found.length;
  };

  test('is refused when it is no replica set, before anything is written', async () => {
    await server.start('--standalone');
    expect(await refusalOf(server.url)).toContain('start it with --replSet and call rs.initiate()');
    await server.kill();
    expect(await collections()).toBe(0);
  });

  test('is refused when it wants a user and gets none, or one who may not write', async () => {
    await server.start();
    const client = await MongoClient.connect(server.url);
    const roles = [{ role: 'readWrite', db: 'another' }];
    await client.db('admin').command({ createUser: 'ada', pwd: SECRET, roles });
    await client.close();
    await server.kill('SIGTERM');
    await server.start('--auth');
    const user = server.url.replace('//', `//ada:${SECRET}@`);
    for (const url of [server.url, user])
      expect(await refusalOf(url)).toContain('a user with the role readWrite');
    expect(await refusalOf(user.replace(SECRET, 'wrong'))).toContain('refuses the user');
    await server.kill();
    expect(await collections()).toBe(0);
  });
});
