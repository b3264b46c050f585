import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { UploadRow } from '../keeping.ts';
import { Places } from './places.ts';
import { rowFrom, type KeptRow } from './records.ts';

/** One upload with the address that is good for it, while there is one. */
export interface UploadToMove extends UploadRow {
  readonly tokenHash: string | undefined;
}

/** What a document store of a folder holds to which nobody writes any more. Only reads. */
export class FilesToMove {
  readonly #database: DatabaseSync;
  readonly #places: Places;

  constructor({ folder, database }: { readonly folder: string; readonly database: string }) {
    this.#database = new DatabaseSync(database, { readOnly: true, timeout: 5_000 });
    this.#places = Places.at(folder);
  }

  *uploads(): Generator<UploadToMove> {
    for (const row of this.#database.prepare('SELECT * FROM upload').iterate())
      yield {
        ...rowFrom(row as unknown as KeptRow),
        tokenHash: (row['token_hash'] as string | null) ?? undefined,
      };
  }

  /** The sealed bytes of a complete upload; undefined where the file is missing. */
  async bytes({ uploadId }: UploadRow): Promise<Buffer | undefined> {
    const place = this.#places.of(uploadId);
    if (!existsSync(place)) return undefined;
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#places.read(place)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  close(): void {
    this.#database.close();
  }
}
