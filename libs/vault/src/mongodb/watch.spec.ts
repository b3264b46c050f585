import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { Epochs } from '../epoch-keys.ts';
import type { Fence } from '../fence.ts';
import { toFenceRow, type FenceRow, type Rows, type StateRow } from './collections.ts';
import { Watch } from './watch.ts';

// A database that can be cut off; no server is needed to see who looks when.
let state: StateRow | null;
let fences: FenceRow[];
let looks: number;
let isCut: boolean;
let elapsed: number;
let told: (Fence | 'lost')[];
let watch: Watch;

const rows = {
  state: {
    findOne: async () => {
      looks += 1;
      if (isCut) throw new Error('The database cannot be reached.');
      return state;
    },
  },
  fences: {
    find: ({ number }: { number: { $gt: number } }) => ({
      toArray: async () => fences.filter((fence) => fence.number > number.$gt),
    }),
  },
} as unknown as Rows;

const fenceOf = (personId: string): Fence => ({
  organisationId: 'acme' as OrganisationId,
  personId: personId as PersonId,
  scope: null,
  at: 0,
});
const fence = (personId: string) => {
  fences.push(toFenceRow(fenceOf(personId), fences.length + 1));
  state = { ...state!, fences: fences.length };
};
const epochKeys = {
  place: 'nowhere',
  make: async () => 'none',
  find: async () => undefined,
  destroy: async () => undefined,
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  [state, fences] = [{ _id: 'vault', current: 'e', retiring: null, fences: 0 }, []];
  [looks, isCut, elapsed, told] = [0, false, 0, []];
  watch = new Watch({
    rows,
    epochs: new Epochs(epochKeys),
    withinMs: 1000,
    elapsed: () => elapsed,
    seen: 0,
    fenced: (seen) => told.push(...seen),
    lost: () => told.push('lost'),
  });
});
afterEach(async () => {
  await watch.close();
  jest.useRealTimers();
});

/** What a process that nobody asks anything does meanwhile. */
const idle = async (ms: number) => {
  elapsed += ms;
  await jest.advanceTimersByTimeAsync(ms);
  // Waits for the look that is on its way.
  await watch.close();
};

test('whoever uses a key looks at the fences again after a second, and shares the look', async () => {
  await Promise.all(Array.from({ length: 100 }, () => watch.fresh()));
  expect(looks).toBe(1);
  fence('ada');
  elapsed = 999;
  await watch.fresh();
  expect([looks, told]).toEqual([1, []]);
  elapsed = 1000;
  await watch.fresh();
  expect([looks, told]).toEqual([2, [fenceOf('ada')]]);
  fence('grace');
  elapsed = 2000;
  await watch.fresh();
  expect(told).toEqual([fenceOf('ada'), fenceOf('grace')]);
});

test('an idle process looks too, so that no destroyed key stays in its memory', async () => {
  fence('ada');
  await idle(1000);
  expect(told).toEqual([fenceOf('ada')]);
});

test('while the fences cannot be read no key may be used, and an idle process drops all of them', async () => {
  await watch.fresh();
  isCut = true;
  elapsed = 999;
  await watch.fresh();
  elapsed = 1000;
  await expect(watch.fresh()).rejects.toThrow('cannot be reached');
  expect(told).toEqual([]);
  await idle(1000);
  expect(told).toEqual(['lost']);
  isCut = false;
  fence('ada');
  await watch.fresh();
  expect(told).toEqual(['lost', fenceOf('ada')]);
});

test('a database that was set back or exchanged is noticed, and all of its fences are read again', async () => {
  fence('ada');
  fence('grace');
  await watch.fresh();
  told = [];
  fences = [];
  fence('joan');
  elapsed = 1000;
  await watch.fresh();
  expect(told).toEqual(['lost', fenceOf('joan')]);
  state = null;
  elapsed = 2000;
  await watch.fresh();
  expect(told).toEqual(['lost', fenceOf('joan'), 'lost']);
});
