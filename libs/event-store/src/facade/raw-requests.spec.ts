import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { status } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { appendOptions, appendRaw, readOptions, readRaw, textId, without } from './raw.fixtures.ts';
import { events, newName, refusalOf, servedForAll } from './served.fixtures.ts';

const suite = servedForAll();
const Options = streams.ReadReq.Options;

test('an id may be sent and asked for as its two halves', async () => {
  const name = newName();
  const halves = new shared.UUID().setStructured(
    new shared.UUID.Structured()
      .setMostSignificantBits(BigInt.asIntN(64, 0xfedcba9876543210n).toString())
      .setLeastSignificantBits(BigInt.asIntN(64, 0x9123456789abcdefn).toString()),
  );
  await appendRaw(suite.served, appendOptions(name), [{ id: halves }]);
  const [structured] = await readRaw(suite.served, readOptions(name));
  expect(structured!.getEvent()!.getEvent()!.getId()!.toObject()).toEqual(halves.toObject());
  const asText = readOptions(name).setUuidOption(
    new Options.UUIDOption().setString(new shared.Empty()),
  );
  const [text] = await readRaw(suite.served, asText);
  const id = 'fedcba98-7654-3210-9123-456789abcdef';
  expect(text!.getEvent()!.getEvent()!.getId()!.getString()).toBe(id);
  const again = await appendRaw(suite.served, appendOptions(name), [
    { id: textId(id.toUpperCase()) },
  ]);
  expect(again.getSuccess()!.getCurrentRevision()).toBe('0');
});

test('a record carries its facts in a map, and the time in steps of 100 ns', async () => {
  const name = newName();
  const before = BigInt(Date.now()) * 10_000n;
  await appendRaw(suite.served, appendOptions(name), [{ data: '{"a":1}' }]);
  const [answer] = await readRaw(suite.served, readOptions(name));
  const record = answer!.getEvent()!.getEvent()!;
  const facts = record.getMetadataMap();
  expect(facts.get('type')).toBe('SampleTaken');
  expect(facts.get('content-type')).toBe('application/json');
  expect(BigInt(facts.get('created')!)).toBeGreaterThanOrEqual(before);
  expect(BigInt(facts.get('created')!)).toBeLessThanOrEqual(BigInt(Date.now()) * 10_000n);
  expect(record.getStreamRevision()).toBe('0');
  expect(answer!.getEvent()!.getCommitPosition()).toBe(record.getCommitPosition());
});

test('a wrong version is a part of the answer to a classic append, for old clients too', async () => {
  const name = newName();
  await appendRaw(suite.served, appendOptions(name), [{}, {}]);
  const wrong = async (change: (options: ReturnType<typeof appendOptions>) => unknown) => {
    const options = appendOptions(name);
    change(options);
    return (await appendRaw(suite.served, options, [{}])).getWrongExpectedVersion()!;
  };
  const revision = await wrong((options) => options.setRevision('7'));
  expect(revision.getExpectedRevision()).toBe('7');
  expect(revision.getExpectedRevision2060()).toBe(7);
  expect(revision.getCurrentRevision()).toBe('1');
  expect(revision.getCurrentRevision2060()).toBe(1);
  const none = await wrong((options) => options.setNoStream(new shared.Empty()));
  expect(none.hasExpectedNoStream()).toBe(true);
  // The largest number is how "no stream" looks as a revision without a sign.
  const largest = await wrong((options) => options.setRevision('18446744073709551615'));
  expect(largest.hasExpectedNoStream()).toBe(true);
});

test.each([
  ['without options', undefined, [{}], undefined],
  ['without a name', appendOptions(''), [{}], undefined],
  [
    'without an expectation',
    without(appendOptions('a'), (options) => options.clearAny()),
    [{}],
    undefined,
  ],
  ['with an id that is none', appendOptions('a'), [{ id: new shared.UUID() }], undefined],
  ['without a type', appendOptions('a'), [{ facts: { 'content-type': 'x' } }], 'type,content-type'],
  ['without a content type', appendOptions('a'), [{ facts: { type: 'T' } }], 'type,content-type'],
] as const)('an append %s is refused', async (_, options, list, missing) => {
  const refusal = await refusalOf(appendRaw(suite.served, options, list));
  expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT });
  const metadata = refusal.metadata as { get(key: string): unknown[] };
  expect(metadata.get('required-metadata-properties')[0]).toBe(missing);
});

