import { defineEvents, type Position, type Projection, type StreamName } from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { MemoryEventStore, MemoryReadStore, MemoryVault } from '@vivier/testing';
import type { CommandEnvelope } from './envelope.ts';
import { createExecute } from './execute.ts';
import type { Halt, Wait } from './followers.ts';
import { LeaseLost, underLease } from '@vivier/read-store';
import { startProjector } from './projector.ts';
import * as sample from './samples.fixtures.ts';

const { adaId, adding, bobId, first, opening, organisationId, otto, second, sending } = sample;
const notebooks = sample.notebooks as unknown as Projection;

const closing = (notebookId = first): CommandEnvelope => ({
  ...sending('CloseNotebook', { notebookId }, `close-${notebookId}`, otto),
  seen: 0,
});

const start = (pageSize = 1000) => {
  const store = new MemoryEventStore({ pageSize });
  const readStore = new MemoryReadStore();
  const execute = createExecute({
    aggregates: { notebook: sample.notebook },
    permissions: sample.permissions,
    store,
    vault: new MemoryVault(),
    codec: sample.codec,
    clock: sample.clockAt(),
  });
  const send = async (...envelopes: readonly CommandEnvelope[]) => {
    for (const envelope of envelopes) await execute(envelope);
  };
  const halts: (readonly [string, Halt])[] = [];
  const project = (
    more: {
      projections?: readonly Projection[];
      codec?: EventCodec;
      wait?: Wait;
      everyPosition?: boolean;
    } = {},
  ) =>
    startProjector({
      store,
      readStore,
      codec: sample.codec,
      projections: [notebooks],
      onHalt: (name, halt) => halts.push([name, halt]),
      ...more,
    });
  /** Runs until all of the log is in the documents, then stops. */
  const catchUp = async (more?: Parameters<typeof project>[0]): Promise<void> => {
    const projector = await project(more);
    const head = await store.head();
    for (const progress of projector.progress.values())
      expect(await progress.reached(head)).toBe(true);
    await projector.stop();
  };
  const documents = () =>
    readStore.collection(organisationId, 'notebooks_1').find({ ownerId: adaId });
  return { store, readStore, send, project, catchUp, documents, halts };
};

/** Puts an event into the log that nobody declared. */
const appendUnknown = (store: MemoryEventStore) =>
  store.append(organisationId, 'mystery-1' as StreamName, 'none', [
    {
      id: '00000000-0000-4000-8000-0000000000ff' as never,
      type: 'MysteryHappened.v1',
      contentType: 'application/json',
      data: new TextEncoder().encode('{}'),
      metadata: new TextEncoder().encode(JSON.stringify({ organisationId })),
    },
  ]);

test('Documents follow the log, sealed, with the position of what was last applied', async () => {
  const { catchUp, documents, send } = start();
  await send(opening(), adding('Dear diary'));
  await catchUp();
  const [document] = await documents();
  expect(document).toMatchObject({ _id: first, notes: [{ _sealed: [0, 'text'] }], _position: 1 });
  expect(JSON.stringify(document)).not.toContain('Dear diary');
});

test('What comes while it runs is applied as well', async () => {
  const { documents, project, send, store } = start();
  const projector = await project();
  await send(opening());
  const progress = projector.progress.get('notebooks_1');
  expect(await progress?.reached(await store.head())).toBe(true);
  await send(adding('one'));
  expect(await progress?.reached(await store.head())).toBe(true);
  await projector.stop();
  expect(await documents()).toMatchObject([{ _position: 1 }]);
});

test('Events that come again change nothing', async () => {
  const { catchUp, readStore, send } = start();
  await send(opening(), adding('one'), adding('two'), closing());
  await catchUp();
  const before = readStore.contents();
  readStore.rewind('notebooks_1');
  await catchUp();
  expect(readStore.contents()).toBe(before);
});

