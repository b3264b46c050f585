import { handSetClock } from './clock.ts';

test('A clock that is set by hand stands still until it is moved', () => {
  const clock = handSetClock('2026-03-02T09:00:00Z');
  expect(clock.now()).toBe(Date.parse('2026-03-02T09:00:00Z'));
  clock.advance(1500);
  expect(clock.now()).toBe(Date.parse('2026-03-02T09:00:01.500Z'));
  clock.set('2027-01-01T00:00:00Z');
  expect(clock.now()).toBe(Date.parse('2027-01-01T00:00:00Z'));
  clock.set(0);
  expect(clock.now()).toBe(0);
});

test('A clock is not set to what is no instant', () => {
  expect(() => handSetClock('tomorrow')).toThrow(RangeError);
  expect(() => handSetClock(0).set(Number.NaN)).toThrow(RangeError);
});
