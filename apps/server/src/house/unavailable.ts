import { StoreUnavailable } from '@vivier/event-store';
import { isDatabaseAway } from '@vivier/mongodb';

/** Whether an error says that a server that the data lies on does not answer: the same may be sent again. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof StoreUnavailable || isDatabaseAway(error);
