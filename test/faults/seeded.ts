import { randomInt } from 'node:crypto';

/** `npm run test:faults` runs the long forms. */
export const isLong = process.env['VIVIER_LONG'] === '1';

/** Told in the title of every test that it rules; `VIVIER_SEED` gives a run again. */
export const seed = Number(process.env['VIVIER_SEED'] ?? randomInt(2 ** 31));

/** Draws numbers from 0 to below a limit, the same ones for the same seed (mulberry32). */
export const drawing =
  (state: number): ((limit: number) => number) =>
  (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
