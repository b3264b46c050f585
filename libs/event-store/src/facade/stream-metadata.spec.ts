import { jsonEvent } from '@eventstore/db-client';
import { all, events, newName, refusalOf, revisionsOf, servedForAll } from './served.fixtures.ts';

let now = Date.parse('2026-03-01T12:00:00Z');
const suite = servedForAll({ now: () => now, logNow: () => now });
const shown = (name: string, options = {}) =>
  revisionsOf(suite.served.client.readStream(name, options));

test('metadata come back as they were set, with what the server does not know', async () => {
  const { client } = suite.served;
  const name = newName();
  expect(await client.getStreamMetadata(name)).toEqual({ streamName: name });
  const acl = { readRoles: ['admin'], writeRoles: ['admin'] };
  const metadata = { maxAge: 2, maxCount: 12, truncateBefore: 1, cacheControl: 15, acl, cat: '😾' };
  await client.setStreamMetadata(name, metadata);
  expect((await client.getStreamMetadata(name)).metadata).toEqual(metadata);
  await client.setStreamMetadata(name, { maxCount: 3 }, { expectedRevision: 0n });
  expect((await client.getStreamMetadata(name)).metadata).toEqual({ maxCount: 3 });
  const late = client.setStreamMetadata(name, { maxCount: 4 }, { expectedRevision: 0n });
  expect(await refusalOf(late)).toMatchObject({ type: 'wrong-expected-version' });
});

test('only the newest metadata of a stream are shown', async () => {
  const { client } = suite.served;
  const name = newName();
  for (const maxCount of [1, 2, 3]) await client.setStreamMetadata(name, { maxCount });
  expect(await shown(`$$${name}`)).toEqual([2]);
});

test('a stream shows no more than $maxCount of its events, the last ones', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.setStreamMetadata(name, { maxCount: 2 });
  await client.appendToStream(name, events(20));
  expect(await shown(name)).toEqual([18, 19]);
  expect(await shown(name, { fromRevision: 3n, maxCount: 1 })).toEqual([18]);
  expect(await shown(name, { direction: 'backwards', fromRevision: 'end' })).toEqual([19, 18]);
  expect(await shown(name, { direction: 'backwards', fromRevision: 10n })).toEqual([]);
  await client.appendToStream(name, events(1), { expectedRevision: 19n });
  expect(await shown(name)).toEqual([19, 20]);
});

test('a stream shows nothing from before $tb', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.appendToStream(name, events(10));
  await client.setStreamMetadata(name, { truncateBefore: 7 });
  expect(await shown(name)).toEqual([7, 8, 9]);
  expect(await shown(name, { direction: 'backwards', fromRevision: 'end' })).toEqual([9, 8, 7]);
  await client.setStreamMetadata(name, { truncateBefore: 7, maxCount: 1 });
  expect(await shown(name)).toEqual([9]);
  await client.setStreamMetadata(name, { truncateBefore: 100 });
  expect(await shown(name)).toEqual([]);
});

test('a stream shows nothing that is older than $maxAge seconds', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.setStreamMetadata(name, { maxAge: 60 });
  await client.appendToStream(name, events(2));
  now += 50_000;
  await client.appendToStream(name, events(1));
  expect(await shown(name)).toEqual([0, 1, 2]);
  now += 11_000;
  expect(await shown(name)).toEqual([2]);
  expect(await shown(name, { maxCount: 1 })).toEqual([2]);
  now += 60_000;
  expect(await shown(name)).toEqual([]);
  await client.appendToStream(name, events(1), { expectedRevision: 2n });
  expect(await shown(name)).toEqual([3]);
});

test('$all shows what a stream no longer does', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.setStreamMetadata(name, { maxCount: 1 });
  await client.appendToStream(name, events(3));
  const inAll = (await all(client.readAll())).filter(({ event }) => event?.streamId === name);
  expect(inAll).toHaveLength(3);
});

test('metadata that cannot be understood change nothing', async () => {
  const { client } = suite.served;
  for (const data of [{ $maxCount: -1 }, { $maxCount: 'two' }, [1], 'text', { $tb: 1.5 }]) {
    const name = newName();
    await client.appendToStream(name, events(3));
    await client.appendToStream(`$$${name}`, jsonEvent({ type: '$metadata', data }));
    expect(await shown(name)).toEqual([0, 1, 2]);
  }
});

test('a stream that has only metadata exists for an append, and has no events to read', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.setStreamMetadata(name, { maxCount: 9 });
  expect(await refusalOf(all(client.readStream(name)))).toMatchObject({ type: 'stream-not-found' });
  await client.appendToStream(name, events(1), { expectedRevision: 'stream_exists' });
  expect(await shown(name)).toEqual([0]);
});