test('A lookup finds documents that the same page has made, and those stored before', async () => {
  const contents: string[] = [];
  for (const pageSize of [1, 2, 1000]) {
    const { catchUp, documents, readStore, send } = start(pageSize);
    const bobs = '00000000-0000-4000-8000-000000000003' as typeof first;
    await send(opening(), opening(second), opening(bobs, bobId), closing());
    await catchUp();
    expect((await documents()).map(({ closed }) => closed)).toEqual([true, true]);
    expect(readStore.contents()).toContain('"closed\\":false');
    contents.push(readStore.contents());
  }
  expect(new Set(contents).size).toBe(1);
});

test('It goes on where it stopped', async () => {
  const { catchUp, readStore, send } = start();
  await send(opening());
  await catchUp();
  expect(await readStore.position('notebooks_1')).toBe(0);
  await send(adding('one'), adding('two'));
  await catchUp();
  expect(await readStore.position('notebooks_1')).toBe(2);
});

test('What changes no document is not written down by itself, but with what changes one', async () => {
  const { documents, project, readStore, send, store } = start();
  const blessing = sending('BlessNotebook', { notebookId: first }, 'bless', {
    kind: 'saga',
    id: 'blessing',
    role: 'system',
  });
  const projector = await project();
  const progress = projector.progress.get('notebooks_1');
  await send(opening(), adding('one'));
  expect(await progress?.reached(1 as Position)).toBe(true);
  await send(blessing);
  expect(await progress?.reached(2 as Position)).toBe(true);
  expect(await readStore.position('notebooks_1')).toBe(1);
  await projector.stop();

  // It is read again, and changes nothing again.
  const again = await project();
  expect(again.progress.get('notebooks_1')?.position).toBe(1);
  expect(await again.progress.get('notebooks_1')?.reached(2 as Position)).toBe(true);
  expect(await documents()).toMatchObject([{ _position: 1 }]);
  await send(adding('two'));
  expect(await again.progress.get('notebooks_1')?.reached(await store.head())).toBe(true);
  expect(await readStore.position('notebooks_1')).toBe(3);
  await again.stop();
});

test('It goes on where another process that ran it has come meanwhile', async () => {
  const { catchUp, documents, project, readStore, send } = start();
  await send(opening());
  const apply = readStore.apply.bind(readStore);
  let others = 0;
  readStore.apply = async (batch) => {
    others += 1;
    // Just before, somebody else writes the very same.
    if (others === 2) await apply(batch);
    return apply(batch);
  };
  const projector = await project({ wait: async () => undefined });
  expect(await projector.progress.get('notebooks_1')?.reached(0 as Position)).toBe(true);
  await send(adding('one'));
  expect(await projector.progress.get('notebooks_1')?.reached(1 as Position)).toBe(true);
  await send(adding('two'));
  expect(await projector.progress.get('notebooks_1')?.reached(2 as Position)).toBe(true);
  await projector.stop();
  expect(await documents()).toMatchObject([{ notes: [{}, {}], _position: 2 }]);
  await catchUp();
});

test('At an unknown event it halts where all can see it, having applied all before and none after', async () => {
  const { catchUp, documents, halts, project, readStore, send, store } = start();
  await send(opening(), adding('one'));
  await appendUnknown(store);
  await send(adding('two'));
  const projector = await project();
  const progress = projector.progress.get('notebooks_1');
  expect(await progress?.reached(3 as Position)).toBe(false);
  await projector.stop();
  const halt = {
    position: 2,
    message:
      'The log holds MysteryHappened.v1, which this program does not know: start a newer one.',
    remedy:
      'Start the version of the program that wrote it, or a newer one: reading goes on at this event.',
  };
  expect(progress?.halt).toEqual(halt);
  expect(halts).toEqual([['notebooks_1', halt]]);
  expect(await documents()).toMatchObject([{ _position: 1 }]);
  expect(await readStore.position('notebooks_1')).toBe(1);

  const newer = defineEvents({ MysteryHappened: {} });
  await catchUp({ codec: new EventCodec([sample.notebookEvents, newer]) });
  expect(await documents()).toMatchObject([{ _position: 3 }]);
});

