import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** As many bytes as an event of the suite has as JSON. */
const EVENT = Buffer.alloc(615, 'e');

/**
 * F: how many times a second one event can be appended to a plain file and forced to the disk. No store
 * that acknowledges durably and one by one can be faster.
 *
 * @param seconds how long to measure
 */
export const syncedAppends = (folder: string, seconds: number): number => {
  const file = join(folder, 'synced-appends');
  const handle = openSync(file, 'a');
  try {
    let appends = 0;
    const started = performance.now();
    const end = started + seconds * 1000;
    do {
      writeSync(handle, EVENT);
      fdatasyncSync(handle);
      appends += 1;
    } while (performance.now() < end);
    return appends / ((performance.now() - started) / 1000);
  } finally {
    closeSync(handle);
    rmSync(file);
  }
};
