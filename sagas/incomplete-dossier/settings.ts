import { daysBetween, daysLater, later } from '@vivier/kernel';

/** Something that happened: when (ISO-8601 instant), and the event that says so. */
export interface Fact {
  readonly at: string;
  readonly eventId: string;
}

/** The later of two; the first one where they are of one instant, or there is no second. */
export const laterFact = (a: Fact, b: Fact | null): Fact =>
  b === null || Date.parse(a.at) >= Date.parse(b.at) ? a : b;

/** What an organisation says of incomplete dossiers, and since when. */
export interface Settings {
  readonly on: boolean;
  /** 0: never. */
  readonly deleteAfterDays: number;
  /** 0: no reminder. */
  readonly remindBeforeDays: number;
  /** An IANA zone: where days begin. */
  readonly zone: string;
  /** The last change of the days; null before the first. */
  readonly changed: Fact | null;
  /** The last time that the module was switched. */
  readonly switched: Fact | null;
  /** When the module was switched off and on again, the oldest first. */
  readonly pauses: readonly { readonly off: string; readonly on: string }[];
}

/** What holds where an organisation has said nothing: everything stays. */
export const nothingSaid: Settings = {
  on: true,
  deleteAfterDays: 0,
  remindBeforeDays: 0,
  zone: 'Europe/Paris',
  changed: null,
  switched: null,
  pauses: [],
};

/** Whole local days, none too few: nobody loses an hour by a pause. */
const daysOf = (from: string, to: string, zone: string): number => {
  const days = daysBetween(from, to, zone);
  return Date.parse(daysLater(from, days, zone)) < Date.parse(to) ? days + 1 : days;
};

/** For how many days clocks stood still since an instant. */
const pausedSince = ({ pauses, zone }: Settings, instant: string): number =>
  pauses
    .filter(({ on }) => Date.parse(on) > Date.parse(instant))
    .reduce((days, { off, on }) => days + daysOf(later(off, instant), on, zone), 0);

/**
 * Moves an instant by the time for which clocks stood still since another one: what was left when the
 * module was switched off is left when it is switched on again.
 */
export const paused = (settings: Settings, instant: string, since: string): string =>
  daysLater(instant, pausedSince(settings, since), settings.zone);
