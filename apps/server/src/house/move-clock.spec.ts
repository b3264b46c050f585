import { isRejection } from '@vivier/kernel';
import type { House } from './house.ts';
import { moveClock } from './move-clock.ts';

const MINUTE = 60_000;

/** A house of nothing but deadlines; what is done at one may bring others. */
const houseOf = (
  deadlines: Readonly<Record<string, readonly string[]>>,
  {
    at = '2026-03-02T09:00:00.000Z',
    organisations = [{ isDemo: true, zone: 'Europe/Paris' }],
  }: { readonly at?: string; readonly organisations?: readonly object[] } = {},
) => {
  let now = Date.parse(at);
  const told: string[] = [];
  const due = new Map<number, readonly string[]>();
  const plan = (instant: string) => due.set(Date.parse(instant), deadlines[instant] ?? []);
  for (const instant of Object.keys(deadlines)) {
    const brought = Object.values(deadlines).some((later) => later.includes(instant));
    if (!brought) plan(instant);
  }
  /** What was done and is not followed yet. */
  let open: string[] = [];
  const settled = async () => {
    for (const instant of open) plan(instant);
    open = [];
  };
  const next = async () => (due.size === 0 ? undefined : Math.min(...due.keys()));
  const tick = async () => {
    for (const [instant, brings] of [...due].sort(([one], [other]) => one - other)) {
      if (instant > now) continue;
      due.delete(instant);
      open.push(...brings);
      told.push(`${new Date(instant).toISOString()} done at ${new Date(now).toISOString()}`);
    }
  };
  const clock = {
    now: () => now,
    moveOn: (ms: number) => {
      now += ms;
    },
  };
  const house = {
    clock,
    settled,
    identity: { organisations: async () => organisations },
    sagas: { nextDue: next },
    effects: { nextDue: async () => undefined },
    ticker: { tick },
  } as unknown as House;
  return { house, told, now: () => new Date(now).toISOString() };
};

const itself = (instant: string) => `${instant} done at ${instant}`;

test('All deadlines on the way are met, each at its own instant and in their order', async () => {
  const deadlines = [
    '2026-03-20T00:00:00.000Z',
    '2026-03-03T00:00:00.000Z',
    '2026-03-31T23:59:59.999Z',
    '2026-04-02T08:00:00.001Z',
  ];
  const { house, told } = houseOf(Object.fromEntries(deadlines.map((instant) => [instant, []])));
  expect(await moveClock(house, 'P1M')).toBe('2026-04-02T08:00:00.000Z');
  expect(told).toEqual(deadlines.slice(0, 3).sort().map(itself));
});

test('So is one that only comes about on the way, and one at the very end', async () => {
  const { house, told } = houseOf({
    '2026-03-10T00:00:00.000Z': ['2026-03-15T00:00:00.000Z'],
    '2026-03-15T00:00:00.000Z': ['2026-04-01T08:00:00.000Z'],
    '2026-03-12T00:00:00.000Z': [],
    '2026-04-01T08:00:00.000Z': [],
  });
  // Thirty days of local time: the clocks go forward in between.
  expect(await moveClock(house, 'P30D')).toBe('2026-04-01T08:00:00.000Z');
  expect(told).toEqual(
    [
      '2026-03-10T00:00:00.000Z',
      '2026-03-12T00:00:00.000Z',
      '2026-03-15T00:00:00.000Z',
      '2026-04-01T08:00:00.000Z',
    ].map(itself),
  );
});

test('What is overdue is done first', async () => {
  const { house, told } = houseOf({ '2026-03-01T00:00:00.000Z': [] });
  expect(await moveClock(house, 'PT1H')).toBe('2026-03-02T10:00:00.000Z');
  expect(told).toEqual(['2026-03-01T00:00:00.000Z done at 2026-03-02T09:00:00.000Z']);
});

test.each([
  ['PT15M', '2026-03-02T09:15:00.000Z'],
  ['p1d', '2026-03-03T09:00:00.000Z'],
  ['P1W', '2026-03-09T09:00:00.000Z'],
  ['P2M', '2026-05-02T08:00:00.000Z'],
  ['P10Y', '2036-03-02T09:00:00.000Z'],
])('%s moves on to %s', async (period, instant) => {
  const { house, now } = houseOf({});
  expect(await moveClock(house, period)).toBe(instant);
  expect(now()).toBe(instant);
});

test.each([
  '',
  'tomorrow',
  '30',
  'P',
  'P0D',
  'PT0S',
  '-P1D',
  'P-1D',
  'P10Y1D',
  'P1000000Y',
  '1 day',
])('The period “%s” is refused and moves nothing', async (period) => {
  const { house, now } = houseOf({});
  expect(await moveClock(house, period)).toMatchObject({ rejected: 'PeriodInvalid' });
  expect(now()).toBe('2026-03-02T09:00:00.000Z');
});

test.each([
  ['a real organisation', [{ isDemo: false }]],
  ['a real organisation beside the demo', [{ isDemo: true }, { isDemo: false }]],
  ['nothing', []],
])('In a folder that holds %s the time is left alone', async (_, organisations) => {
  const { house, told, now } = houseOf(
    { [new Date(Date.parse('2026-03-02T09:00:00.000Z') + MINUTE).toISOString()]: [] },
    { organisations },
  );
  const outcome = await moveClock(house, 'P1D');
  expect(isRejection(outcome) && outcome.rejected).toBe('NotADemo');
  expect([told, now()]).toEqual([[], '2026-03-02T09:00:00.000Z']);
});