test('an append that the client gives up half-way stores nothing', async () => {
  const name = newName();
  const { raw, client } = suite.served;
  const ended = new Promise((resolve) => {
    const call = raw.append((error: unknown) => resolve(error));
    call.write(new streams.AppendReq().setOptions(appendOptions(name)));
    const message = new streams.AppendReq.ProposedMessage().setId(textId());
    message.getMetadataMap().set('type', 'T');
    message.getMetadataMap().set('content-type', 'application/json');
    call.write(new streams.AppendReq().setProposedMessage(message), () => call.cancel());
  });
  expect(await ended).toMatchObject({ code: status.CANCELLED });
  const { nextExpectedRevision } = await client.appendToStream(name, events(1));
  expect(nextExpectedRevision).toBe(0n);
});

const subscription = (options: ReadReq.Options): ReadReq.Options =>
  without(options, (some) => some.clearCount()).setSubscription(new Options.SubscriptionOptions());
const ofAll = (options: ReadReq.Options): ReadReq.Options =>
  options.setAll(new Options.AllOptions().setStart(new shared.Empty()));
const filter = (): ReadReq.Options.FilterOptions =>
  new Options.FilterOptions()
    .setEventType(new Options.FilterOptions.Expression().setPrefixList(['a']))
    .setCount(new shared.Empty())
    .setCheckpointintervalmultiplier(1);
const regex = (text: string) => new Options.FilterOptions.Expression().setRegex(text);

test.each([
  ['nothing', undefined],
  ['no amount', without(readOptions('a'), (options) => options.clearCount())],
  ['no stream', without(readOptions('a'), (options) => options.clearStream())],
  ['no name', readOptions('')],
  ['a filter on a stream', readOptions('a').setFilter(filter())],
  ['a filter on a stream, live', subscription(readOptions('a').setFilter(filter()))],
  ['a subscription backwards', subscription(readOptions('a').setReadDirection(1))],
  [
    'a filter on nothing',
    ofAll(readOptions('a')).setFilter(without(filter(), (some) => some.clearEventType())),
  ],
  [
    'a filter without checkpoints',
    ofAll(readOptions('a')).setFilter(filter().setCheckpointintervalmultiplier(0)),
  ],
  ['a filter without a window', ofAll(readOptions('a')).setFilter(filter().setMax(0))],
  ['no regular expression', ofAll(readOptions('a')).setFilter(filter().setEventType(regex('(')))],
  [
    'a place that cannot be',
    readOptions('a').setAll(
      new Options.AllOptions().setPosition(
        new Options.Position().setCommitPosition('1').setPreparePosition('2'),
      ),
    ),
  ],
] as const)('a read that asks for %s is refused', async (_, options) => {
  const refusal = await refusalOf(readRaw(suite.served, options ?? undefined));
  expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT });
});

test('$all may be read with a filter, in both directions', async () => {
  const { client } = suite.served;
  const mark = `Mark${newName()}`;
  await client.appendToStream(newName(), [...events(3, mark), ...events(2), ...events(1, mark)]);
  const marked = filter().setEventType(regex(`(?i)^${mark.toUpperCase()}$`));
  const forwards = await readRaw(suite.served, ofAll(readOptions('a')).setFilter(marked));
  const types = forwards.map((answer) =>
    answer.getEvent()!.getEvent()!.getMetadataMap().get('type'),
  );
  expect(types).toEqual([mark, mark, mark, mark]);
  const end = new Options.AllOptions().setEnd(new shared.Empty());
  const backwards = readOptions('a')
    .setAll(end)
    .setFilter(marked)
    .setReadDirection(1)
    .setCount('2');
  const revisions = (await readRaw(suite.served, backwards)).map((answer) =>
    answer.getEvent()!.getEvent()!.getStreamRevision(),
  );
  expect(revisions).toEqual(['5', '2']);
});

test('a client that asks for it is told where the stream ends', async () => {
  const name = newName();
  await appendRaw(suite.served, appendOptions(name), [{}, {}, {}]);
  const control = new Options.ControlOption().setCompatibility(1);
  const answers = await readRaw(
    suite.served,
    readOptions(name).setCount('2').setControlOption(control),
  );
  expect(answers).toHaveLength(3);
  expect(answers[2]!.getLastStreamPosition()).toBe('2');
});
