import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamName } from '@vivier/kernel';
import { newOrganisation, newStream, records } from '../contract/samples.contract.ts';
import { openEmbeddedEventStore } from '../embedded/open.ts';
import type { EventStore } from '../port.ts';
import { toEventStoreDb } from '../stream-names.ts';
import { ForeignLog, serveEventStoreProtocol } from './serve.ts';
import { BOTH_WAYS, all, events, refusalOf, revisionsOf, serve } from './served.fixtures.ts';
import type { Served } from './served.fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivier-facade-'));
let log: EventStore;
let served: Served;
const [organisation, stream] = [newOrganisation(), newStream('candidate')];
const name = toEventStoreDb(organisation, stream);
beforeAll(async () => {
  log = await openEmbeddedEventStore({ file: join(folder, 'log') });
  await log.append(organisation, stream, 'none', records(3));
  served = await serve({ log, readOnly: true });
});
afterAll(async () => {
  expect(served.faults).toEqual([]);
  await served.close();
  rmSync(folder, { recursive: true });
});

test("Vivier's streams are read under the names that they have in an EventStoreDB", async () => {
  expect(name).toBe(`candidate-${organisation}.${stream.slice('candidate-'.length)}`);
  const read = await all(served.client.readStream(name));
  expect(read.map(({ event }) => event!.streamId)).toEqual([name, name, name]);
  expect(read[0]!.event).toMatchObject({ type: 'SampleTaken.v1', data: { colour: 'blue' } });
  const inAll = await all(served.client.readAll());
  expect(inAll.map(({ event }) => event!.id)).toEqual(read.map(({ event }) => event!.id));
  for (const other of [stream, toEventStoreDb(newOrganisation(), stream), 'nothing', '$$x']) {
    expect(await refusalOf(all(served.client.readStream(other)))).toMatchObject({
      type: 'stream-not-found',
    });
  }
});

test('subscriptions follow what Vivier appends', async () => {
  const later = newStream('application');
  const followed = toEventStoreDb(organisation, later);
  const byName = served.client.subscribeToStream(followed);
  const ofAll = served.client.subscribeToAll({ fromPosition: 'end' });
  const live = [byName, ofAll].map(
    (one) => new Promise((resolve) => one.once('caughtUp', resolve)),
  );
  const got = [byName, ofAll].map(async (one) => {
    for await (const { event } of one) if (event!.revision === 1n) return event!.streamId;
    return undefined;
  });
  await Promise.all(live);
  await log.append(organisation, later, 'none', records(2));
  expect(await Promise.all(got)).toEqual([followed, followed]);
});

test('nobody but Vivier writes: every call that would is denied', async () => {
  const { client } = served;
  const denied = { type: 'access-denied' };
  for (const [, way] of BOTH_WAYS) {
    for (const target of [name, 'new', '$$new']) {
      expect(await refusalOf(client.appendToStream(target, events(1), way))).toMatchObject(denied);
    }
    const metadata = client.setStreamMetadata(name, { maxCount: 1 }, way);
    expect(await refusalOf(metadata)).toMatchObject(denied);
  }
  expect(await refusalOf(client.deleteStream(name))).toMatchObject(denied);
  expect(await refusalOf(client.tombstoneStream(name))).toMatchObject(denied);
  expect(await revisionsOf(client.readStream(name))).toEqual([0, 1, 2]);
  expect((await client.getStreamMetadata(name)).metadata).toBeUndefined();
});

test("a log that is not the server's own is not served for writing", async () => {
  const before = await log.head();
  await expect(serveEventStoreProtocol({ log })).rejects.toThrow(ForeignLog);
  expect(await log.head()).toBe(before);
});

test('a name with more than one hyphen or dot is read back as it was', async () => {
  const odd = streamName('candidate', 'a.b-c.d');
  await log.append(organisation, odd, 'none', records(1));
  expect(await all(served.client.readStream(toEventStoreDb(organisation, odd)))).toHaveLength(1);
});
