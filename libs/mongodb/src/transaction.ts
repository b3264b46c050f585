import { setTimeout as sleep } from 'node:timers/promises';
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerSelectionError,
  type ClientSession,
  type MongoClient,
} from 'mongodb';
import { SAFE_TRANSACTION, type InSession } from './acknowledged.ts';

/** A replica set has chosen a new primary long before. */
const GIVE_UP_AFTER_MS = 30_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;
/** The server knows the transaction no more: it was aborted, or never arrived. */
const NO_SUCH_TRANSACTION = 251;

const isUnheard = (error: unknown): boolean => {
  // A bulk write wraps what befell its connection in an error of the server.
  const reason = error instanceof MongoBulkWriteError ? error.errorResponse : error;
  return reason instanceof MongoNetworkError || reason instanceof MongoServerSelectionError;
};

const passes = (error: unknown): boolean =>
  isUnheard(error) ||
  (error instanceof MongoError &&
    (error.hasErrorLabel('TransientTransactionError') || error.code === NO_SUCH_TRANSACTION));

const mayBeCommitted = (error: unknown): boolean =>
  error instanceof MongoError &&
  !error.hasErrorLabel('TransientTransactionError') &&
  (error.hasErrorLabel('UnknownTransactionCommitResult') || isUnheard(error));

/** Waits before something is tried again: shorter and longer, so that those who met do not meet again. */
export const pause = (attempt: number): Promise<void> =>
  sleep(Math.random() * Math.min(FIRST_PAUSE_MS * 1.5 ** attempt, LONGEST_PAUSE_MS));

const commit = async (session: ClientSession, until: number): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!mayBeCommitted(error) || performance.now() >= until) throw error;
      await pause(attempt);
    }
  }
};

/**
 * Does work in one transaction, acknowledged by the majority: all of it, or nothing when it throws.
 * While the primary is away or another transaction is in the way, it is tried again from the start. The
 * driver's own `withTransaction` leaves out errors of connections that it has given up already, which is
 * what those of a killed server are.
 *
 * The work may find itself done, where a commit was stored and its answer lost: it has to recognise that.
 * What the driver throws comes through once the time is over; the outcome is then unknown.
 *
 * @param giveUpAfter ms
 */
export const inTransaction = async <T>(
  client: MongoClient,
  work: InSession<T>,
  giveUpAfter: number = GIVE_UP_AFTER_MS,
): Promise<T> => {
  const until = performance.now() + giveUpAfter;
  for (let attempt = 1; ; attempt += 1) {
    // A session of its own for each try: the server may hold an unfinished transaction of the last one.
    const session = client.startSession();
    try {
      session.startTransaction(SAFE_TRANSACTION);
      const result = await work(session);
      await commit(session, until);
      return result;
    } catch (error) {
      if (!passes(error) || performance.now() >= until) throw error;
    } finally {
      await session.endSession();
    }
    await pause(attempt);
  }
};
