import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileId } from '../port.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Where sealed files lie: `<folder>/files/<2 hex>/<file id>`, and `<folder>/files/incoming` for those
 * that are still on their way. Names on disk are ids, never names that a person gave.
 */
export class Places {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folders and empties `incoming`: what lies there belongs to a process that is gone. */
  static async open(folder: string): Promise<Places> {
    const files = join(folder, 'files');
    const incoming = join(files, 'incoming');
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    syncFolder(files);
    return new Places(files);
  }

  /** @throws TypeError when the id is no UUID in lower case, so that no id leads to another folder. */
  of(fileId: FileId): string {
    if (!uuid.test(fileId)) throw new TypeError('The id of a file must be a UUID in lower case.');
    return join(this.#folder, fileId.slice(0, 2), fileId);
  }

  incoming(attempt: string): string {
    return join(this.#folder, 'incoming', attempt);
  }

  /** Gives an incoming file its place, durably. */
  settle(attempt: string, fileId: FileId): void {
    const place = this.of(fileId);
    if (!existsSync(dirname(place))) {
      mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
      syncFolder(this.#folder);
    }
    renameSync(this.incoming(attempt), place);
    syncFolder(dirname(place));
  }

  /** Deletes a file from its place, durably. Idempotent. */
  delete(fileId: FileId): void {
    const place = this.of(fileId);
    if (!existsSync(place)) return;
    rmSync(place);
    syncFolder(dirname(place));
  }

  /** Deletes an incoming file, if it is still there. */
  async discard(attempt: string): Promise<void> {
    await rm(this.incoming(attempt), { force: true });
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
