import { jest } from '@jest/globals';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { AppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata } from '@grpc/grpc-js';
import {
  newOrganisation,
  newStream,
  outcomeOf,
  record,
  records,
} from '../contract/samples.contract.ts';
import { openEventStoreDb } from '../index.ts';
import { toEventStoreDb } from '../stream-names.ts';
import { later } from './later.fixtures.ts';
import { UNAVAILABLE, clusterAt, eventAt, scripted, success } from './scripted-server.fixtures.ts';
import type { Reading, Script } from './scripted-server.fixtures.ts';
import { HandSetWaiting } from './served.fixtures.ts';

jest.setTimeout(60_000);

const [organisation, stream] = [newOrganisation(), newStream()];
const name = toEventStoreDb(organisation, stream);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function openOn(script: Script, more = '', scheme = 'esdb') {
  const server = await scripted(script);
  closing.push(() => server.close());
  const store = await openEventStoreDb({
    address: `${scheme}://127.0.0.1:${server.port}?tls=false${more}`,
    waiting: new HandSetWaiting(),
    patienceMs: 1,
  });
  closing.push(() => store.close());
  return store;
}

function deleted(): Metadata {
  const metadata = new Metadata();
  metadata.set('exception', 'stream-deleted');
  metadata.set('stream-name', 'a-b.c');
  return metadata;
}

test('an append is one classic call with the bytes as they are', async () => {
  const sent: (readonly AppendReq[])[] = [];
  const leaders: unknown[] = [];
  // The server fails the test where anybody calls BatchAppend.
  const store = await openOn({
    read: (call) => {
      leaders.push(call.metadata.get('requires-leader')[0]);
      call.end();
    },
    append: (requests, answer, headers) => {
      leaders.push(headers['requires-leader']);
      sent.push(requests);
      answer(null, success(1, '4096'));
    },
  });
  const text = record({
    data: Buffer.from('{ "a" : 1.0, "a" : "\\u00e9" }'),
    metadata: Buffer.alloc(0),
  });
  const bytes = record({ contentType: 'application/octet-stream', data: Buffer.from([0, 255]) });
  const appended = await store.append(organisation, stream, 'none', [text, bytes]);
  expect(appended).toEqual({ revision: 1, position: 4_096 });
  const [options, ...proposed] = sent[0]!;
  expect(sent).toHaveLength(1);
  // A node that lags behind is never asked.
  expect(leaders).toEqual(['true', 'true']);
  expect(options?.getOptions()?.hasNoStream()).toBe(true);
  const identifier = options?.getOptions()?.getStreamIdentifier()?.getStreamName_asU8();
  expect(Buffer.from(identifier!).toString()).toBe(name);
  const messages = proposed.map((request) => request.getProposedMessage()!);
  expect(messages.map((message) => message.getId()?.getString())).toEqual([text.id, bytes.id]);
  for (const [index, one] of [text, bytes].entries()) {
    const message = messages[index]!;
    expect([...message.getData_asU8()]).toEqual([...one.data]);
    expect([...message.getCustomMetadata_asU8()]).toEqual([...one.metadata]);
    expect(message.getMetadataMap().get('type')).toBe(one.type);
    expect(message.getMetadataMap().get('content-type')).toBe(one.contentType);
  }
});

test('a position is a number up to 2^53 - 1, and one beyond is refused, never rounded', async () => {
  const largest = String(Number.MAX_SAFE_INTEGER);
  const positions = [largest, '9007199254740993'];
  const store = await openOn({
    read: (call) => {
      if (call.request.getOptions()?.hasStream()) call.write(eventAt(name, positions.shift()!));
      call.end();
    },
  });
  const [last] = (await store.readStream(organisation, stream)) ?? [];
  expect(last).toMatchObject({ position: Number.MAX_SAFE_INTEGER, created: 1_700_000_000_000 });
  await expect(store.readStream(organisation, stream)).rejects.toThrow(/9007199254740993.*2\^53/);
});

test.each([
  ['knows no streams', () => new features.SupportedMethods(), /no EventStoreDB/],
  [
    'is too old to tell positions',
    () =>
      new features.SupportedMethods().setMethodsList([
        new features.SupportedMethod()
          .setServiceName('event_store.client.streams.streams')
          .setMethodName('append'),
      ]),
    /22\.6 or newer/,
  ],
])('a server that %s is refused', async (_, answer, words) => {
  const opening = openOn({ features: answer });
  await expect(opening).rejects.toMatchObject({ name: 'UnusableEventStore' });
  await expect(opening).rejects.toThrow(words);
});

test('a user who may not read everything is told at the opening', async () => {
  const opening = openOn({
    read: (call) => call.emit('error', { code: 7, details: 'in the words of the server' }),
  });
  await expect(opening).rejects.toMatchObject({ name: 'UnusableEventStore' });
  await expect(opening).rejects.toThrow(/may not|who may/);
});

test('a stream with a tombstone reads as absent and takes nothing', async () => {
  const store = await openOn({
    read: (call) => {
      if (!call.request.getOptions()?.hasStream()) return call.end();
      return call.emit('error', { code: 9, details: 'deleted', metadata: deleted() });
    },
    append: (_, answer) => answer({ code: 9, details: 'deleted', metadata: deleted() }),
  });
  expect(await store.readStream(organisation, stream)).toBeUndefined();
  const append = store.append(organisation, stream, 'none', records(1));
  await expect(append).rejects.toThrow(/tombstone/);
});

test('a call that fails while another one looks for the cluster ends no process', async () => {
  const asked = later<Reading>();
  const gossiping = later<() => void>();
  let [reads, gossips] = [0, 0];
  const store = await openOn(
    {
      gossip: (answer, port) => {
        gossips += 1;
        if (gossips === 2) gossiping.resolve(() => answer(UNAVAILABLE));
        else answer(null, clusterAt(port));
      },
      read: (call) => {
        reads += 1;
        if (reads === 3) asked.resolve(call);
        else if (reads === 2) asked.promise.then(() => call.emit('error', UNAVAILABLE), call.end);
        else call.end();
      },
    },
    '&maxDiscoverAttempts=1&discoveryInterval=1',
    'esdb+discover',
  );
  const calls = [outcomeOf(store.head()), outcomeOf(store.head())];
  // The first one has failed and looks for a leader: then the second one fails, then the search.
  const second = await asked.promise;
  const endSearch = await gossiping.promise;
  const failed = new Promise((resolve) => second.once('close', resolve));
  second.emit('error', UNAVAILABLE);
  await failed;
  endSearch();
  // A rejection that nobody handles fails this test.
  expect(new Set(await Promise.all(calls)).size).toBe(1);
});
