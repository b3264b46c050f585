import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Milliseconds by the one clock that all threads and processes of a machine share. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Clients of whom each does one thing at a time, at beats that do not wait for them. */
export interface Beating {
  /** Beats a second, of all clients together. */
  readonly perSecond: number;
  readonly clients: number;
  /** What is done at one beat; `since` is its instant ({@link sharedNow}). */
  readonly work: (since: number) => Promise<void>;
}

/**
 * Lets work arrive from a thread of its own, so that a busy event loop delays answers and never the
 * questions: whoever comes while all clients are busy waits, and their waiting counts.
 *
 * @param during no beat comes once this has resolved; rejects with the first failure of it or of the work
 */
export const atBeats = async <T>(
  { perSecond, clients, work }: Beating,
  during: () => Promise<T>,
): Promise<T> => {
  const metronome = new Worker(new URL('./metronome.worker.mjs', import.meta.url), {
    workerData: { period: 1000 / perSecond },
    execArgv: [],
  });
  const waiting: number[] = [];
  const busy = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begin = (): void => {
    if (busy.size >= clients) return;
    const since = waiting.shift();
    if (since === undefined) return;
    const one = work(since)
      .catch((failure: unknown) => void failures.push(failure))
      .then(() => {
        busy.delete(one);
        begin();
      });
    busy.add(one);
  };
  metronome.on('message', (since: number) => {
    waiting.push(since);
    begin();
  });
  metronome.once('error', (failure) => failures.push(failure));
  await once(metronome, 'message');
  let result: T;
  try {
    result = await during();
  } finally {
    await metronome.terminate();
    while (busy.size > 0) await Promise.all(busy);
  }
  if (failures.length > 0) throw failures[0];
  return result;
};
