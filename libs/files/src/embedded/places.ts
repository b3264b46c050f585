import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { requireFileId } from '../file-id.ts';
import type { FileId } from '../port.ts';
import { FileRefused } from '../refusals.ts';
import type { ByteSink } from '../sealed-file.ts';

const BYTES_A_READ = 64 * 1024;

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

  /** The places of a folder as they are, for whoever only reads. */
  static at(folder: string): Places {
    return new Places(join(folder, 'files'));
  }

  /** @throws TypeError when the id is no UUID in lower case, so that no id leads to another folder. */
  of(fileId: FileId): string {
    requireFileId(fileId);
    return join(this.#folder, fileId.slice(0, 2), fileId);
  }

  incoming(attempt: string): string {
    return join(this.#folder, 'incoming', attempt);
  }

  /** A new incoming file, readable for the process's own user only. */
  async write(attempt: string): Promise<ByteSink> {
    const file = await open(this.incoming(attempt), 'wx', 0o600);
    const close = async () => {
      if (file.fd >= 0) await file.close();
    };
    return {
      write: async (bytes) => {
        for (let from = 0; from < bytes.length;)
          from += (await file.write(bytes, from)).bytesWritten;
      },
      finish: async () => {
        await file.sync();
        await close();
      },
      close,
    };
  }

  /** The bytes of a file at a place; fails with SealedFileDamaged when it is missing. */
  async *read(place: string): AsyncGenerator<Uint8Array> {
    const file = await open(place, 'r').catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'ENOENT' ? new FileRefused('SealedFileDamaged', { cause }) : cause;
    });
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(BYTES_A_READ), 0, BYTES_A_READ);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
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
