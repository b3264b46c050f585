import type { AppendExpectedRevision, EventData } from '@eventstore/db-client';
import {
  BOTH_WAYS,
  events,
  newName,
  refusalOf,
  revisionsOf,
  servedForAll,
} from './served.fixtures.ts';

const suite = servedForAll();

describe.each(BOTH_WAYS)('repeating an append over %s', (_, way) => {
  const append = (stream: string, list: EventData[], expectedRevision: AppendExpectedRevision) =>
    suite.served.client.appendToStream(stream, list, { ...way, expectedRevision });
  const stored = (stream: string) => revisionsOf(suite.served.client.readStream(stream));

  test.each([
    ['no_stream', 0],
    ['any', 2],
    ['stream_exists', 2],
    [1n, 2],
  ] as const)('with %s answers as the first time and stores nothing', async (expected, before) => {
    const stream = newName();
    if (before > 0) await append(stream, events(before), 'any');
    const repeated = events(3);
    const first = await append(stream, repeated, expected);
    await append(stream, events(2), 'any');
    expect(await append(stream, repeated, expected)).toEqual(first);
    expect(await stored(stream)).toHaveLength(before + 5);
  });

  test.each(['any', 'stream_exists'] as const)(
    'with %s, where only some of it is known, is refused when its first event is',
    async (expected) => {
      const stream = newName();
      const known = events(2);
      await append(stream, known, 'any');
      const refusal = await refusalOf(append(stream, [...known, ...events(1)], expected));
      expect(refusal).toMatchObject({
        type: 'wrong-expected-version',
        expectedVersion: expected,
        actualVersion: 1n,
      });
      expect(await stored(stream)).toHaveLength(2);
    },
  );

  test('with any, where its first event is new, is an append like any other', async () => {
    const stream = newName();
    const known = events(1);
    await append(stream, known, 'any');
    await append(stream, [...events(1), ...known], 'any');
    expect(await stored(stream)).toEqual([0, 1, 2]);
  });

  test('with any may repeat events of two appends', async () => {
    const stream = newName();
    const [one, two] = [events(2), events(2)];
    await append(stream, one, 'any');
    await append(stream, two, 'any');
    const again = await append(stream, [one[1]!, two[0]!], 'any');
    expect(again.nextExpectedRevision).toBe(2n);
    expect(await stored(stream)).toHaveLength(4);
  });

  test('with a revision compares with what follows it, event by event', async () => {
    const stream = newName();
    const [one, two] = [events(2), events(2)];
    await append(stream, one, 'no_stream');
    await append(stream, two, 1n);
    expect((await append(stream, [one[1]!, two[0]!], 0n)).nextExpectedRevision).toBe(2n);
    expect((await append(stream, [...one, ...two], 'no_stream')).nextExpectedRevision).toBe(3n);
    for (const [list, expected] of [
      [[two[0]!], 0n],
      [[two[1]!, two[0]!], 1n],
      [[...two, ...events(1)], 1n],
      [[one[0]!, two[1]!], 'no_stream'],
    ] as const) {
      const refusal = await refusalOf(append(stream, [...list], expected));
      expect(refusal).toMatchObject({ type: 'wrong-expected-version', actualVersion: 3n });
    }
    expect(await stored(stream)).toHaveLength(4);
  });

  test('looks no further than its own stream', async () => {
    const [one, other] = [newName(), newName()];
    const same = events(2);
    await append(one, same, 'any');
    await append(other, same, 'any');
    expect(await stored(other)).toEqual([0, 1]);
  });
});
