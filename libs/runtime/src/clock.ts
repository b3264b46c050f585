import type { Clock } from '@vivier/kernel';

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };
