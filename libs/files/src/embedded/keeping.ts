import { randomUUID } from 'node:crypto';
import type { Attempt, Keeping, UploadRow } from '../keeping.ts';
import type { AccountId, FileId, FileOwner, Uploaded } from '../port.ts';
import type { ByteSink } from '../sealed-file.ts';
import type { Places } from './places.ts';
import type { Records } from './records.ts';

/** Rows in a database and bytes in a folder, both of this process alone. */
export class EmbeddedKeeping implements Keeping {
  readonly #records: Records;
  readonly #places: Places;

  constructor(records: Records, places: Places) {
    this.#records = records;
    this.#places = places;
  }

  async address(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
    tokenHash: string,
    expiresAt: number,
  ): Promise<UploadRow> {
    const records = this.#records;
    return records.inOne(() => {
      const row = records.upload(request.uploadId);
      const isTheirs =
        row?.organisationId === request.organisationId &&
        row.personId === request.personId &&
        row.accountId === request.accountId;
      if (row && (row.uploaded || !isTheirs)) return row;
      return records.address(request, tokenHash, expiresAt);
    });
  }

  async upload(uploadId: FileId): Promise<UploadRow | undefined> {
    return this.#records.upload(uploadId);
  }

  async take(tokenHash: string, now: number): Promise<Attempt | undefined> {
    const id = randomUUID();
    const row = this.#records.take(tokenHash, id, now);
    return row && { id, row };
  }

  async holds({ id, row }: Attempt): Promise<boolean> {
    return this.#records.holds(row.uploadId, id);
  }

  incoming({ id }: Attempt): Promise<ByteSink> {
    return this.#places.write(id);
  }

  readIncoming({ id }: Attempt): AsyncIterable<Uint8Array> {
    return this.#places.read(this.#places.incoming(id));
  }

  async complete({ id }: Attempt, facts: Uploaded): Promise<boolean> {
    return this.#records.inOne(() => {
      if (!this.#records.complete(facts, id)) return false;
      this.#places.settle(id, facts.uploadId);
      return true;
    });
  }

  async giveUp({ id, row }: Attempt, isUsedUp: boolean): Promise<void> {
    if (isUsedUp) this.#records.useUp(row.uploadId, id);
    else this.#records.giveBack(row.uploadId, id);
    await this.#places.discard(id);
  }

  async name({ organisationId, uploadId }: UploadRow): Promise<void> {
    this.#records.name(organisationId, uploadId);
  }

  async addDownload(tokenHash: string, row: UploadRow, expiresAt: number): Promise<void> {
    this.#records.addDownload(tokenHash, row.uploadId, expiresAt);
  }

  async downloadable(tokenHash: string, now: number): Promise<UploadRow | undefined> {
    return this.#records.downloadable(tokenHash, now);
  }

  async endDownload(tokenHash: string): Promise<void> {
    this.#records.endDownload(tokenHash);
  }

  read({ uploadId }: UploadRow): AsyncIterable<Uint8Array> {
    return this.#places.read(this.#places.of(uploadId));
  }

  /** What a process that is gone left of transfers is taken away at the start. */
  async tidy(now: number): Promise<void> {
    this.#records.endDownloads(now);
  }

  async unnamed(now: number): Promise<readonly FileId[]> {
    return this.#records.unnamed(now).map(({ uploadId }) => uploadId);
  }

  async removeAsRead(row: UploadRow): Promise<boolean> {
    return this.#records.inOne(() => {
      const found = this.#records.upload(row.uploadId);
      const isAsRead =
        found?.expiresAt === row.expiresAt &&
        found.begunAt === row.begunAt &&
        found.uploaded?.completedAt === row.uploaded?.completedAt &&
        found.named === row.named;
      if (isAsRead) this.#delete(found);
      return isAsRead;
    });
  }

  async remove({
    organisationId,
    uploadId,
  }: Pick<UploadRow, 'organisationId' | 'uploadId'>): Promise<void> {
    this.#records.inOne(() => {
      const row = this.#records.upload(uploadId);
      if (row?.organisationId === organisationId) this.#delete(row);
    });
  }

  async removePerson(owner: FileOwner): Promise<number> {
    return this.#records.inOne(() => {
      const rows = this.#records.uploadsOf(owner);
      for (const row of rows) this.#delete(row);
      return rows.length;
    });
  }

  async close(): Promise<void> {
    this.#records.close();
  }

  /** The file first: a crash in between leaves the row, by which the removal is done again. */
  #delete({ uploadId }: UploadRow): void {
    this.#places.delete(uploadId);
    this.#records.delete(uploadId);
  }
}
