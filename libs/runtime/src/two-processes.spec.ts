import { isRejection, type EventId, type StreamName } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import type { CommandEnvelope } from './envelope.ts';
import { createExecute } from './execute.ts';
import * as sample from './samples.fixtures.ts';

const { adding, first, opening, organisationId, otto, sending } = sample;

/** A store that counts how often a stream is read. */
class ToldStore extends MemoryEventStore {
  reads = 0;

  override readStream(...asked: Parameters<MemoryEventStore['readStream']>) {
    this.reads += 1;
    return super.readStream(...asked);
  }
}

/** One that cannot tell a repetition from an append, as a server may not. */
class SilentStore extends ToldStore {
  override readonly tellsRepetitions = undefined as never;

  override async append(...append: Parameters<MemoryEventStore['append']>) {
    const { revision, position } = await super.append(...append);
    return { revision, position };
  }
}

/** Two processes on one store, each with its own memory of what it has folded. */
const start = async (store = new ToldStore()) => {
  const vault = new MemoryVault();
  const clock = sample.clockAt();
  const process = () =>
    createExecute({
      aggregates: { notebook: sample.notebook },
      permissions: sample.permissions,
      store,
      vault,
      codec: sample.codec,
      clock,
    });
  const [here, there] = [process(), process()];
  const done = async (execute: typeof here, envelope: CommandEnvelope) => {
    const outcome = await execute(envelope);
    if (isRejection(outcome)) throw new Error(`Refused: ${outcome.rejected}.`);
    return outcome;
  };
  await done(here, opening());
  return { store, here, there, done };
};

const closing = (seen: number, commandId = 'close') => ({
  ...sending('CloseNotebook', { notebookId: first }, commandId, otto),
  seen,
});

const blessing = (commandId: string) =>
  sending('BlessNotebook', { notebookId: first }, commandId, {
    kind: 'saga',
    id: 'blessing',
    role: 'system',
  });

test('Who decides on what it remembers reads nothing, and is right while nobody else writes', async () => {
  const { store, here, done } = await start();
  await done(here, adding('one'));
  store.reads = 0;
  expect(await done(here, adding('two'))).toMatchObject({ revision: 2, position: 2 });
  expect(await done(here, blessing('bless'))).toMatchObject({ events: [{ data: { notes: 2 } }] });
  expect(store.reads).toBe(0);
});

test('A decision on what is out of date loses, is taken again on what the other wrote, and is right', async () => {
  const { store, here, there, done } = await start();
  await done(there, adding('one'));
  await done(there, adding('two'));
  expect(await done(here, blessing('bless'))).toMatchObject({
    revision: 3,
    events: [{ data: { notes: 2 }, position: 3 }],
  });
  expect(store.records.map(({ type }) => type)).toEqual([
    'NotebookOpened.v1',
    'NoteAdded.v1',
    'NoteAdded.v1',
    'NotebookBlessed.v1',
  ]);
});

test('No refusal comes of what is out of date', async () => {
  const { store, here, there, done } = await start();
  await done(here, closing(0));
  expect(await here(adding('x'))).toMatchObject({ rejected: 'NotebookIsClosed' });
  // No command opens a notebook again: another process of a version that has one.
  const record = store.records[0];
  if (!record) throw new Error('The notebook was opened.');
  const { type, contentType, data, metadata } = record;
  const id = '00000000-0000-4000-8000-0000000000ff' as EventId;
  const stream = `notebook-${first}` as StreamName;
  const again = { id, type, contentType, data, metadata };
  await store.append(organisationId, stream, 1, [again]);
  expect(await done(here, adding('x'))).toMatchObject({ revision: 3 });
  expect(await done(there, adding('y'))).toMatchObject({ revision: 4 });
});

test('That nothing has to change is not said of what is out of date', async () => {
  const { here, there, done } = await start();
  await done(here, adding('one'));
  await done(here, blessing('first'));
  expect(await done(here, blessing('idle'))).toMatchObject({ events: [], position: 2 });
  await done(there, adding('two'));
  expect(await done(here, blessing('second'))).toMatchObject({ events: [{ data: { notes: 2 } }] });
  await done(there, adding('three'));
  await done(there, blessing('third'));
  expect(await done(here, blessing('late'))).toMatchObject({
    events: [],
    position: 6,
    revision: 6,
  });
});

test('A command that another process has executed gives its first outcome again', async () => {
  const { store, here, there, done } = await start();
  const before = await done(there, adding('one'));
  await done(there, adding('two'));
  const again = await done(here, adding('one'));
  expect(again).toMatchObject({ repeated: true, revision: 1, position: 1 });
  expect(again.events.map(({ id }) => id)).toEqual(before.events.map(({ id }) => id));
  const other = sending('AddNote', { notebookId: first, size: 9, text: 'otherwise' }, 'add-two');
  expect(await here(other)).toMatchObject({ rejected: 'CommandIdReused' });
  expect(store.records).toHaveLength(3);
});

test('A revision that only the other process has written counts as seen', async () => {
  const { here, there, done } = await start();
  await done(there, adding('one'));
  expect(await done(here, closing(1))).toMatchObject({ revision: 2 });
});

test('What changed in another process since it was seen is told', async () => {
  const { here, there, done } = await start();
  await done(there, adding('one'));
  await done(there, adding('two'));
  expect(await here(closing(0))).toMatchObject({
    rejected: 'ChangedSinceSeen',
    details: { revision: 2, changes: [{ revision: 1 }, { revision: 2 }] },
  });
  expect(await here(closing(1))).toMatchObject({ details: { changes: [{ revision: 2 }] } });
  expect(await here(closing(3))).toMatchObject({ rejected: 'InvalidInput' });
  expect(await done(here, closing(2))).toMatchObject({ revision: 3 });
});

test('On a store that tells no repetition nothing is decided without asking it', async () => {
  const { store, here, there, done } = await start(new SilentStore());
  await done(there, adding('one'));
  store.reads = 0;
  expect(await done(here, adding('one'))).toMatchObject({ repeated: true, revision: 1 });
  const other = sending('AddNote', { notebookId: first, size: 9, text: 'otherwise' }, 'add-one');
  expect(await here(other)).toMatchObject({ rejected: 'CommandIdReused' });
  expect(await done(here, adding('two'))).toMatchObject({ revision: 2 });
  // Each asked once, and the two that found themselves there read the first outcome besides.
  expect(store.reads).toBe(5);
});
