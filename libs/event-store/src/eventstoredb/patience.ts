import { setTimeout as timer } from 'node:timers/promises';

/** Time and chance, as far as waiting for a server needs them; a test brings its own. */
export interface Waiting {
  /** ms since 1970. */
  readonly now: () => number;
  /** Resolves after so many ms, or when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1, without 1. */
  readonly random: () => number;
}

export const realWaiting: Waiting = {
  now: () => Date.now(),
  pause: (ms, signal) => timer(ms, undefined, { signal }).catch(() => {}),
  random: () => Math.random(),
};

const FIRST_MS = 50;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next try, in ms: it doubles with each failure up to 5 s, and chance takes
 * up to half of it away, so that many processes do not come back to a server in the same moment.
 */
export const backoff = (failures: number, random: () => number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (1 - random() / 2);
