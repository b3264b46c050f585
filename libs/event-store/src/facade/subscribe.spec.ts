import { END, START, binaryEvent } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { all, events, newName, refusalOf, servedForAll } from './served.fixtures.ts';

const suite = servedForAll();
type Source = ReturnType<EventStoreDBClient['subscribeToAll' | 'subscribeToStream']>;

/** Everything that a subscription told, in order: its events by a mark, the rest by its name. */
class Told {
  readonly lines: (string | number)[] = [];
  readonly events: ResolvedEvent[] = [];
  #heard: () => void = () => {};

  constructor(
    readonly source: Source,
    mark: (event: ResolvedEvent) => string | number = ({ event }) => Number(event!.revision),
  ) {
    const tell = (line: string | number): void => {
      this.lines.push(line);
      this.#heard();
    };
    source.on('confirmation', () => tell('confirmed'));
    source.on('caughtUp', () => tell('caught up'));
    source.on('error', (error) => tell((error as { type?: string }).type ?? String(error)));
    source.on('data', (event: ResolvedEvent) => {
      this.events.push(event);
      tell(mark(event));
    });
  }

  async until(holds: (told: Told) => boolean): Promise<this> {
    while (!holds(this)) await new Promise<void>((resolve) => (this.#heard = resolve));
    return this;
  }

  end(): Promise<void> {
    return this.source.unsubscribe();
  }
}

const has = (line: string | number) => (told: Told) => told.lines.includes(line);

test('a subscription to a stream is confirmed, catches up, says so and goes on live', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.appendToStream(name, events(3));
  const told = await new Told(client.subscribeToStream(name)).until(has('caught up'));
  expect(told.lines).toEqual(['confirmed', 0, 1, 2, 'caught up']);
  await client.appendToStream(newName(), events(2));
  await client.appendToStream(name, events(2));
  await told.until(has(4));
  expect(told.lines).toEqual(['confirmed', 0, 1, 2, 'caught up', 3, 4]);
  expect(told.events[4]!.event).toMatchObject({ streamId: name, type: 'SampleTaken' });
  await told.end();
});

test.each([
  [END, [3]],
  [1n, [2, 3]],
  [2n, [3]],
] as const)('a subscription to a stream from %s begins after it', async (fromRevision, wanted) => {
  const { client } = suite.served;
  const name = newName();
  await client.appendToStream(name, events(3));
  const told = await new Told(client.subscribeToStream(name, { fromRevision })).until(
    has('caught up'),
  );
  await client.appendToStream(name, events(1));
  await told.until(has(3));
  expect(told.events.map(({ event }) => Number(event!.revision))).toEqual(wanted);
  await told.end();
});

test('a subscription beyond the end waits for what lies beyond', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.appendToStream(name, events(1));
  const told = await new Told(client.subscribeToStream(name, { fromRevision: 2n })).until(
    has('caught up'),
  );
  await client.appendToStream(name, events(4));
  await told.until(has(4));
  expect(told.lines).toEqual(['confirmed', 'caught up', 3, 4]);
  await told.end();
});

test('a stream that is not there yet can be subscribed to', async () => {
  const { client } = suite.served;
  const name = newName();
  const told = await new Told(client.subscribeToStream(name)).until(has('caught up'));
  await client.appendToStream(name, events(2));
  await told.until(has(1));
  expect(told.lines).toEqual(['confirmed', 'caught up', 0, 1]);
  await told.end();
});

test('a tombstone ends the subscriptions to its stream, those to come too', async () => {
  const { client } = suite.served;
  const name = newName();
  await client.appendToStream(name, events(1));
  const told = await new Told(client.subscribeToStream(name)).until(has('caught up'));
  await client.tombstoneStream(name);
  await told.until(has('stream-deleted'));
  expect(await refusalOf(all(client.subscribeToStream(name)))).toMatchObject({
    type: 'stream-deleted',
    streamName: name,
  });
});

test('a subscription catches up only with what the stream still shows, and resolves links', async () => {
  const { client } = suite.served;
  const [name, links] = [newName(), newName()];
  await client.appendToStream(name, events(4));
  await client.setStreamMetadata(name, { truncateBefore: 2 });
  await client.appendToStream(links, events(1));
  const told = await new Told(client.subscribeToStream(name)).until(has('caught up'));
  expect(told.lines).toEqual(['confirmed', 2, 3, 'caught up']);
  await told.end();

  const linked = client.subscribeToStream(links, { resolveLinkTos: true, fromRevision: 0n });
  const followed = new Told(linked, ({ event, link }) => `${event?.revision} by ${link?.revision}`);
  const link = binaryEvent({ type: '$>', data: Buffer.from(`3@${name}`) });
  await client.appendToStream(links, link);
  await followed.until(has('3 by 1'));
  await followed.end();
});

test('a subscription to $all has every event once, in order, while others append', async () => {
  const { client } = suite.served;
  const [one, two] = [newName(), newName()];
  const { position } = await client.appendToStream(one, events(1));
  const told = new Told(
    client.subscribeToAll({ fromPosition: position! }),
    ({ event }) => `${event!.streamId}:${event!.revision}`,
  );
  await Promise.all(
    [one, two].flatMap((name) =>
      Array.from({ length: 10 }, () => client.appendToStream(name, events(3))),
    ),
  );
  await told.until(({ events: got }) => got.length === 60);
  const positions = told.events.map(({ event }) => event!.position!.commit);
  expect(positions).toEqual([...positions].sort((left, right) => Number(left - right)));
  expect(new Set(told.lines).size).toBe(told.lines.length);
  expect(told.lines.filter((line) => line === 'caught up')).toHaveLength(1);
  await told.end();
});

test.each([
  ['the start', START],
  ['the end', END],
] as const)('a subscription to $all from %s is told when it is live', async (_, fromPosition) => {
  const { client } = suite.served;
  const name = newName();
  const mark = ({ event }: ResolvedEvent): string => `${event!.streamId}:${event!.revision}`;
  const told = await new Told(client.subscribeToAll({ fromPosition }), mark).until(
    has('caught up'),
  );
  expect(told.lines[0]).toBe('confirmed');
  expect(told.lines.at(-1)).toBe('caught up');
  if (fromPosition === END) expect(told.events).toEqual([]);
  else expect(told.events.length).toBe((await all(client.readAll())).length);
  await client.appendToStream(name, events(2));
  await told.until(has(`${name}:1`));
  expect(told.lines.slice(-2)).toEqual([`${name}:0`, `${name}:1`]);
  await told.end();
});

test('twenty subscriptions see the same', async () => {
  const { client } = suite.served;
  const name = newName();
  const followers = Array.from({ length: 20 }, () => new Told(client.subscribeToStream(name)));
  await client.appendToStream(name, events(40));
  for (const told of followers) {
    await told.until(({ events: got }) => got.length === 40);
    expect(told.events.map(({ event }) => Number(event!.revision))).toEqual(
      Array.from({ length: 40 }, (_, index) => index),
    );
    await told.end();
  }
});
