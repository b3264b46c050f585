import type { Asking } from '@vivier/server';

type Told = Parameters<NonNullable<Asking['tell']>>[0];

const number = new Intl.NumberFormat('en');

/** Says how far each projection is, whenever another twentieth of its events is done, and at the end. */
export const rebuildProgress = (say: (line: string) => void): ((told: Told) => void) => {
  const last = new Map<string, string>();
  return ({ projection, events, percent, perSecond }) => {
    const step = `${Math.floor(percent / 5)}`;
    if (last.get(projection) === step) return;
    last.set(projection, step);
    say(
      `${projection}: ${number.format(events)} events (${percent} %, ${number.format(perSecond)} a second)`,
    );
  };
};
