import { Temporal } from 'temporal-polyfill';
import { defineRejections, type Rejection } from '@vivier/kernel';
import type { House } from './house.ts';

export const clockRejections = defineRejections({
  NotADemo: {
    message: 'Only the time of a demo can be moved, and this folder holds real organisations.',
    remedy: 'Start another folder for the demo with VIVIER_DATA.',
  },
  PeriodInvalid: {
    message: 'This is not a period to move on by.',
    remedy: 'Use an ISO-8601 period such as P30D, P1M or PT6H, at most ten years.',
  },
});

const LONGEST_YEARS = 10;

/**
 * Moves the time of a demo on by an ISO-8601 period, from deadline to deadline, so that everything
 * happens at its own time and in its order, as if the days had passed.
 *
 * @returns the instant that it is now, ISO-8601
 */
export const moveClock = async (house: House, period: string): Promise<string | Rejection> => {
  const organisations = await house.identity.organisations();
  if (house.isShared || organisations.length === 0 || organisations.some(({ isDemo }) => !isDemo))
    return clockRejections.NotADemo();
  const { clock, sagas, effects, ticker } = house;
  const zone = organisations[0]?.zone ?? 'Europe/Paris';
  const start = Temporal.Instant.fromEpochMilliseconds(clock.now()).toZonedDateTimeISO(zone);
  let target: number;
  try {
    const end = start.add(Temporal.Duration.from(period.toUpperCase()));
    target = end.epochMilliseconds;
    const tooFar = Temporal.ZonedDateTime.compare(end, start.add({ years: LONGEST_YEARS })) > 0;
    if (target <= clock.now() || tooFar) throw new RangeError();
  } catch {
    return clockRejections.PeriodInvalid();
  }
  for (;;) {
    await house.settled();
    const dues = await Promise.all([sagas.nextDue(), effects.nextDue()]);
    const next = Math.min(...dues.filter((due) => due !== undefined), target);
    if (next > clock.now()) clock.moveOn(next - clock.now());
    await ticker.tick();
    await house.settled();
    if (next >= target) return new Date(clock.now()).toISOString();
  }
};
