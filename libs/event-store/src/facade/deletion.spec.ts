import {
  all,
  events,
  newName,
  refusalOf,
  revisionsOf,
  servedForAll,
  BOTH_WAYS,
} from './served.fixtures.ts';

const suite = servedForAll();
const shown = (name: string) => revisionsOf(suite.served.client.readStream(name));
const gone = (name: string) => refusalOf(all(suite.served.client.readStream(name)));

async function filled(count: number): Promise<string> {
  const name = newName();
  await suite.served.client.appendToStream(name, events(count));
  return name;
}

test('a deleted stream is not found, and its metadata say why', async () => {
  const { client } = suite.served;
  const name = await filled(4);
  const { position } = await client.deleteStream(name);
  expect(await gone(name)).toMatchObject({ type: 'stream-not-found', streamName: name });
  const [metadata] = await all(client.readStream(`$$${name}`));
  expect(metadata!.event).toMatchObject({ type: '$metadata', isJson: true, revision: 0n });
  expect(metadata!.event!.position).toEqual(position);
  const [{ event } = { event: undefined }] = await all(
    client.readAll({ fromPosition: position!, maxCount: 1 }),
  );
  expect(event!.data).toEqual({ $tb: 2 ** 63 });
});

test.each(BOTH_WAYS)('the next append over %s goes on with the revisions', async (_, way) => {
  const { client } = suite.served;
  for (const expectedRevision of ['any', 'no_stream', 3n] as const) {
    const name = await filled(4);
    await client.deleteStream(name);
    const again = events(2);
    const result = await client.appendToStream(name, again, { expectedRevision, ...way });
    expect(result.nextExpectedRevision).toBe(5n);
    expect(await shown(name)).toEqual([4, 5]);
    expect((await client.getStreamMetadata(name)).metadata).toEqual({ truncateBefore: 4 });
    expect(await shown(`$$${name}`)).toEqual([1]);
  }
});

test.each(BOTH_WAYS)(
  'an append over %s that expects a deleted stream is refused',
  async (_, way) => {
    const { client } = suite.served;
    const name = await filled(2);
    await client.deleteStream(name);
    const existing = { expectedRevision: 'stream_exists', ...way } as const;
    expect(await refusalOf(client.appendToStream(name, events(1), existing))).toMatchObject({
      type: 'stream-deleted',
      streamName: name,
    });
    const behind = { expectedRevision: 0n, ...way };
    expect(await refusalOf(client.appendToStream(name, events(1), behind))).toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: 1n,
    });
    expect(await gone(name)).toMatchObject({ type: 'stream-not-found' });
  },
);

test('repeating an append from before the deletion does not bring the stream back', async () => {
  const { client } = suite.served;
  const [name, known] = [newName(), events(2)];
  await client.appendToStream(name, known);
  await client.deleteStream(name);
  for (const expectedRevision of ['any', 'no_stream'] as const) {
    const again = await client.appendToStream(name, known, { expectedRevision });
    expect(again.nextExpectedRevision).toBe(1n);
  }
  expect(await gone(name)).toMatchObject({ type: 'stream-not-found' });
});

test('twenty appends at once to a deleted stream are all shown', async () => {
  const { client } = suite.served;
  const name = await filled(3);
  await client.deleteStream(name);
  await Promise.all(Array.from({ length: 20 }, () => client.appendToStream(name, events(1))));
  expect(await shown(name)).toEqual(Array.from({ length: 20 }, (_, index) => index + 3));
});

test('metadata for a deleted stream open it again, and begin where it would go on', async () => {
  const { client } = suite.served;
  const name = await filled(3);
  await client.deleteStream(name);
  await client.setStreamMetadata(name, { maxCount: 5 });
  expect(await shown(name)).toEqual([]);
  expect((await client.getStreamMetadata(name)).metadata).toEqual({
    maxCount: 5,
    truncateBefore: 3,
  });
  await client.appendToStream(name, events(1), { expectedRevision: 2n });
  expect(await shown(name)).toEqual([3]);
});

