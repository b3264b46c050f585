import type { ReadStreamOptions } from '@vivier/event-store';
import { streamName, type CommandId, type OrganisationId, type StreamName } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import { createExecute } from './execute.ts';
import { Folds } from './folds.ts';
import { load } from './log.ts';
import * as sample from './samples.fixtures.ts';

const { adding, codec, first, notebook, opening, organisationId, second } = sample;

/** A store that tells which records of which stream were asked for. */
class ToldStore extends MemoryEventStore {
  readonly asked: (number | undefined)[] = [];

  override readStream(
    organisation: OrganisationId,
    stream: StreamName,
    options?: ReadStreamOptions,
  ) {
    this.asked.push(options?.from);
    return super.readStream(organisation, stream, options);
  }
}

const start = (mostRoom?: number) => {
  const store = new ToldStore();
  const send = createExecute({
    aggregates: { notebook },
    permissions: sample.permissions,
    store,
    vault: new MemoryVault(),
    codec,
    clock: sample.clockAt(),
  });
  const folds = new Folds(store, codec, mostRoom);
  const whole = (key: string, of = organisationId) => ({
    organisationId: of,
    aggregate: notebook,
    stream: streamName(notebook.category, key),
  });
  const same = async (key: string, after?: number): Promise<void> => {
    const loaded = await load(store, codec, organisationId, notebook, key);
    store.asked.length = 0;
    const { fold, events } = await folds.read(whole(key), after);
    expect(fold).toMatchObject({
      state: loaded.state,
      revision: loaded.revision,
      position: loaded.events.at(-1)?.position,
    });
    for (const { commandId } of loaded.events) expect(fold.commands.has(commandId)).toBe(true);
    expect(fold.commands.has('never sent' as CommandId)).toBe(false);
    const wanted = loaded.events.filter(({ revision }) => revision > (after ?? Infinity));
    expect(JSON.stringify(events)).toBe(JSON.stringify(wanted));
  };
  const remembered = (key: string) => folds.remembered(whole(key));
  return { folds, remembered, same, send, store, whole };
};

test('A stream that was folded before is read on from there, and gives what a whole reading gives', async () => {
  const { same, send, store } = start();
  await send(opening());
  await same(first);
  expect(store.asked).toEqual([0]);
  await same(first);
  expect(store.asked).toEqual([1]);
  await send(adding('one'));
  await send(adding('two'));
  await same(first);
  expect(store.asked).toEqual([1]);
  await same(first);
  expect(store.asked).toEqual([3]);
});

test('The events after a revision come with it, whether or not the fold has them already', async () => {
  const { same, send, store } = start();
  await send(opening());
  await send(adding('one'));
  await same(first, 0);
  expect(store.asked).toEqual([0]);
  await send(adding('two'));
  for (const after of [-7, -1, 0, 1, 2, 3, 99]) {
    await same(first, after);
    expect(store.asked).toEqual([Math.max(0, Math.min(after + 1, 3))]);
  }
});

test('What is remembered is told without asking, up to what was appended since', async () => {
  const { folds, remembered, same, send, store, whole } = start();
  expect(remembered(first)).toBeUndefined();
  await send(opening());
  await same(first);
  await send(adding('one'));
  store.asked.length = 0;
  expect(remembered(first)).toMatchObject({ revision: 0, state: { notes: 0 } });
  const { events } = await load(store, codec, organisationId, notebook, first);
  store.asked.length = 0;
  folds.appended(whole(first), events.slice(1));
  folds.appended(whole(first), events.slice(1));
  expect(remembered(first)).toMatchObject({ revision: 1, position: 1, state: { notes: 1 } });
  expect(store.asked).toEqual([]);
  await same(first);
});

test('What was told of an aggregate stays as it was when the aggregate goes on', async () => {
  const { remembered, same, send } = start();
  await send(opening());
  await same(first);
  const before = remembered(first);
  await send(adding('one'));
  await same(first);
  expect(before).toMatchObject({ revision: 0, state: { notes: 0 } });
  expect(remembered(first)).toMatchObject({ revision: 1, state: { notes: 1 } });
});

test('The commands of a long stream are known as well as those of a short one', async () => {
  const { same, send } = start();
  await send(opening());
  for (let note = 0; note < 40; note += 1) {
    await send(adding(`note ${note}`));
    await same(first);
  }
});

test('What was appended to a stream that is not remembered, and does not begin it, is not taken for all of it', async () => {
  const { folds, remembered, send, store, whole } = start();
  await send(opening());
  await send(adding('one'));
  const { events } = await load(store, codec, organisationId, notebook, first);
  folds.appended(whole(first), events.slice(1));
  expect(remembered(first)).toBeUndefined();
  folds.appended(whole(first), events);
  expect(remembered(first)).toMatchObject({ revision: 1 });
});

test('What is absent, or another organisation’s, stays absent and is not kept', async () => {
  const { folds, remembered, same, send, store, whole } = start();
  const others = '0f9a0000-0000-4000-8000-0000000000ff' as OrganisationId;
  await same(first);
  expect(remembered(first)).toBeUndefined();
  await send(opening());
  await same(first);
  expect(store.asked).toEqual([0]);
  expect((await folds.read(whole(first, others))).fold.revision).toBe(-1);
  expect(folds.remembered(whole(first, others))).toBeUndefined();
  await same(first);
});

test('The streams used longest ago go first when there is no room for all', async () => {
  const { remembered, same, send } = start(24);
  await send(opening());
  await send(adding('one'));
  await send(opening(second));
  await same(first);
  await same(second);
  expect([remembered(first)?.revision, remembered(second)?.revision]).toEqual([1, 0]);
  remembered(first);
  await send(adding('two'));
  await send(adding('three'));
  await same(first);
  expect([remembered(first)?.revision, remembered(second)]).toEqual([3, undefined]);
  await same(second);
  expect([remembered(first), remembered(second)?.revision]).toEqual([undefined, 0]);
});

test('An aggregate that needs more room than there is for all is not kept', async () => {
  const { remembered, same, send } = start(11);
  await send(opening());
  await same(first);
  expect(remembered(first)?.revision).toBe(0);
  await send(adding('one'));
  await same(first);
  expect(remembered(first)).toBeUndefined();
});
