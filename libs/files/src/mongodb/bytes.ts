import { finished } from 'node:stream/promises';
import {
  GridFSBucket,
  MongoGridFSChunkError,
  MongoRuntimeError,
  ObjectId,
  type Collection,
  type Db,
  type GridFSChunk,
  type GridFSFile,
} from 'mongodb';
import { FileRefused } from '../refusals.ts';
import type { ByteSink } from '../sealed-file.ts';
import type { UploadRow } from '../keeping.ts';

const BUCKET = 'files_documents';

/** Sealed bytes in GridFS, a file for each transfer. Names in it are ids, never those that a person gave. */
export class Bytes {
  readonly #bucket: GridFSBucket;
  readonly #files: Collection<GridFSFile>;
  readonly #chunks: Collection<GridFSChunk>;

  /** @param db whose concerns hold for all that is written and read */
  constructor(db: Db) {
    this.#bucket = new GridFSBucket(db, { bucketName: BUCKET });
    this.#files = db.collection(`${BUCKET}.files`);
    this.#chunks = db.collection(`${BUCKET}.chunks`);
  }

  /** Makes the indexes that GridFS asks for. Idempotent, also for several at once. */
  async prepare(): Promise<void> {
    await this.#files.createIndex({ filename: 1, uploadDate: 1 });
    await this.#chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
  }

  newId(): string {
    return new ObjectId().toHexString();
  }

  write(id: string, { organisationId, uploadId }: UploadRow): ByteSink {
    const stream = this.#bucket.openUploadStreamWithId(ObjectId.createFromHexString(id), uploadId, {
      metadata: { organisation: organisationId },
    });
    // Whoever writes is told.
    stream.on('error', () => undefined);
    return {
      // Nothing is under way when it resolves: what is deleted afterwards stays deleted.
      write: (bytes) =>
        new Promise((resolve, reject) => {
          stream.write(bytes, (error) => (error ? reject(error) : resolve()));
        }),
      finish: async () => {
        const done = finished(stream);
        stream.end();
        await done;
      },
      close: async () => {
        stream.destroy();
      },
    };
  }

  /** How long a finished file is, in bytes; undefined where there is none. */
  async size(id: string): Promise<number | undefined> {
    const _id = ObjectId.createFromHexString(id);
    return (await this.#files.findOne({ _id }))?.length;
  }

  /** Fails with SealedFileDamaged where GridFS finds something missing. */
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const stream = this.#bucket.openDownloadStream(ObjectId.createFromHexString(id));
    try {
      for await (const portion of stream) yield portion as Uint8Array;
    } catch (cause) {
      throw isDamage(cause) ? new FileRefused('SealedFileDamaged', { cause }) : cause;
    }
  }

  /** Idempotent, also for what was never finished. */
  async delete(id: string): Promise<void> {
    const _id = ObjectId.createFromHexString(id);
    await this.#files.deleteOne({ _id });
    await this.#chunks.deleteMany({ files_id: _id });
  }
}

const isDamage = (error: unknown): boolean =>
  error instanceof MongoGridFSChunkError ||
  (error instanceof MongoRuntimeError && error.code === 'ENOENT');
