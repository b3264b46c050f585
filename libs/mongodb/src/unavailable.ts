/** The driver's own names, so that whoever asks need not load it. */
const AWAY = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'MongoWaitQueueTimeoutError',
]);

/** What the driver and the server put on errors that another try may not meet. */
const PASSING = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
] as const;

interface Labelled {
  hasErrorLabel(label: string): boolean;
}

const isLabelled = (error: Error): error is Error & Labelled =>
  'hasErrorLabel' in error && typeof error.hasErrorLabel === 'function';

/** Whether an error says that the database does not answer at the moment, or was changing its primary. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof Error &&
  (AWAY.has(error.name) ||
    (isLabelled(error) && PASSING.some((label) => error.hasErrorLabel(label))));
