import { isRejection, START, type Position, type Projection } from '@vivier/kernel';
import { UnknownCollection, type ReadStore } from '@vivier/read-store';
import { MemoryEventStore, MemoryReadStore, MemoryVault } from '@vivier/testing';
import fc from 'fast-check';
import { documentsOf, nextCollection, ReadModelBuilding } from './collections.ts';
import { createExecute } from './execute.ts';
import type { CommandEnvelope } from './envelope.ts';
import { startProjector, type Projector } from './projector.ts';
import { rebuilder, type RebuildPorts, type RebuildStep } from './rebuild.ts';
import * as sample from './samples.fixtures.ts';

const { ada, adaId, adding, bob, bobId, first, opening, organisationId, otto, second, sending } =
  sample;
const notebooks = sample.notebooks as unknown as Projection;
const diaries: Projection = { ...notebooks, name: 'diaries' };

const closing = (notebookId: typeof first, seen: number): CommandEnvelope => ({
  ...sending('CloseNotebook', { notebookId }, `close-${notebookId}-${seen}`, otto),
  seen,
});

const parts = (pageSize = 2) => {
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
  const project = (projections: readonly Projection[] = [notebooks], stores = readStore) =>
    startProjector({ store, readStore: stores, codec: sample.codec, projections });
  const caughtUp = async (projector: Projector) => {
    const head = await store.head();
    for (const progress of projector.progress.values())
      expect(await progress.reached(head)).toBe(true);
  };
  const rebuilding = (
    projector: Projector,
    more: Partial<RebuildPorts> = {},
    projections: readonly Projection[] = [notebooks],
  ) => rebuilder({ store, readStore, codec: sample.codec, projections, projector, ...more });
  return { store, readStore, send, project, caughtUp, rebuilding };
};

/** Every document of a projection as it is stored, as one text. */
const contents = async (
  readStore: ReadStore,
  projection: Projection = notebooks,
): Promise<string> => {
  const all = await documentsOf(readStore, organisationId, projection).find({});
  return JSON.stringify([...all].sort((a, b) => (a._id < b._id ? -1 : 1)));
};

const never = new Promise<void>(() => undefined);

test('A rebuild gives the same documents byte for byte, in a new collection, and takes the old one away', async () => {
  const { caughtUp, project, readStore, rebuilding, send, store } = parts();
  await send(opening(), adding('one'), opening(second), adding('two', second));
  const projector = await project();
  await caughtUp(projector);
  const before = await contents(readStore);
  const steps: RebuildStep[] = [];
  const rebuilt = await rebuilding(projector).rebuild({ onStep: (step) => steps.push(step) });
  expect(rebuilt).toEqual([
    { projection: 'notebooks', collection: 'notebooks_1_2', stoodStill: false },
  ]);
  expect(await readStore.collections()).toEqual(['notebooks_1_2']);
  expect(await contents(readStore)).toBe(before);
  expect(before).toContain(first);
  expect(
    steps.map(({ projection, events, done, head }) => [projection, events, done, head]),
  ).toEqual([
    ['notebooks', 0, START, 3],
    ['notebooks', 2, 1, 3],
    ['notebooks', 4, 3, 3],
    ['notebooks', 4, 3, 3],
  ]);
  await send(adding('three'));
  await caughtUp(projector);
  expect(await contents(readStore)).not.toBe(before);
  expect(await readStore.position('notebooks_1_2')).toBe(await store.head());
  await projector.stop();
});

test('All projections are rebuilt from one reading, or only those that are named', async () => {
  const { caughtUp, project, readStore, rebuilding, send } = parts();
  const both = [notebooks, diaries];
  await send(opening(), adding('one'));
  const projector = await project(both);
  await caughtUp(projector);
  const { rebuild } = rebuilding(projector, {}, both);
  await rebuild({});
  expect(await readStore.collections()).toEqual(['notebooks_1_2', 'diaries_1_2']);
  await rebuild({ only: ['diaries'] });
  expect(await readStore.collections()).toEqual(['notebooks_1_2', 'diaries_1_3']);
  expect(await rebuild({ only: ['diaries', 'dairies'] })).toMatchObject({
    rejected: 'ProjectionUnknown',
    details: { projections: ['notebooks', 'diaries'] },
  });
  await projector.stop();
});

