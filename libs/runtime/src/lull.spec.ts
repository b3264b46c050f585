import { jest } from '@jest/globals';
import { START, type Position } from '@vivier/kernel';
import { Progress } from './followers.ts';
import { lull } from './lull.ts';

const at = (position: number): Position => position as Position;

const begin = (reader: Progress, signal = new AbortController().signal) => {
  let over = false;
  const lasting = lull([new Progress(START), reader], signal).then(() => {
    over = true;
  });
  /** Whether it is over once all that waits for no clock has happened. */
  const isOver = async () => {
    await jest.advanceTimersByTimeAsync(0);
    return over;
  };
  return { isOver, lasting };
};

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('A lull lasts a hundredth of a second where nobody waits', async () => {
  const { isOver } = begin(new Progress(START));
  await jest.advanceTimersByTimeAsync(9);
  expect(await isOver()).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(await isOver()).toBe(true);
});

test('There is none while somebody waits for a position, and it ends when somebody begins to', async () => {
  const reader = new Progress(START);
  const { isOver } = begin(reader);
  expect(await isOver()).toBe(false);
  const waiting = reader.reached(at(3));
  expect(await isOver()).toBe(true);
  expect(await begin(reader).isOver()).toBe(true);

  // Who has what they waited for waits no more.
  reader.moveTo(at(3));
  expect(await waiting).toBe(true);
  expect(await begin(reader).isOver()).toBe(false);
});

test('Who gives up waiting, or is told of a halt, does not wait any more', async () => {
  const reader = new Progress(START);
  const time = new AbortController();
  const waiting = reader.reached(at(3), time.signal);
  time.abort();
  expect(await waiting).toBe(false);
  expect(reader.isAwaited).toBe(false);
  const other = reader.reached(at(3));
  reader.haltAt({ position: at(1), message: 'A bug.', remedy: 'Correct it.' });
  expect(await other).toBe(false);
  expect(reader.isAwaited).toBe(false);
});

test('It ends with its signal, and leaves no timer and nobody who watches behind', async () => {
  const stopping = new AbortController();
  const reader = new Progress(START);
  const { isOver } = begin(reader, stopping.signal);
  expect(jest.getTimerCount()).toBe(1);
  stopping.abort();
  expect(await isOver()).toBe(true);
  expect(jest.getTimerCount()).toBe(0);
  expect(await begin(reader, stopping.signal).isOver()).toBe(true);
});
