import {
  EventStoreDBClient,
  persistentSubscriptionToStreamSettingsFromDefaults,
} from '@eventstore/db-client';
import { ServerFeaturesClient } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { jest } from '@jest/globals';
import { credentials, status } from '@grpc/grpc-js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import {
  all,
  clientOf,
  events,
  newName,
  refusalOf,
  serve,
  servedForAll,
  leave,
} from './served.fixtures.ts';
import { serveEventStoreProtocol } from './serve.ts';
import { certificate, key } from '../eventstoredb/certificate.fixtures.ts';

const suite = servedForAll();

test('a client learns the version and every call that there is, in lower case', async () => {
  const address = `127.0.0.1:${suite.served.server.port}`;
  const features = new ServerFeaturesClient(address, credentials.createInsecure());
  const answer = await new Promise<SupportedMethods>((resolve, reject) => {
    features.getSupportedMethods(new shared.Empty(), (error, methods) =>
      error ? reject(error) : resolve(methods),
    );
  });
  features.close();
  expect(answer.getEventStoreServerVersion()).toMatch(/^23\.10\.\d+$/);
  const methods = answer
    .getMethodsList()
    .map((method) => [
      `${method.getServiceName()}/${method.getMethodName()}`,
      method.getFeaturesList(),
    ]);
  const streams = 'event_store.client.streams.streams';
  expect(Object.fromEntries(methods)).toMatchObject({
    [`${streams}/read`]: ['position', 'events'],
    [`${streams}/append`]: [],
    [`${streams}/batchappend`]: ['deadline_duration'],
    [`${streams}/delete`]: [],
    [`${streams}/tombstone`]: [],
    'event_store.client.server_features.serverfeatures/getsupportedmethods': [],
  });
});

test('a client that looks for the members of a cluster finds this one', async () => {
  const address = `127.0.0.1:${suite.served.server.port}`;
  for (const scheme of ['esdb+discover', 'esdb']) {
    const hosts = scheme === 'esdb' ? `${address},${address}` : address;
    const client = EventStoreDBClient.connectionString(`${scheme}://${hosts}?tls=false`);
    await client.appendToStream(newName(), events(1));
    await leave(client);
  }
});

test('what this server does not do answers that it is not implemented', async () => {
  const { client } = suite.served;
  const unimplemented = { code: status.UNIMPLEMENTED };
  const settings = persistentSubscriptionToStreamSettingsFromDefaults();
  const calls = [
    () => client.createPersistentSubscriptionToStream('a', 'group', settings),
    () => client.createProjection('p', 'fromAll()'),
    () => client.enableProjection('$by_category'),
  ];
  for (const call of calls) expect(await refusalOf(call())).toMatchObject(unimplemented);
});

test('credentials on an insecure connection are ignored', async () => {
  const { client } = suite.served;
  const nobody = { credentials: { username: 'nobody', password: 'wrong' } };
  const name = newName();
  await client.appendToStream(name, events(1), nobody);
  expect(await all(client.readStream(name, nobody))).toHaveLength(1);
});

test('a port that is taken is refused', async () => {
  const { log, server } = suite.served;
  const silent = jest.spyOn(console, 'error').mockReturnValue();
  await expect(serveEventStoreProtocol({ log, port: server.port })).rejects.toThrow(
    `Nothing can be served on 127.0.0.1:${server.port}`,
  );
  silent.mockRestore();
});

describe('over a secure connection', () => {
  const tls = { certificate: Buffer.from(certificate), key: Buffer.from(key) };
  const connect = (port: number, username: string, password: string): EventStoreDBClient =>
    new EventStoreDBClient(
      { endpoint: { address: 'localhost', port } },
      { rootCertificate: tls.certificate },
      { username, password },
    );

  test('the password counts, for every kind of call', async () => {
    const served = await serve({ tls, users: { admin: 'changeit' } });
    const { port } = served.server;
    const [admin, wrong] = [connect(port, 'admin', 'changeit'), connect(port, 'admin', 'changed')];
    const nobody = connect(port, '__proto__', 'x');
    const name = newName();
    await admin.appendToStream(name, events(2));
    expect(await all(admin.readStream(name))).toHaveLength(2);
    for (const client of [wrong, nobody]) {
      const denied = { type: 'access-denied' };
      expect(await refusalOf(all(client.readStream(name)))).toMatchObject(denied);
      expect(await refusalOf(client.deleteStream(name))).toMatchObject(denied);
      const list = { credentials: { username: 'AzureDiamond', password: 'hunter2' } };
      expect(await refusalOf(admin.appendToStream(name, events(1), list))).toMatchObject(denied);
      await leave(client);
    }
    expect(served.faults).toEqual([]);
    await leave(admin);
    await served.close();
  });
});

test('a server that stops ends its subscriptions and frees its port', async () => {
  const served = await serve();
  const { port } = served.server;
  const subscription = served.client.subscribeToAll();
  const ended = refusalOf(all(subscription));
  await served.client.appendToStream('a', events(1));
  await served.server.close();
  expect(await ended).toMatchObject({ type: 'unavailable' });
  const again = await serve({ port });
  const client = clientOf(port);
  await client.appendToStream('a', events(1));
  await leave(client);
  await again.close();
  await served.log.close();
});