test('Questions are answered whole all the while, never with less than what was shown before', async () => {
  const { caughtUp, project, readStore, rebuilding, send, store } = parts(1);
  await send(opening(), adding('one'), adding('two'));
  const projector = await project();
  await caughtUp(projector);
  const progress = projector.progress.get('notebooks_1');
  let pages = 0;
  const seen: number[] = [];
  const look = async () => {
    const shown = progress?.position ?? START;
    const [document] = await documentsOf(readStore, organisationId, notebooks).find({});
    expect(document?.['_position']).toBeGreaterThanOrEqual(shown);
    seen.push((document?.['notes'] as unknown[]).length);
  };
  const rebuilt = await rebuilding(projector, {
    afterPage: async () => {
      pages += 1;
      await look();
      // The world goes on while it is built, and is not waited for.
      if (pages <= 3) await send(adding(`while ${pages}`));
      await look();
    },
  }).rebuild({});
  expect(isRejection(rebuilt)).toBe(false);
  await look();
  await caughtUp(projector);
  await look();
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(5);
  expect(progress?.position).toBe(await store.head());
  await projector.stop();
});

test('A question that meets the change-over is asked again; an unknown collection stays an error', async () => {
  const { caughtUp, project, readStore, send } = parts();
  await send(opening());
  const projector = await project();
  await caughtUp(projector);
  const asked: string[] = [];
  const late: ReadStore = Object.assign(Object.create(readStore) as MemoryReadStore, {
    current: (name: string) => readStore.current(name),
    collection: (_: unknown, name: string) => ({
      find: async () => {
        asked.push(name);
        if (asked.length > 1) return [];
        await readStore.declare({ name: 'notebooks_1_2', indexes: [] });
        await readStore.switchTo('notebooks', 'notebooks_1_2');
        throw new UnknownCollection(name);
      },
      findOne: async () => {
        throw new UnknownCollection(name);
      },
    }),
  });
  const documents = documentsOf(late, organisationId, notebooks);
  expect(await documents.find({})).toEqual([]);
  expect(asked).toEqual(['notebooks_1', 'notebooks_1_2']);
  await expect(documents.findOne({})).rejects.toThrow(UnknownCollection);
  await projector.stop();
});

test('What a killed rebuild leaves is removed at the next start, and another one runs as if it had not been', async () => {
  const { caughtUp, project, readStore, rebuilding, send, store } = parts();
  await send(opening(), adding('one'), adding('two'), adding('three'));
  const projector = await project();
  await caughtUp(projector);
  const before = await contents(readStore);
  // A process that is killed does nothing more: neither its rebuild nor its projector is stopped.
  const killed = new Promise<'killed'>((resolve) => {
    const afterPage = (): Promise<void> => {
      resolve('killed');
      return never;
    };
    rebuilding(projector, { afterPage }).rebuild({}).catch(resolve);
  });
  expect(await killed).toBe('killed');
  expect([...(await readStore.collections())].sort()).toEqual(['notebooks_1', 'notebooks_1_2']);
  expect(await readStore.position('notebooks_1_2')).toBe(1);
  expect(await readStore.current('notebooks')).toBe('notebooks_1');

  const next = await project();
  expect(await readStore.collections()).toEqual(['notebooks_1']);
  expect(await contents(readStore)).toBe(before);
  await rebuilding(next).rebuild({});
  expect(await contents(readStore)).toBe(before);
  expect(await readStore.position('notebooks_1_2')).toBe(await store.head());
  await next.stop();
});

test('One that is stopped, or whose asker leaves, changes nothing and leaves nothing', async () => {
  const { caughtUp, project, readStore, rebuilding, send } = parts();
  await send(opening(), adding('one'), adding('two'));
  const projector = await project();
  await caughtUp(projector);
  const gone = new AbortController();
  const left = rebuilding(projector, { afterPage: async () => gone.abort() });
  expect(await left.rebuild({ signal: gone.signal })).toMatchObject({ rejected: 'RebuildStopped' });
  expect(await readStore.collections()).toEqual(['notebooks_1']);

  let stopped: Promise<void> | undefined;
  const closed = rebuilding(projector, {
    afterPage: async () => {
      stopped ??= closed.stop();
    },
  });
  expect(await closed.rebuild({})).toMatchObject({ rejected: 'RebuildStopped' });
  await stopped;
  expect(await readStore.collections()).toEqual(['notebooks_1']);
  await projector.stop();
});

test('A second one meanwhile is refused, and welcome afterwards', async () => {
  const { project, rebuilding, send } = parts();
  await send(opening());
  const projector = await project();
  let meanwhile: unknown;
  const { rebuild } = rebuilding(projector, {
    afterPage: async () => {
      meanwhile ??= await rebuild({});
    },
  });
  expect(isRejection(await rebuild({}))).toBe(false);
  expect(meanwhile).toMatchObject({ rejected: 'RebuildRunning', retry: 'later' });
  expect(isRejection(await rebuild({}))).toBe(false);
  await projector.stop();
});

