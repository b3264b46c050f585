import type { Db } from 'mongodb';
import type { Position } from '@vivier/kernel';

/** The outbox of a file, and the database that it is to stand in. */
export interface OutboxMove {
  /** The SQLite file of the embedded working state. */
  readonly file: string;
  /** A database that nobody else uses meanwhile. */
  readonly db: Db;
  /** Where the other log has the event that this one has at a position, or else the one before it. */
  readonly positionOf: (position: Position) => Position;
}

/** What a move dealt with. */
export interface MovedOutbox {
  readonly effects: number;
  /** Waiting and dead. */
  readonly tasks: number;
  /** What is not the same in both; a move only counts, a comparison looks. */
  readonly differing: number;
}

/**
 * Copies how far effects are and what they have still to do, the dead included. Sagas are left out: what
 * they plan follows from the log again. What is there already stays.
 */
export const moveOutbox = async (move: OutboxMove): Promise<MovedOutbox> =>
  (await import('./mongodb/moving.ts')).moveOutbox(move);

/** Whether every position and every task is the same in both. */
export const compareOutbox = async (move: OutboxMove): Promise<MovedOutbox> =>
  (await import('./mongodb/moving.ts')).compareOutbox(move);
