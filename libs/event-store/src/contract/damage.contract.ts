import type { Position } from '@vivier/kernel';
import { DamagedRecord } from '../port.ts';

/** A fixed series, so that a failure can be repeated (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The position at which reading stopped; undefined when all could be read. */
export async function damageFound(read: () => Promise<unknown>): Promise<Position | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (error instanceof DamagedRecord) return error.position;
    throw error;
  }
}
