import { binaryEvent, jsonEvent } from '@eventstore/db-client';
import type { EventData } from '@eventstore/db-client';
import {
  BOTH_WAYS,
  all,
  events,
  newName,
  refusalOf,
  revisionsOf,
  servedForAll,
} from './served.fixtures.ts';

const suite = servedForAll();

describe.each(BOTH_WAYS)('over %s', (_, way) => {
  const append = (stream: string, list: EventData[], more = {}) =>
    suite.served.client.appendToStream(stream, list, { ...way, ...more });

  test('an append answers with the revision and position of its last event', async () => {
    const stream = newName();
    const first = await append(stream, events(3));
    expect(first).toEqual({
      success: true,
      nextExpectedRevision: 2n,
      position: { commit: first.position!.commit, prepare: first.position!.commit },
    });
    const [last] = await all(
      suite.served.client.readStream(stream, {
        direction: 'backwards',
        fromRevision: 'end',
        maxCount: 1,
      }),
    );
    expect(last?.event?.position).toEqual(first.position);
    expect(last?.commitPosition).toBe(first.position!.commit);
  });

  test('an event comes back as it was sent, with its time and its kind of content', async () => {
    const { client } = suite.served;
    const stream = newName();
    const before = Date.now();
    const json = jsonEvent({
      type: 'Noted',
      data: { text: 'CC ‐ 1830 😾' },
      metadata: { by: 'é' },
    });
    const binary = binaryEvent({
      type: 'Stored',
      data: Uint8Array.of(0, 255, 128),
      metadata: Uint8Array.of(254, 0),
    });
    const bare = jsonEvent({ type: 'Bare', data: 'text' });
    await append(stream, [json, binary, bare]);
    const [first, second, third] = (await all(client.readStream(stream))).map(
      ({ event }) => event!,
    );
    expect(first).toMatchObject({
      streamId: stream,
      id: json.id,
      revision: 0n,
      type: 'Noted',
      isJson: true,
      data: json.data,
      metadata: json.metadata,
    });
    expect(first!.created.getTime()).toBeGreaterThanOrEqual(before);
    expect(first!.created.getTime()).toBeLessThanOrEqual(Date.now());
    expect(second).toMatchObject({ id: binary.id, isJson: false, type: 'Stored', revision: 1n });
    expect([...(second!.data as Uint8Array)]).toEqual([0, 255, 128]);
    expect([...(second!.metadata as Uint8Array)]).toEqual([254, 0]);
    expect(third).toMatchObject({ data: 'text', metadata: undefined });
  });

  test('a stream may have any name that is not empty', async () => {
    for (const stream of [
      newName('Zürich 東京'),
      `${newName()}/a?b=c#d`,
      `${newName()}\0 `,
      'x'.repeat(5000),
    ]) {
      await append(stream, events(1));
      const [{ event } = { event: undefined }] = await all(suite.served.client.readStream(stream));
      expect(event?.streamId).toBe(stream);
    }
  });

  test('an append goes on only from what it expects', async () => {
    const stream = newName();
    await append(stream, events(2), { expectedRevision: 'no_stream' });
    await append(stream, events(1), { expectedRevision: 1n });
    await append(stream, events(1), { expectedRevision: 'stream_exists' });
    const { nextExpectedRevision } = await append(stream, events(1), { expectedRevision: 'any' });
    expect(nextExpectedRevision).toBe(4n);
  });

  test.each([
    ['no_stream', 'no_stream'],
    [0n, 0n],
    [7n, 7n],
    [2n ** 62n, 2n ** 62n],
  ] as const)(
    'an append that expects %s is told where the stream really is',
    async (wanted, said) => {
      const stream = newName();
      await append(stream, events(2));
      expect(
        await refusalOf(append(stream, events(1), { expectedRevision: wanted })),
      ).toMatchObject({
        type: 'wrong-expected-version',
        streamName: stream,
        expectedVersion: said,
        actualVersion: 1n,
      });
      expect(await revisionsOf(suite.served.client.readStream(stream))).toEqual([0, 1]);
    },
  );

  test.each([
    [3n, 3n],
    ['stream_exists', 'stream_exists'],
  ] as const)('an append that expects %s learns that there is no stream', async (wanted, said) => {
    const stream = newName();
    expect(await refusalOf(append(stream, events(1), { expectedRevision: wanted }))).toMatchObject({
      type: 'wrong-expected-version',
      expectedVersion: said,
      actualVersion: 'no_stream',
    });
  });

  test('of twenty appends that expect the same revision one is stored', async () => {
    const stream = newName();
    await append(stream, events(1));
    const races = Array.from({ length: 20 }, () =>
      append(stream, events(2), { expectedRevision: 0n }).then(
        () => 'stored',
        (error: { type: string }) => error.type,
      ),
    );
    const outcomes = await Promise.all(races);
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'wrong-expected-version')).toHaveLength(19);
    expect(await revisionsOf(suite.served.client.readStream(stream))).toEqual([0, 1, 2]);
  });

  test('twenty appends that expect nothing are all stored, each in one piece', async () => {
    const stream = newName();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => append(stream, events(3, `Sample${index}`))),
    );
    const types = (await all(suite.served.client.readStream(stream))).map(
      ({ event }) => event!.type,
    );
    expect(types).toHaveLength(60);
    for (let at = 0; at < 60; at += 3) expect(new Set(types.slice(at, at + 3)).size).toBe(1);
  });

  test('an append of one MiB is stored, and one byte more is refused', async () => {
    const stream = newName();
    const sized = (bytes: number): EventData[] => {
      const half = Math.floor(bytes / 2);
      return [half, bytes - half].map((length) =>
        binaryEvent({
          type: 'T',
          data: new Uint8Array(length - 1 - 10),
          metadata: new Uint8Array(10),
        }),
      );
    };
    await append(stream, sized(1_048_576));
    expect(await refusalOf(append(stream, sized(1_048_577)))).toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 1_048_576,
    });
    expect(await refusalOf(append(stream, sized(5 * 1_048_576)))).toMatchObject({
      type: 'maximum-append-size-exceeded',
    });
    expect(await revisionsOf(suite.served.client.readStream(stream))).toEqual([0, 1]);
  });

  test('an append of no events makes no stream', async () => {
    const stream = newName();
    await append(stream, []);
    expect(await refusalOf(all(suite.served.client.readStream(stream)))).toMatchObject({
      type: 'stream-not-found',
    });
  });

  test('nobody appends to $all', async () => {
    expect(await refusalOf(append('$all', events(1)))).toMatchObject({ type: 'access-denied' });
  });
});

test('a batch in many chunks is one append', async () => {
  const { client } = suite.served;
  const stream = newName();
  const result = await client.appendToStream(stream, events(300), { batchAppendSize: 1024 });
  expect(result.nextExpectedRevision).toBe(299n);
  expect(await all(client.readStream(stream))).toHaveLength(300);
});
