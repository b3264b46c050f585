import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@vivier/kernel';

/** A clock that runs ahead of another by what a demo was moved on. */
export interface MovableClock extends Clock {
  /** Moves the time on by `ms`, for good: it is remembered in the folder. */
  moveOn(ms: number): void;
}

/**
 * The clock of a folder: the machine's own, moved on by what the file `clock.json` says. Only the demo
 * ever has such a file (`vivier clock`).
 */
export const movableClock = (folder: string, machine: Clock): MovableClock => {
  const file = join(folder, 'clock.json');
  let ahead = 0;
  try {
    const { aheadMs } = JSON.parse(readFileSync(file, 'utf8')) as { readonly aheadMs: number };
    if (Number.isSafeInteger(aheadMs) && aheadMs > 0) ahead = aheadMs;
  } catch {
    // There is none: the machine's own time.
  }
  return {
    now: () => machine.now() + ahead,
    moveOn: (ms) => {
      ahead += ms;
      // Whole or not at all: time must not fall back because of a crash in between.
      writeFileSync(`${file}.new`, `${JSON.stringify({ aheadMs: ahead })}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
};
