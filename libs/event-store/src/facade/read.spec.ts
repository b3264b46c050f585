import { binaryEvent } from '@eventstore/db-client';
import { all, events, newName, refusalOf, revisionsOf, servedForAll } from './served.fixtures.ts';

const suite = servedForAll();
const stream = newName();
beforeAll(async () => {
  await suite.served.client.appendToStream(stream, events(600));
});
const read = (options = {}) => revisionsOf(suite.served.client.readStream(stream, options));
const countUp = (first: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => first + index * step);

test('a stream is read from its start, from its end and from a revision, which is included', async () => {
  expect(await read()).toEqual(countUp(0, 600));
  expect(await read({ fromRevision: 590n })).toEqual(countUp(590, 10));
  expect(await read({ direction: 'backwards', fromRevision: 'end' })).toEqual(
    countUp(599, 600, -1),
  );
  expect(await read({ direction: 'backwards', fromRevision: 3n })).toEqual([3, 2, 1, 0]);
  expect(await read({ direction: 'backwards', fromRevision: 'start' })).toEqual([0]);
  expect(await read({ direction: 'backwards', fromRevision: 5_000n })).toHaveLength(600);
});

test('beyond the end there is nothing, and that is no error', async () => {
  expect(await read({ fromRevision: 600n })).toEqual([]);
  expect(await read({ fromRevision: 2n ** 62n })).toEqual([]);
  expect(await read({ fromRevision: 'end' })).toEqual([]);
});

test('no more is read than was asked for', async () => {
  expect(await read({ maxCount: 2 })).toEqual([0, 1]);
  expect(await read({ maxCount: 550, fromRevision: 10n })).toEqual(countUp(10, 550));
  expect(await read({ maxCount: 3, direction: 'backwards', fromRevision: 'end' })).toEqual([
    599, 598, 597,
  ]);
});

test('a stream that is not there says so by its name', async () => {
  const { client } = suite.served;
  const name = newName('東京');
  expect(await refusalOf(all(client.readStream(name)))).toMatchObject({
    type: 'stream-not-found',
    streamName: name,
  });
  const backwards = { direction: 'backwards', fromRevision: 'end' } as const;
  expect(await refusalOf(all(client.readStream(name, backwards)))).toMatchObject({
    type: 'stream-not-found',
  });
});

test('$all is read in the order of the log, in both directions, with positions of its events', async () => {
  const { client } = suite.served;
  const forwards = (await all(client.readAll())).map(({ event }) => event!);
  const backwards = await all(client.readAll({ direction: 'backwards', fromPosition: 'end' }));
  expect(forwards.length).toBeGreaterThan(600);
  expect(backwards.map(({ event }) => event!.id)).toEqual(forwards.map(({ id }) => id).reverse());
  const positions = forwards.map(({ position }) => position);
  for (const [index, position] of positions.entries()) {
    expect(position.prepare).toBe(position.commit);
    if (index > 0) expect(position.commit).toBeGreaterThan(positions[index - 1]!.commit);
  }
  expect(positions[0]!.commit).toBeGreaterThan(0n);
});

test('$all is read forwards with the event at the position, and backwards without it', async () => {
  const { client } = suite.served;
  const [, , third] = (await all(client.readAll({ maxCount: 3 }))).map(({ event }) => event!);
  const fromPosition = third!.position;
  const forwards = await all(client.readAll({ fromPosition, maxCount: 1 }));
  expect(forwards[0]!.event!.id).toBe(third!.id);
  const backwards = await all(client.readAll({ fromPosition, direction: 'backwards' }));
  expect(backwards).toHaveLength(2);
  expect(await all(client.readAll({ fromPosition: 'end' }))).toEqual([]);
  expect(await all(client.readAll({ direction: 'backwards', fromPosition: 'start' }))).toEqual([]);
});

describe('a link', () => {
  const link = (data: string) => binaryEvent({ type: '$>', data: Buffer.from(data) });
  const read = async (name: string, resolveLinkTos: boolean) =>
    (await all(suite.served.client.readStream(name, { resolveLinkTos })))[0]!;

  test('stands for the event that it points to where that is asked for', async () => {
    const { client } = suite.served;
    const [target, name] = [newName(), newName()];
    await client.appendToStream(target, events(3));
    await client.appendToStream(name, link(`2@${target}`));
    const [event] = await all(client.readStream(target, { fromRevision: 2n }));
    const resolved = await read(name, true);
    expect(resolved.event).toEqual(event!.event);
    expect(resolved.link).toMatchObject({ streamId: name, type: '$>', revision: 0n });
    expect(resolved.commitPosition).toBe(resolved.link!.position!.commit);
    const plain = await read(name, false);
    expect(plain.event).toMatchObject({ streamId: name, type: '$>' });
    expect(plain.link).toBeUndefined();
    const fromPosition = resolved.link!.position!;
    const [inAll] = await all(client.readAll({ fromPosition, resolveLinkTos: true, maxCount: 1 }));
    expect(inAll!.event!.id).toBe(event!.event!.id);
  });

  test('whose event is not there, or gone, comes alone', async () => {
    const { client } = suite.served;
    const [ended, hidden] = [newName(), newName()];
    await client.appendToStream(ended, events(1));
    await client.tombstoneStream(ended);
    await client.appendToStream(hidden, events(2));
    await client.setStreamMetadata(hidden, { truncateBefore: 1 });
    const broken = [`0@${newName()}`, `5000@${stream}`, `0@${ended}`, `0@${hidden}`, 'nonsense'];
    for (const data of broken) {
      const name = newName();
      await client.appendToStream(name, link(data));
      const resolved = await read(name, true);
      expect(resolved.event).toBeUndefined();
      expect(resolved.link).toMatchObject({ streamId: name, type: '$>' });
    }
  });
});
