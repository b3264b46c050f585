import { drawing } from './seeded.ts';

/** Ways to draw, the same ones for the same seed. */
export interface Chance {
  /** From 0 to below `end`. */
  below(end: number): number;
  one<T>(choices: readonly T[]): T;
  /** True once in so many times. */
  once(inSoMany: number): boolean;
  bytes(length: number): Buffer;
}

export const chanceOf = (seed: number): Chance => {
  const below = drawing(seed);
  return {
    below,
    one: (choices) => choices[below(choices.length)]!,
    once: (inSoMany) => below(inSoMany) === 0,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
};
