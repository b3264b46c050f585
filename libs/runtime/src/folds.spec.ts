import type { ReadStreamOptions } from '@vivier/event-store';
import type { OrganisationId, StreamName } from '@vivier/kernel';
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

const start = (mostEvents?: number) => {
  const store = new ToldStore();
  const send = createExecute({
    aggregates: { notebook },
    permissions: sample.permissions,
    store,
    vault: new MemoryVault(),
    codec,
    clock: sample.clockAt(),
  });
  const folds = new Folds(store, codec, mostEvents);
  const same = async (key: string): Promise<void> => {
    const whole = await load(store, codec, organisationId, notebook, key);
    store.asked.length = 0;
    const kept = await folds.load(organisationId, notebook, key);
    expect(kept.state).toEqual(whole.state);
    expect(kept.revision).toBe(whole.revision);
    expect(kept.events).toEqual(whole.events);
  };
  return { folds, same, send, store };
};

test('A stream that was folded before is read on from there, and gives what a whole reading gives', async () => {
  const { same, send, store } = start();
  await send(opening());
  await same(first);
  expect(store.asked).toEqual([undefined]);
  await same(first);
  expect(store.asked).toEqual([1]);
  await send(adding('one'));
  await send(adding('two'));
  await same(first);
  expect(store.asked).toEqual([1]);
  await same(first);
  expect(store.asked).toEqual([3]);
});

test('What is absent, or another organisation’s, stays absent and is not kept', async () => {
  const { folds, same, send, store } = start();
  const others = '0f9a0000-0000-4000-8000-0000000000ff' as OrganisationId;
  await same(first);
  await send(opening());
  await same(first);
  expect(store.asked).toEqual([undefined]);
  expect((await folds.load(others, notebook, first)).revision).toBe(-1);
  await same(first);
});

test('The streams used longest ago go first when there are too many events', async () => {
  const { same, send, store } = start(3);
  await send(opening());
  await send(adding('one'));
  await send(opening(second));
  await same(first);
  await same(second);
  await same(first);
  expect(store.asked).toEqual([2]);
  await send(adding('two'));
  await same(first);
  await same(second);
  expect(store.asked).toEqual([undefined]);
});
