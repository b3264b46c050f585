import { UNNAMED_LIFETIME, type FileId } from '../port.ts';
import type { Bytes } from './bytes.ts';
import type { Rows, UploadDocument } from './collections.ts';

/** Bytes that are nobody's document any more, and rows that stand only until those are gone. */
export class Leavings {
  readonly #rows: Rows;
  readonly #bytes: Bytes;

  constructor(rows: Rows, bytes: Bytes) {
    this.#rows = rows;
    this.#bytes = bytes;
  }

  /** Deletes what a transfer wrote that holds its upload no more, unless it was complete before. */
  async clear(uploadId: FileId, attempt: string): Promise<void> {
    const { uploads } = this.#rows;
    // The answer to its completion may have been lost.
    const projection = { _id: 1 } as const;
    if (await uploads.findOne({ _id: uploadId, file: attempt }, { projection })) return;
    await this.#bytes.delete(attempt);
  }

  /** The same, for the transfer's own process, which writes no more. */
  async end(uploadId: FileId, attempt: string): Promise<void> {
    await this.clear(uploadId, attempt);
    await this.#forget(uploadId, attempt);
  }

  /** Goes on with a removal, from whatever place it was left at. Idempotent. */
  async finish({ _id, file, attempts }: UploadDocument): Promise<void> {
    const { uploads, downloads } = this.#rows;
    await downloads.deleteMany({ upload: _id });
    for (const id of [...(file === null ? [] : [file]), ...attempts.map((one) => one.id)])
      await this.#bytes.delete(id);
    await uploads.updateOne({ _id, removed: true, file }, { $set: { file: null } });
    await this.#deleteRow(_id);
  }

  /**
   * Takes away what processes that are gone left of transfers and removals. What a transfer left goes at
   * its end, and once more a day later: its process may have been held up in the middle of a write.
   */
  async tidy(now: number): Promise<void> {
    const { uploads } = this.#rows;
    const lost = uploads.find({ 'attempts.endsAt': { $lte: now } });
    for (const { _id, attempts } of await lost.toArray())
      for (const { id, endsAt } of attempts) {
        if (endsAt > now) continue;
        await uploads.updateOne({ _id, attempt: id }, { $set: { attempt: null } });
        if (endsAt + UNNAMED_LIFETIME <= now) await this.end(_id, id);
        else await this.clear(_id, id);
      }
    for (const row of await uploads.find({ removed: true }).toArray()) await this.finish(row);
  }

  async #forget(uploadId: FileId, attempt: string): Promise<void> {
    await this.#rows.uploads.updateOne({ _id: uploadId }, { $pull: { attempts: { id: attempt } } });
    await this.#deleteRow(uploadId);
  }

  /** Unless bytes of it may still come; then whoever ends the last transfer does it. */
  async #deleteRow(uploadId: FileId): Promise<void> {
    const gone = { removed: true, file: null, attempts: { $size: 0 } } as const;
    await this.#rows.uploads.deleteOne({ _id: uploadId, ...gone });
  }
}
