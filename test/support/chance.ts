import { randomInt } from 'node:crypto';

/** Chance that a seed repeats (mulberry32). */
export interface Chance {
  readonly seed: number;
  /** From 0 to below `end`. */
  below(end: number): number;
  one<T>(choices: readonly T[]): T;
  /** True once in so many times. */
  once(inSoMany: number): boolean;
  bytes(length: number): Buffer;
}

export const chanceOf = (seed: number): Chance => {
  let state = seed | 0;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
  return {
    seed,
    below,
    one: (choices) => choices[below(choices.length)]!,
    once: (inSoMany) => below(inSoMany) === 0,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
};

/** The seed of this run: `VIVIER_SEED`, to repeat one that printed it, or another one each time. */
export const seedOfRun = (): number => Number(process.env['VIVIER_SEED'] ?? randomInt(2 ** 31));
