import jspb from 'google-protobuf';
import duration from 'google-protobuf/google/protobuf/duration_pb.js';
import protobuf from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { status } from '@grpc/grpc-js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { deadlineOf, deserializeBatchAppend } from './deadline.ts';
import { batchOptions, batchRaw, chunk, without } from './raw.fixtures.ts';
import { all, events, newName, servedForAll } from './served.fixtures.ts';

const suite = servedForAll();
const id = () => crypto.randomUUID();
const count = async (name: string) => (await all(suite.served.client.readStream(name))).length;

/** What an answer says, in short. */
function told(answer: BatchAppendResp | undefined): unknown {
  const stream = Buffer.from(answer!.getStreamIdentifier()!.getStreamName_asU8()).toString();
  const of = answer!.getCorrelationId()!.getString();
  if (answer!.hasSuccess())
    return { of, stream, revision: answer!.getSuccess()!.getCurrentRevision() };
  const error = answer!.getError()!;
  return { of, stream, code: error.getCode(), details: error.getDetails()!.getTypeName() };
}
const error = (of: string, stream: string, code: number, details: string) => ({
  of,
  stream,
  code,
  details: `event_store.client.${details}`,
});

test('appends of one call are told apart by their ids, however their chunks are mixed', async () => {
  const [one, two, first, second] = [newName(), newName(), id(), id()];
  const answers = await batchRaw(
    suite.served,
    [
      chunk(first, { options: batchOptions(one), events: 2, final: false }),
      chunk(second, { options: batchOptions(two), events: 1, final: false }),
      chunk(first, { events: 1, final: false }),
      chunk(second, { events: 1 }),
      chunk(first, { events: 1 }),
    ],
    2,
  );
  expect(answers.map(told)).toEqual(
    expect.arrayContaining([
      { of: first, stream: one, revision: '3' },
      { of: second, stream: two, revision: '1' },
    ]),
  );
  expect([await count(one), await count(two)]).toEqual([4, 2]);
});

test('one append of a call fails without the others', async () => {
  const [name, bad, good] = [newName(), id(), id()];
  const expecting = batchOptions(name).setStreamPosition('5');
  const answers = await batchRaw(
    suite.served,
    [
      chunk(bad, { options: expecting, events: 1 }),
      chunk(good, { options: batchOptions(name), events: 1 }),
    ],
    2,
  );
  expect(answers.map(told)).toEqual(
    expect.arrayContaining([
      error(bad, name, status.ALREADY_EXISTS, 'WrongExpectedVersion'),
      { of: good, stream: name, revision: '0' },
    ]),
  );
});

test('a wrong version is told in the details, with what was expected and what is', async () => {
  const [there, name] = [newName(), newName()];
  await suite.served.client.appendToStream(there, events(3));
  const none = batchOptions(there).setNoStream(new protobuf.Empty());
  const [first] = await batchRaw(suite.served, [chunk(id(), { options: none, events: 1 })], 1);
  const parse = (answer: BatchAppendResp | undefined) =>
    answer!
      .getError()!
      .getDetails()!
      .unpack(
        shared.WrongExpectedVersion.deserializeBinary,
        'event_store.client.WrongExpectedVersion',
      )!;
  expect(parse(first).hasExpectedNoStream()).toBe(true);
  expect(parse(first).getCurrentStreamRevision()).toBe('2');
  const seventh = batchOptions(name).setStreamPosition('7');
  const [second] = await batchRaw(suite.served, [chunk(id(), { options: seventh, events: 1 })], 1);
  expect(parse(second).getExpectedStreamPosition()).toBe('7');
  expect(parse(second).hasCurrentNoStream()).toBe(true);
});

test('an append whose deadline has passed is refused, one that stops in the middle when it passes', async () => {
  const [late, halved, first, second] = [newName(), newName(), id(), id()];
  const answers = await batchRaw(
    suite.served,
    [
      chunk(first, { options: batchOptions(late, new Date(Date.now() - 1)), events: 1 }),
      chunk(second, {
        options: batchOptions(halved, new Date(Date.now() + 200)),
        events: 1,
        final: false,
      }),
    ],
    2,
  );
  expect(answers.map(told)).toEqual([
    error(first, late, status.DEADLINE_EXCEEDED, 'Timeout'),
    error(second, halved, status.DEADLINE_EXCEEDED, 'Timeout'),
  ]);
});

test('a deadline may be a duration, which the stubs do not know', () => {
  const writer = new jspb.BinaryWriter();
  const left = new duration.Duration().setSeconds(3600).setNanos(500_000_000);
  const options = batchOptions('any');
  // Fields 2 (options) and, within it, 7 (the duration).
  const inner = new jspb.BinaryWriter();
  inner.writeMessage(7, left, duration.Duration.serializeBinaryToWriter);
  const bytes = Buffer.concat([options.serializeBinary(), inner.getResultBuffer()]);
  writer.writeBytes(2, bytes);
  const before = Date.now();
  const request = deserializeBatchAppend(writer.getResultBuffer());
  expect(request.getOptions()!.hasAny()).toBe(true);
  expect(deadlineOf(request)).toBeGreaterThanOrEqual(before + 3_600_500);
  expect(deadlineOf(request)).toBeLessThanOrEqual(Date.now() + 3_600_500);
});

test('an append that grows too large is refused once, and the rest of it is ignored', async () => {
  const [name, large, next] = [newName(), id(), id()];
  const half = { data: 'x'.repeat(600_000) };
  const answers = await batchRaw(
    suite.served,
    [
      chunk(large, { options: batchOptions(name), events: [half], final: false }),
      chunk(large, { events: [half], final: false }),
      chunk(large, { events: [half] }),
      chunk(next, { options: batchOptions(name), events: 1 }),
    ],
    2,
  );
  expect(answers.map(told)).toEqual([
    error(large, name, status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded'),
    { of: next, stream: name, revision: '0' },
  ]);
});

test('what makes no sense is refused by its id, and the call goes on', async () => {
  const [name, good] = [newName(), id()];
  const options = batchOptions(name);
  const nameless = batchOptions('');
  const silent = without(batchOptions(name), (some) => some.clearAny());
  const refused = [
    chunk(id(), { options: nameless, events: 1 }),
    chunk(id(), { options: silent, events: 1 }),
    chunk(id(), { options, events: [{ facts: {} }] }),
    chunk(id(), { options, events: [{ facts: { type: '', 'content-type': 'application/json' } }] }),
    chunk(id(), { options, events: [{ id: new shared.UUID().setString('7') }] }),
    chunk('no uuid', { options, events: 1 }),
    chunk(id(), { options: batchOptions('$$'), events: 1 }),
  ];
  const last = chunk(good, { options, events: 1 });
  const answers = await batchRaw(suite.served, [...refused, last], refused.length + 1);
  const wanted: unknown[] = refused.map((request): unknown =>
    expect.objectContaining({
      of: request.getCorrelationId()!.getString(),
      code: status.INVALID_ARGUMENT,
      details: 'event_store.client.BadRequest',
    }),
  );
  expect(answers.map(told)).toEqual([...wanted, { of: good, stream: name, revision: '0' }]);
});

test('a chunk of an append that nobody began is ignored', async () => {
  expect(await batchRaw(suite.served, [chunk(id(), { events: 1 })], 0)).toEqual([]);
});
