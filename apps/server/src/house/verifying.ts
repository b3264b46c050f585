import { join } from 'node:path';
import { verifyLog, type LogReport } from '@vivier/event-store';

/**
 * Looks at everything in the log of a folder. Only reads, with a connection of its own: a server that
 * runs on the folder goes on meanwhile, and its event loop is not held up by it.
 *
 * @param tell told how far it has come, in events
 * @throws UnusableLogFile where the folder holds no log, or one that is damaged as a whole
 */
export const verify = (
  folder: string,
  tell?: (done: number, of: number) => void,
): Promise<LogReport> => verifyLog(join(folder, 'log.sqlite'), tell);
