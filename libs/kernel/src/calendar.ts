import { Temporal } from 'temporal-polyfill';

/** A period in whole days or more: `P30D`, `P2W`, `P3M`, `P1Y6M`; short enough to end in the calendar. */
const PERIOD = /^P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/;

/** Whether a text is an ISO-8601 period of at least a day, in whole days, weeks, months or years. */
export const isPeriod = (text: string): boolean =>
  PERIOD.test(text) && !Temporal.Duration.from(text).blank;

const local = (instant: string, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone);

/** Instants are written as events write theirs: with milliseconds, in UTC. */
const written = (time: Temporal.ZonedDateTime): string =>
  new Date(time.epochMilliseconds).toISOString();

/**
 * The start of the local day that lies a period after an instant's own: deadlines fall on local midnight.
 * Months are added to the day of the instant and clamped to the month's last day.
 *
 * @param instant ISO-8601
 * @param period ISO-8601, see {@link isPeriod}
 * @param zone an IANA zone
 * @returns an ISO-8601 instant
 */
export const midnightAfter = (instant: string, period: string, zone: string): string =>
  written(local(instant, zone).toPlainDate().add(period).toZonedDateTime(zone));

/**
 * The end of a local day.
 *
 * @param day ISO-8601, such as `2026-03-02`
 * @returns the ISO-8601 instant at which the next one begins
 */
export const midnightAfterDay = (day: string, zone: string): string =>
  written(Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(zone));

/** The same local time a number of days later; see {@link midnightAfter} for the rest. */
export const daysLater = (instant: string, days: number, zone: string): string =>
  written(local(instant, zone).add({ days }));

/** How many local days lie between two instants' own: 0 on the same day. */
export const daysBetween = (from: string, to: string, zone: string): number =>
  local(from, zone).toPlainDate().until(local(to, zone).toPlainDate(), { largestUnit: 'day' }).days;

/** The later of two ISO-8601 instants. */
export const later = (a: string, b: string): string => (Date.parse(a) >= Date.parse(b) ? a : b);
