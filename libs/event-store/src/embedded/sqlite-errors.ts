import type { Position } from '@vivier/kernel';
import { DamagedRecord, StoreFull } from '../port.ts';

// Primary result codes of SQLite (sqlite.org/rescode.html); the upper bits of `errcode` refine them.
const ERROR = 1;
const CORRUPT = 11;
const FULL = 13;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const NOT_A_DATABASE = 26;
const SHORT_READ = 522;
/** The shared index of the write-ahead log could not grow, which is how a full disk can show as well. */
const INDEX_CANNOT_GROW = 4874;

interface SqliteError {
  readonly code?: string;
  readonly errcode?: number;
}

/** Whether a failed read says that the bytes are wrong, and not that the disk did not answer. */
export function saysDamage(error: unknown): boolean {
  if (error instanceof DamagedRecord) return true;
  const { code, errcode = 0 } = error as SqliteError;
  // A damaged integer may exceed what a number holds exactly.
  if (code === 'ERR_OUT_OF_RANGE') return true;
  return [CORRUPT, NOT_A_DATABASE, TOO_BIG].includes(errcode & 0xff) || errcode === SHORT_READ;
}

/** Whether opening failed because the file is not what it was: its own layout is not found in it. */
export function saysUnusable(error: unknown): boolean {
  const { errcode = 0 } = error as SqliteError;
  return saysDamage(error) || (errcode & 0xff) === ERROR;
}

/** The result of a read, whose damage is named by a position. */
export function guarded<T>(read: () => T, position: number): T {
  try {
    return read();
  } catch (error) {
    throw saysDamage(error) ? new DamagedRecord(position as Position) : error;
  }
}

/** The port's error for a failed write, or the error itself. */
export function writeError(error: unknown): unknown {
  const { errcode = 0 } = error as SqliteError;
  if ((errcode & 0xff) === FULL || errcode === INDEX_CANNOT_GROW) return new StoreFull();
  if (error instanceof DamagedRecord) return error;
  // Numbers and positions are counted on from what is there: one that is taken was not seen.
  const isTaken = (errcode & 0xff) === CONSTRAINT;
  return isTaken || saysDamage(error) ? new DamagedRecord(0 as Position) : error;
}
