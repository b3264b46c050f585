import type { Position, Projection } from '@vivier/kernel';
import { MemoryReadStore } from '@vivier/testing';
import * as sample from './samples.fixtures.ts';
import { watchProjections } from './watched-projections.ts';

const notebooks = sample.notebooks as unknown as Projection;
const at = (position: number): Position => position as Position;

/** Another process's projector, as far as the read store shows it. */
const elsewhere = async (readStore: MemoryReadStore) => {
  let stands = at(-1);
  await readStore.declare({ name: 'notebooks_1', indexes: [] });
  return {
    moves: async (to: number) => {
      await readStore.apply({ projection: 'notebooks_1', from: stands, to: at(to), writes: [] });
      stands = at(to);
    },
    answers: () => readStore.switchTo('notebooks', 'notebooks_1'),
  };
};

/** A wait that ends when it is told to, or when its signal does. */
const handHeld = () => {
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  return {
    waits,
    wait: (ms: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        waits.push({ ms, end: resolve });
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => {
          resolve();
        });
      }),
  };
};

test('Whoever waits for a position is told when another process shows it', async () => {
  const readStore = new MemoryReadStore();
  const projector = await elsewhere(readStore);
  await projector.answers();
  const { wait, waits } = handHeld();
  const watched = await watchProjections({ readStore, projections: [notebooks], wait });
  const progress = watched.progress.get('notebooks_1')!;
  expect(waits).toHaveLength(1);

  // Nobody ends its long rest but the one who waits.
  const reached = progress.reached(at(4));
  await projector.moves(4);
  for (let seen = 1; progress.position < 4;) {
    await new Promise(setImmediate);
    if (waits.length > seen) waits[seen++]?.end();
  }
  expect(await reached).toBe(true);
  await watched.stop();
});

test('A projection is being built until it answers in the version of this program', async () => {
  const readStore = new MemoryReadStore();
  const projector = await elsewhere(readStore);
  const before = await watchProjections({ readStore, projections: [notebooks] });
  expect(before.building()).toEqual(['notebooks']);
  await before.stop();

  await projector.answers();
  await projector.moves(2);
  const answering = await watchProjections({ readStore, projections: [notebooks] });
  expect(answering.building()).toEqual([]);
  expect(answering.progress.get('notebooks_1')?.position).toBe(2);
  await answering.stop();

  const raised = { ...notebooks, version: 2 };
  const newer = await watchProjections({ readStore, projections: [raised] });
  expect(newer.building()).toEqual(['notebooks']);
  await newer.stop();
});

test('A read store that is away is asked again, and the failure is told', async () => {
  const readStore = new MemoryReadStore();
  const projector = await elsewhere(readStore);
  await projector.answers();
  let away = false;
  const shown = () => (away ? Promise.reject(new Error('away')) : readStore.shown());
  const { wait, waits } = handHeld();
  const failures: unknown[] = [];
  const watched = await watchProjections({
    readStore: { shown },
    projections: [notebooks],
    wait,
    onFailure: (error) => failures.push(error),
  });
  away = true;
  const progress = watched.progress.get('notebooks_1')!;
  const reached = progress.reached(at(1));
  while (failures.length === 0) {
    await new Promise(setImmediate);
    waits.at(-1)?.end();
  }
  away = false;
  await projector.moves(1);
  while (progress.position < 1) {
    await new Promise(setImmediate);
    waits.at(-1)?.end();
  }
  expect(await reached).toBe(true);
  await watched.stop();
});
