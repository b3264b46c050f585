import { expect, test } from '@jest/globals';
import { OncePerTurn } from './once-per-turn.ts';

test('what is asked for in one turn is done in one go, and each gets its own outcome', async () => {
  const batches: (readonly number[])[] = [];
  const turn = new OncePerTurn<number, number>((works) => {
    batches.push(works);
    return works.map((work) => work * 10);
  });
  const outcomes = await Promise.all([1, 2, 3].map((work) => turn.add(work)));
  expect(outcomes).toEqual([10, 20, 30]);
  expect(await turn.add(4)).toBe(40);
  expect(batches).toEqual([[1, 2, 3], [4]]);
});

test('a batch may end before the turn does, with all that was asked for until then', async () => {
  const batches: (readonly number[])[] = [];
  const turn = new OncePerTurn<number, number>((works) => {
    batches.push(works);
    return works;
  }, queueMicrotask);
  let isTurnOver = false;
  setImmediate(() => (isTurnOver = true));
  const answered = Promise.resolve().then(() => turn.add(2));
  await Promise.all([turn.add(1), answered]);
  expect(batches).toEqual([[1, 2]]);
  expect(isTurnOver).toBe(false);
});

test('all of a batch fail together, and the next one is tried again', async () => {
  let broken = true;
  const turn = new OncePerTurn<number, number>((works) => {
    if (broken) throw new Error('The disk is full.');
    return works;
  });
  const outcomes = await Promise.allSettled([turn.add(1), turn.add(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect(await turn.add(3)).toBe(3);
});

test('what waits can be done at once, and is not done again at the end of the turn', async () => {
  let count = 0;
  const turn = new OncePerTurn<string, string>((works) => {
    count += works.length;
    return works;
  });
  const waiting = turn.add('before closing');
  turn.flush();
  expect(count).toBe(1);
  expect(await waiting).toBe('before closing');
  expect(await turn.add('later')).toBe('later');
  expect(count).toBe(2);
});
