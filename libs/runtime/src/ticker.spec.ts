import { jest } from '@jest/globals';
import { handSetClock } from '@vivier/kernel';
import { startTicker, type Chore, type Dated } from './ticker.ts';

const MINUTE = 60_000;

const begin = () => {
  const told: string[] = [];
  const clock = handSetClock('2026-03-02T09:00:00.000Z');
  const start = clock.now();
  const minutes = () => (clock.now() - start) / MINUTE;
  const dated = (name: string, next: () => number | undefined = () => undefined): Dated => ({
    sendDue: async () => void told.push(`${name} at ${minutes()}`),
    nextDue: async () => next(),
  });
  const chore = (name: string, every: number): Chore => ({
    name,
    every: every * MINUTE,
    run: async (now) => void told.push(`${name} at ${(now - start) / MINUTE}`),
  });
  const failures: string[] = [];
  const onFailure = (what: string) => failures.push(what);
  const failing = async (): Promise<never> => {
    throw new Error('The disk is full.');
  };
  return { told, clock, start, dated, chore, failures, onFailure, failing };
};

test('A tick does what is due, then the housekeeping whose time has come', async () => {
  const { told, clock, dated, chore } = begin();
  const ticker = startTicker({
    clock,
    dated: [dated('agenda'), dated('outbox')],
    chores: [chore('sweep', 10)],
    automatic: false,
  });
  await ticker.tick();
  clock.advance(9 * MINUTE);
  await ticker.tick();
  clock.advance(MINUTE);
  await ticker.tick();
  await ticker.stop();
  expect(told).toEqual([
    'agenda at 0',
    'outbox at 0',
    'sweep at 0',
    'agenda at 9',
    'outbox at 9',
    'agenda at 10',
    'outbox at 10',
    'sweep at 10',
  ]);
});

test('A clock that is set back does not stop the housekeeping until it has caught up', async () => {
  const { told, clock, chore } = begin();
  const ticker = startTicker({ clock, dated: [], chores: [chore('sweep', 10)], automatic: false });
  await ticker.tick();
  clock.advance(-60 * MINUTE);
  await ticker.tick();
  await ticker.tick();
  await ticker.stop();
  expect(told).toEqual(['sweep at 0', 'sweep at -60']);
});

test('What fails is told, comes again in its turn, and keeps nothing else from its time', async () => {
  const { told, clock, dated, chore, failures, onFailure, failing } = begin();
  const ticker = startTicker({
    clock,
    dated: [{ sendDue: failing, nextDue: async () => undefined }, dated('outbox')],
    chores: [{ name: 'broken', every: MINUTE, run: failing }, chore('sweep', 1)],
    automatic: false,
    onFailure,
  });
  await ticker.tick();
  clock.advance(MINUTE);
  await ticker.tick();
  await ticker.stop();
  expect(told).toEqual(['outbox at 0', 'sweep at 0', 'outbox at 1', 'sweep at 1']);
  expect(failures).toEqual(['deadlines', 'broken', 'deadlines', 'broken']);
});

test('Two ticks at once are done one after the other, and none after it was stopped', async () => {
  const { told, clock } = begin();
  let running = 0;
  const slow: Dated = {
    sendDue: async () => {
      running += 1;
      await new Promise<void>((resolve) => setImmediate(() => resolve()));
      told.push(`${running} at once`);
      running -= 1;
    },
    nextDue: async () => undefined,
  };
  const ticker = startTicker({ clock, dated: [slow], chores: [], automatic: false });
  const both = [ticker.tick(), ticker.tick()];
  await Promise.all(both);
  await ticker.stop();
  await ticker.tick();
  expect(told).toEqual(['1 at once', '1 at once']);
});

describe('By itself', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('it wakes for the next deadline, and every second in case the clock was set', async () => {
    const { told, clock, start, dated } = begin();
    const due = start + 300;
    const ticker = startTicker({
      clock,
      dated: [dated('agenda', () => (clock.now() < due ? due : undefined)), dated('outbox')],
      chores: [],
      automatic: true,
    });
    await jest.advanceTimersByTimeAsync(299);
    expect(told).toEqual([]);
    clock.advance(300);
    await jest.advanceTimersByTimeAsync(1);
    expect(told).toEqual(['agenda at 0.005', 'outbox at 0.005']);
    await jest.advanceTimersByTimeAsync(999);
    expect(told).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(told).toHaveLength(4);
    await ticker.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(told).toHaveLength(4);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('what is overdue and fails does not keep the machine busy', async () => {
    const { clock, failures, onFailure, failing, start } = begin();
    const overdue: Dated = { sendDue: failing, nextDue: async () => start - 1 };
    const ticker = startTicker({
      clock,
      dated: [overdue],
      chores: [],
      automatic: true,
      onFailure,
    });
    await jest.advanceTimersByTimeAsync(10_000);
    await ticker.stop();
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.length).toBeLessThan(15);
  });
});
