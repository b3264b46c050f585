import {
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  streamNameFilter,
} from '@eventstore/db-client';
import type { Filter, Position, ResolvedEvent } from '@eventstore/db-client';
import { events, newName, servedForAll } from './served.fixtures.ts';

const suite = servedForAll();

/** What a filtered subscription gets after a position, up to an event of the type `Finished`. */
async function filtered(fromPosition: Position, filter: Filter): Promise<ResolvedEvent[]> {
  const got: ResolvedEvent[] = [];
  for await (const resolved of suite.served.client.subscribeToAll({ fromPosition, filter })) {
    got.push(resolved);
    if (resolved.event?.type.endsWith('Finished')) return got;
  }
  return got;
}

async function marker(): Promise<Position> {
  return (await suite.served.client.appendToStream(newName(), events(1))).position!;
}

test.each([
  ['prefixes', (mark: string) => streamNameFilter({ prefixes: [`no-${mark}`, `in-${mark}`] })],
  ['a regular expression', (mark: string) => streamNameFilter({ regex: `^in-${mark}_[0-9]+$` })],
] as const)('streams are told apart by %s', async (_, filterFor) => {
  const { client } = suite.served;
  const [from, mark] = [await marker(), newName('mark')];
  await client.appendToStream(`in-${mark}_1`, events(3));
  await client.appendToStream(`out-${mark}_1`, events(3));
  await client.appendToStream(`in-${mark}_2`, [...events(1), ...events(1, 'Finished')]);
  const got = await filtered(from, filterFor(mark));
  expect(got.map(({ event }) => event!.streamId)).toEqual([
    ...Array<string>(3).fill(`in-${mark}_1`),
    ...Array<string>(2).fill(`in-${mark}_2`),
  ]);
});

test.each([
  ['prefixes', () => eventTypeFilter({ prefixes: ['Wanted', 'Also'] })],
  ['a regular expression', () => eventTypeFilter({ regex: '^(Wanted|Also)' })],
] as const)('types are told apart by %s', async (_, filterFor) => {
  const { client } = suite.served;
  const from = await marker();
  await client.appendToStream(newName(), [
    ...['Wanted1', 'Unwanted', 'AlsoThis', 'wanted', 'WantedFinished'].map((type) =>
      jsonEvent({ type, data: {} }),
    ),
  ]);
  const got = await filtered(from, filterFor());
  expect(got.map(({ event }) => event!.type)).toEqual(['Wanted1', 'AlsoThis', 'WantedFinished']);
});

test("the client's own filter keeps system events away", async () => {
  const { client } = suite.served;
  const [from, name] = [await marker(), newName()];
  await client.setStreamMetadata(name, { maxCount: 3 });
  await client.appendToStream(name, events(1, 'Finished'));
  const got = await filtered(from, excludeSystemEvents());
  expect(got.map(({ event }) => event!.type)).toEqual(['Finished']);
});

/** Follows with a filter that lets only `Finished` through, and notes where it is told to be. */
async function checkpoints(
  from: Position,
  options: { readonly checkpointInterval?: number; readonly maxSearchWindow?: number },
): Promise<{
  readonly told: Position[];
  end(): Promise<void>;
  until(count: number): Promise<void>;
}> {
  const told: Position[] = [];
  let heard = (): void => {};
  const checkpointReached = async (_: unknown, position: Position): Promise<void> => {
    told.push(position);
    heard();
  };
  const filter = eventTypeFilter({ prefixes: ['Finished'], checkpointReached, ...options });
  const subscription = suite.served.client.subscribeToAll({ fromPosition: from, filter });
  const live = new Promise<void>((resolve) => subscription.once('caughtUp', resolve));
  subscription.resume();
  await live;
  const until = async (count: number): Promise<void> => {
    while (told.length < count) await new Promise<void>((resolve) => (heard = resolve));
  };
  return { told, until, end: () => subscription.unsubscribe() };
}

test.each([
  [{}, 32],
  [{ checkpointInterval: 2 }, 64],
  [{ maxSearchWindow: 10 }, 10],
  [{ checkpointInterval: 3, maxSearchWindow: 5 }, 15],
])(
  'with %j a checkpoint comes after every %i events that were looked at',
  async (options, every) => {
    const { client } = suite.served;
    const from = await marker();
    const count = every * 2 + 3;
    const { position } = await client.appendToStream(newName(), events(count));
    const follower = await checkpoints(from, options);
    const caught = follower.told.map(({ commit }) => Number(commit - from.commit));
    expect(caught).toEqual([every, every * 2, count]);
    expect(follower.told.at(-1)).toEqual(position);

    await client.appendToStream(newName(), events(every + 1));
    await follower.until(4);
    expect(follower.told[3]!.commit - position!.commit).toBe(BigInt(every));
    await follower.end();
  },
);

test('from a checkpoint a subscription goes on without a gap and without repeating', async () => {
  const { client } = suite.served;
  const [from, name] = [await marker(), newName()];
  await client.appendToStream(name, [...events(40), ...events(5, 'FinishedNot')]);
  const follower = await checkpoints(from, {});
  const [checkpoint] = follower.told;
  await follower.end();
  await client.appendToStream(name, events(1, 'Finished'));
  const got = await filtered(checkpoint!, eventTypeFilter({ prefixes: ['Finished'] }));
  expect(got.map(({ event }) => Number(event!.revision))).toEqual([40, 41, 42, 43, 44, 45]);
});