test.each([
  ['deleteStream', 1n, 1n],
  ['deleteStream', 'no_stream', -1n],
  ['tombstoneStream', 1n, 1n],
  ['tombstoneStream', 'no_stream', -1n],
] as const)('%s of a stream that is not at %s is refused', async (call, expectedRevision, said) => {
  const { client } = suite.served;
  const name = await filled(4);
  expect(await refusalOf(client[call](name, { expectedRevision }))).toMatchObject({
    type: 'wrong-expected-version',
    streamName: name,
    expectedVersion: said,
    actualVersion: 3n,
  });
  expect(await shown(name)).toEqual([0, 1, 2, 3]);
});

test('a stream is deleted at the revision that it has, and deleting it twice is no error', async () => {
  const { client } = suite.served;
  const name = await filled(2);
  await client.deleteStream(name, { expectedRevision: 1n });
  await client.deleteStream(name);
  await client.deleteStream(name, { expectedRevision: 'no_stream' });
  expect(await gone(name)).toMatchObject({ type: 'stream-not-found' });
});

test('what never was cannot be deleted, but a stream that has only metadata can', async () => {
  const { client } = suite.served;
  for (const expectedRevision of ['any', 'no_stream'] as const) {
    expect(await refusalOf(client.deleteStream(newName(), { expectedRevision }))).toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: -1n,
    });
  }
  const name = newName();
  await client.setStreamMetadata(name, { cacheControl: 10 });
  await client.deleteStream(name, { expectedRevision: 'no_stream' });
  expect((await client.getStreamMetadata(name)).metadata).toEqual({ truncateBefore: 2 ** 63 });
});

test('a tombstone is final for every call, and for the metadata too', async () => {
  const { client } = suite.served;
  const name = await filled(2);
  const { position } = await client.tombstoneStream(name, { expectedRevision: 1n });
  const deleted = { type: 'stream-deleted', streamName: name };
  expect(await gone(name)).toMatchObject(deleted);
  for (const [, way] of BOTH_WAYS) {
    for (const expectedRevision of ['any', 'no_stream', 'stream_exists', 1n] as const) {
      const append = client.appendToStream(name, events(1), { expectedRevision, ...way });
      expect(await refusalOf(append)).toMatchObject(deleted);
    }
  }
  expect(await refusalOf(client.deleteStream(name))).toMatchObject(deleted);
  expect(await refusalOf(client.tombstoneStream(name))).toMatchObject(deleted);
  expect(await gone(`$$${name}`)).toMatchObject({ type: 'stream-deleted' });
  expect(await refusalOf(client.setStreamMetadata(name, { maxCount: 1 }))).toMatchObject({
    type: 'stream-deleted',
  });
  const [{ event } = { event: undefined }] = await all(client.readAll({ fromPosition: position! }));
  expect(event).toMatchObject({ streamId: name, type: '$streamDeleted', revision: 2n ** 63n - 1n });
});

test('a tombstone may come before the stream, and after its deletion', async () => {
  const { client } = suite.served;
  const early = newName();
  await client.tombstoneStream(early, { expectedRevision: 'no_stream' });
  expect(await gone(early)).toMatchObject({ type: 'stream-deleted' });
  const late = await filled(1);
  await client.deleteStream(late);
  await client.tombstoneStream(late);
  expect(await gone(late)).toMatchObject({ type: 'stream-deleted' });
});

test('the name of a tombstoned stream may be beyond what a header can carry', async () => {
  const { client } = suite.served;
  const name = newName('東京\n');
  await client.tombstoneStream(name);
  expect(await gone(name)).toMatchObject({ type: 'stream-deleted' });
  expect(await refusalOf(client.deleteStream(name))).toMatchObject({ type: 'stream-deleted' });
});
