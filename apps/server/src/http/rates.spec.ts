import { Rates, ratesOf } from './rates.ts';

const rates = (perSecond: number, burst: number) => {
  const clock = { now: 0 };
  const taken = new Rates({ perSecond, burst }, () => clock.now);
  return { clock, taken, take: (who = 'a') => taken.take(who) };
};

test('A burst is taken in, then as many as the rate says, and it is told when the next one is', () => {
  const { clock, take } = rates(2, 4);
  expect([1, 2, 3, 4].map(() => take())).toEqual([0, 0, 0, 0]);
  expect(take()).toBe(1);
  clock.now += 499;
  expect(take()).toBe(1);
  clock.now += 1;
  expect(take()).toBe(0);
  expect(take()).toBe(1);
});

test('Whoever is refused loses nothing by asking, and nobody pays for another', () => {
  const { clock, take } = rates(0.1, 1);
  expect(take()).toBe(0);
  for (let n = 0; n < 100; n += 1) expect(take()).toBe(10);
  expect(take('b')).toBe(0);
  clock.now += 10_000;
  expect(take()).toBe(0);
});

test('A long silence gives no more than a burst', () => {
  const { clock, take } = rates(1, 3);
  take();
  clock.now += 3_600_000;
  expect([1, 2, 3, 4].map(() => take())).toEqual([0, 0, 0, 1]);
});

test('Those who were not seen for longest are forgotten, so that memory is bounded', () => {
  const { taken } = rates(0.001, 1);
  taken.take('first');
  for (let n = 0; n < 50_000; n += 1) taken.take(`x${n}`);
  expect(taken.size).toBe(50_000);
  expect(taken.take('first')).toBe(0);
  expect(taken.take('x49999')).toBeGreaterThan(0);
});

test('Zero is no limit', () => {
  const unlimited = new Rates(ratesOf(0), () => 0);
  for (let n = 0; n < 1_000; n += 1) expect(unlimited.take('a')).toBe(0);
  expect(unlimited.size).toBe(0);
});