test('A projection that fails stands still alone, at the event on which it failed', async () => {
  const { documents, halts, project, readStore, send, store } = start();
  await send(opening(), adding('one'), adding('two'));
  const broken: Projection = {
    ...notebooks,
    name: 'broken',
    on: {
      ...notebooks.on,
      NoteAdded: {
        keys: ({ key }) => [key],
        evolve: () => {
          throw new Error('a value that must not be told');
        },
      },
    },
  };
  const projector = await project({ projections: [broken, notebooks] });
  expect(await projector.progress.get('notebooks_1')?.reached(await store.head())).toBe(true);
  expect(await projector.progress.get('broken_1')?.reached(await store.head())).toBe(false);
  await projector.stop();
  expect(halts).toEqual([
    [
      'broken_1',
      {
        position: 1,
        message: 'The projection failed on this event.',
        remedy:
          'Start a version in which this is corrected: reading goes on at this event; nothing was lost.',
      },
    ],
  ]);
  expect(await readStore.position('broken_1')).toBe(-1);
  expect(await documents()).toMatchObject([{ _position: 2 }]);
});

test('What fails for a while is tried again, after longer and longer waits', async () => {
  const { documents, halts, readStore, catchUp, send } = start();
  await send(opening(), adding('one'));
  const apply = readStore.apply.bind(readStore);
  let failures = 8;
  readStore.apply = async (batch) => {
    failures -= 1;
    if (failures >= 0) throw new Error('The disk is full.');
    return apply(batch);
  };
  const waits: number[] = [];
  await catchUp({ wait: async (ms) => void waits.push(ms) });
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000]);
  expect(halts).toEqual([]);
  expect(await documents()).toMatchObject([{ _position: 1 }]);
});

test('Who waits for a position is told no when its time is over', async () => {
  const { project } = start();
  const projector = await project();
  const progress = projector.progress.get('notebooks_1');
  const time = new AbortController();
  const waiting = progress?.reached(9 as Position, time.signal);
  time.abort();
  expect(await waiting).toBe(false);
  expect(await progress?.reached(9 as Position, time.signal)).toBe(false);
  await projector.stop();
});

test('A projector whose lease somebody else has taken writes nothing more, and tells of it', async () => {
  const { store, readStore, send } = start();
  const lease = { name: 'projector', number: 1 };
  let isLost = false;
  const fenced = {
    ...underLease(readStore, lease),
    apply: async (...batch: Parameters<MemoryReadStore['apply']>) => {
      if (isLost) throw new LeaseLost(lease);
      await readStore.apply(...batch);
    },
  };
  let tell = (): void => undefined;
  const lost = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const waits: number[] = [];
  const projector = await startProjector({
    store,
    readStore: fenced,
    codec: sample.codec,
    projections: [notebooks],
    onLeaseLost: () => {
      tell();
    },
    wait: async (ms) => {
      waits.push(ms);
    },
  });
  await send(opening());
  const progress = projector.progress.get('notebooks_1')!;
  expect(await progress.reached(0 as Position)).toBe(true);
  isLost = true;
  await send(adding('late'));
  await lost;
  expect(progress.position).toBe(0);
  expect(progress.halt).toBeUndefined();
  expect(waits).toEqual([]);
  await projector.stop();
});

test('Where other processes look, each position is written, also without a change', async () => {
  const { readStore, send, project } = start();
  await send(opening());
  const nothing = { ...notebooks, on: {} } as unknown as Projection;
  const positionBy = async (more: { everyPosition?: boolean }) => {
    const projector = await project({ projections: [nothing], ...more });
    await projector.progress.get('notebooks_1')?.reached(0 as Position);
    await projector.stop();
    return readStore.position('notebooks_1');
  };
  expect(await positionBy({})).toBe(-1);
  expect(await positionBy({ everyPosition: true })).toBe(0);
});