test('One that cannot go on says at which event and why, and the old documents go on answering', async () => {
  const { caughtUp, project, readStore, rebuilding, send } = parts();
  await send(opening(), adding('one'));
  const projector = await project();
  await caughtUp(projector);
  const before = await contents(readStore);
  const broken: Projection = {
    ...notebooks,
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
  const outcome = await rebuilding(projector, {}, [broken]).rebuild({});
  expect(outcome).toMatchObject({
    rejected: 'RebuildHalted',
    details: {
      halts: [
        {
          projection: 'notebooks_1',
          position: 1,
          message: 'The projection failed on this event.',
          remedy: expect.stringContaining('corrected') as string,
        },
      ],
    },
  });
  expect(JSON.stringify(outcome)).not.toContain('must not be told');
  expect(await readStore.collections()).toEqual(['notebooks_1']);
  expect(await contents(readStore)).toBe(before);
  await projector.stop();
});

test('A rebuild mends a projection whose documents were spoilt and which stood still', async () => {
  const { caughtUp, project, readStore, rebuilding, send, store } = parts();
  await send(opening());
  const projector = await project();
  await caughtUp(projector);
  await projector.stop();
  const whole = await contents(readStore);
  const position = await readStore.position('notebooks_1');
  await readStore.apply({
    projection: 'notebooks_1',
    from: position,
    to: position,
    writes: [{ organisationId, collection: 'notebooks_1', put: { _id: first, closed: false } }],
  });
  await send(adding('one'));
  const standing = await project();
  const progress = standing.progress.get('notebooks_1');
  expect(await progress?.reached(await store.head())).toBe(false);
  expect(await rebuilding(standing).rebuild({})).toEqual([
    { projection: 'notebooks', collection: 'notebooks_1_2', stoodStill: true },
  ]);
  await standing.stop();
  expect(await contents(readStore)).not.toBe(whole);
  const again = await project();
  await send(adding('two'));
  await caughtUp(again);
  expect(await contents(readStore)).toContain('"_position":2');
  await again.stop();
});

describe('A raised version', () => {
  const raised: Projection = { ...notebooks, version: 2, indexes: [{ ownerId: -1 }] };

  test('answers nothing until it has caught up with the log, then takes the place of the old one', async () => {
    const { caughtUp, project, readStore, send, store } = parts();
    await send(opening(), adding('one'), adding('two'));
    const old = await project();
    await caughtUp(old);
    await old.stop();
    const before = await contents(readStore);

    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const apply = readStore.apply.bind(readStore);
    readStore.apply = async (batch) => {
      await held;
      await apply(batch);
    };
    const projector = await project([raised]);
    expect(projector.building()).toEqual(['notebooks']);
    await expect(contents(readStore, raised)).rejects.toThrow(ReadModelBuilding);
    expect([...(await readStore.collections())].sort()).toEqual(['notebooks_1', 'notebooks_2']);
    expect(await contents(readStore)).toBe(before);
    letGo();
    expect(await projector.progress.get('notebooks_2')?.reached(await store.head())).toBe(true);
    // Whoever waited for the position is answered at once.
    expect(await contents(readStore, raised)).toBe(before);
    expect(projector.building()).toEqual([]);
    expect(await readStore.collections()).toEqual(['notebooks_2']);
    await projector.stop();
  });

  test('that was killed on its way is gone on with at the next start, not begun anew', async () => {
    const { caughtUp, project, readStore, send, store } = parts();
    await send(opening(), adding('one'), adding('two'), adding('three'));
    const old = await project();
    await caughtUp(old);
    await old.stop();
    let batches = 0;
    const apply = readStore.apply.bind(readStore);
    const reached = new Promise<void>((resolve) => {
      readStore.apply = async (batch) => {
        batches += 1;
        if (batches === 2) resolve();
        await (batches === 2 ? never : apply(batch));
      };
    });
    await project([raised]);
    await reached;
    expect(await readStore.position('notebooks_2')).toBe(1);

    const from: Position[] = [];
    readStore.apply = async (batch) => {
      from.push(batch.from);
      await apply(batch);
    };
    const projector = await project([raised]);
    expect(projector.building()).toEqual(['notebooks']);
    await caughtUp(projector);
    expect(from).toEqual([1]);
    expect(await readStore.collections()).toEqual(['notebooks_2']);
    expect(await readStore.position('notebooks_2')).toBe(await store.head());
    await projector.stop();
  });

  test('that is taken back finds the old documents as they were left, and nothing half-built', async () => {
    const { caughtUp, project, readStore, send } = parts();
    await send(opening(), adding('one'));
    const old = await project();
    await caughtUp(old);
    await old.stop();
    await readStore.declare({ name: 'notebooks_2', indexes: raised.indexes });
    const back = await project();
    expect(back.building()).toEqual([]);
    expect(await readStore.collections()).toEqual(['notebooks_1']);
    await back.stop();
  });

  test('can be rebuilt while it is still being built for the first time', async () => {
    const { caughtUp, project, readStore, rebuilding, send, store } = parts();
    await send(opening(), adding('one'));
    const projector = await project([raised]);
    await rebuilding(projector, {}, [raised]).rebuild({});
    await caughtUp(projector);
    expect(await readStore.collections()).toEqual(['notebooks_2_2']);
    expect(await readStore.position('notebooks_2_2')).toBe(await store.head());
    await projector.stop();
  });
});

test('A new projection on a log of its own past is built before it answers; on an empty log it answers at once', async () => {
  const { project, readStore, send } = parts();
  const empty = await project();
  expect(empty.building()).toEqual([]);
  expect(await contents(readStore)).toBe('[]');
  await send(opening());
  await empty.stop();
  const more = await project([notebooks, diaries]);
  expect(more.building()).toEqual(['diaries']);
  await more.stop();
});

test('Collections are named so that no name comes again, and none belongs to two projections', () => {
  const of = (name: string, version: number) => ({ name, version });
  expect(nextCollection(of('a', 1), [])).toBe('a_1');
  expect(nextCollection(of('a', 1), ['a_1'])).toBe('a_1_2');
  expect(nextCollection(of('a', 1), ['a_1_9', 'a_1_10', 'a_2', 'ab_1_30'])).toBe('a_1_11');
  expect(nextCollection(of('a', 2), ['a_1_9'])).toBe('a_2');
  expect(() => nextCollection(of('a_1', 2), [])).toThrow('no underscore in its name');
});

describe('However the log grew and was read', () => {
  /** One thing that happens, small enough that shrinking tells a story. */
  const thing = fc.oneof(
    { weight: 2, arbitrary: fc.constant('open' as const) },
    { weight: 5, arbitrary: fc.constant('note' as const) },
    { weight: 1, arbitrary: fc.constant('close' as const) },
    { weight: 2, arbitrary: fc.constant('restart' as const) },
    { weight: 2, arbitrary: fc.constant('rebuild' as const) },
  );
  const notebook = fc.integer({ min: 0, max: 3 });
  const idOf = (number: number) =>
    `00000000-0000-4000-8000-0000000001${String(number).padStart(2, '0')}` as typeof first;

  test('what was kept up with it is what is built from it, byte for byte', async () => {
    const history = fc.array(fc.tuple(thing, notebook), { minLength: 1, maxLength: 40 });
    const pageSize = fc.integer({ min: 1, max: 12 });
    const happened = new Set<string>();
    const property = fc.asyncProperty(history, pageSize, pageSize, async (things, one, other) => {
      const live = parts(one);
      let projector = await live.project();
      for (const [index, [what, number]] of things.entries()) {
        const id = idOf(number);
        const [owner, ownerId] = number % 2 === 0 ? [ada, adaId] : [bob, bobId];
        const revision = live.store.records.filter(({ stream }) => stream.endsWith(id)).length - 1;
        if (what === 'open') await live.send(opening(id, ownerId));
        else if (what === 'note') await live.send({ ...adding(`note ${index}`, id), by: owner });
        else if (what === 'close') await live.send(closing(id, Math.max(revision, 0)));
        else if (what === 'rebuild') await live.rebuilding(projector).rebuild({});
        else {
          await projector.stop();
          projector = await live.project();
        }
      }
      await live.caughtUp(projector);
      await projector.stop();

      const anew = parts(other);
      for (const { organisationId: of, stream, ...record } of live.store.records)
        await anew.store.append(of, stream, 'any', [record]);
      const builder = await anew.project();
      await anew.caughtUp(builder);
      await builder.stop();
      expect(await contents(live.readStore)).toBe(await contents(anew.readStore));
      for (const { type } of live.store.records) happened.add(type);
    });
    await fc.assert(property, { numRuns: 100 });
    expect([...happened].sort()).toEqual([
      'NoteAdded.v1',
      'NotebookClosed.v1',
      'NotebookOpened.v1',
    ]);
  });
});
