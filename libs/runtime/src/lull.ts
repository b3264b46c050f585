import type { Progress } from './followers.ts';

/**
 * So long whoever follows the log lets events gather, in ms, once it has come to the log's end: the work
 * that each page costs is then done once for all of them. What comes after a quiet time is followed at
 * once.
 */
const LULL_MS = 10;

/**
 * Resolves after a lull, or as soon as somebody waits for one of these readers to come further: nobody
 * waits longer because events gather. At once where the signal aborts.
 */
export const lull = (readers: readonly Progress[], signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted || readers.some(({ isAwaited }) => isAwaited)) return resolve();
    const ends: (() => void)[] = [];
    const end = (): void => {
      for (const one of ends) one();
      resolve();
    };
    const timer = setTimeout(end, LULL_MS);
    ends.push(() => clearTimeout(timer));
    for (const reader of readers) ends.push(reader.onAwaited(end));
    signal.addEventListener('abort', end);
    ends.push(() => signal.removeEventListener('abort', end));
  });
