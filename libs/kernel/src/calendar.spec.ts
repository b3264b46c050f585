import {
  daysBetween,
  daysLater,
  isPeriod,
  later,
  midnightAfter,
  midnightAfterDay,
} from './calendar.ts';

const PARIS = 'Europe/Paris';

test('deadlines fall on local midnight, whatever the hour of the anchor and the season', () => {
  expect(midnightAfter('2026-03-02T09:00:00.000Z', 'P30D', PARIS)).toBe('2026-03-31T22:00:00.000Z');
  expect(midnightAfter('2026-03-02T23:30:00.000Z', 'P1D', PARIS)).toBe('2026-03-03T23:00:00.000Z');
});

test('months are added to the anchor and clamped to the last day of the month', () => {
  expect(midnightAfter('2024-01-31T12:00:00.000Z', 'P1M', PARIS)).toBe('2024-02-28T23:00:00.000Z');
  expect(midnightAfter('2024-01-31T12:00:00.000Z', 'P2M', PARIS)).toBe('2024-03-30T23:00:00.000Z');
});

test('a local day ends at its own midnight, however far its zone lies from Greenwich', () => {
  expect(midnightAfterDay('2026-06-30', PARIS)).toBe('2026-06-30T22:00:00.000Z');
  expect(midnightAfterDay('2026-06-30', 'Pacific/Kiritimati')).toBe('2026-06-30T10:00:00.000Z');
  expect(midnightAfterDay('2026-06-30', 'Pacific/Pago_Pago')).toBe('2026-07-01T11:00:00.000Z');
  expect(midnightAfterDay('2028-02-28', PARIS)).toBe('2028-02-28T23:00:00.000Z');
});

test('a period that no calendar holds is none', () => {
  const longest = ['P999Y', 'P9999M', 'P9999W', 'P99999D'];
  expect(longest.filter((text) => !isPeriod(text))).toEqual([]);
  for (const text of longest)
    expect(() => midnightAfter('2026-03-02T09:00:00.000Z', text, PARIS)).not.toThrow();
  expect(['P1000Y', 'P999999999Y', 'P10000M', 'P100000D'].filter(isPeriod)).toEqual([]);
});

test('days later is the same local time, though a day had 23 hours', () => {
  expect(daysLater('2026-03-28T09:00:00.000Z', 1, PARIS)).toBe('2026-03-29T08:00:00.000Z');
  expect(daysBetween('2026-03-28T22:30:00.000Z', '2026-03-29T22:30:00.000Z', PARIS)).toBe(2);
});

test('a period is at least a day and has no hours', () => {
  expect(['P30D', 'P2W', 'P3M', 'P1Y6M'].filter((text) => !isPeriod(text))).toEqual([]);
  expect(['', 'P', 'P0D', 'PT6H', '30', 'P1DT1H', '-P1D', 'p3m'].filter(isPeriod)).toEqual([]);
});

test('the later of two instants is told by their time', () => {
  expect(later('2026-03-02T10:00:00+02:00', '2026-03-02T09:00:00Z')).toBe('2026-03-02T09:00:00Z');
});
