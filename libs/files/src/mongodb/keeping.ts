import type { Filter } from 'mongodb';
import { isDuplicate } from '@vivier/mongodb/driver';
import type { Attempt, Keeping, UploadRow } from '../keeping.ts';
import {
  ADDRESS_LIFETIME,
  type AccountId,
  type FileId,
  type FileOwner,
  type Uploaded,
} from '../port.ts';
import type { ByteSink } from '../sealed-file.ts';
import type { Bytes } from './bytes.ts';
import { fromDocument, type Rows, type UploadDocument } from './collections.ts';
import { Leavings } from './leavings.ts';

/** How long a transfer may be under way before it is given up for lost; its own clock ends it earlier. */
const TRANSFER_LIFETIME = 2 * ADDRESS_LIFETIME;

const ID_ALONE = { projection: { _id: 1 } } as const;

/** Rows in collections and bytes in GridFS; whatever several processes do to one upload meets in its row. */
export class MongoKeeping implements Keeping {
  readonly #rows: Rows;
  readonly #bytes: Bytes;
  readonly #leavings: Leavings;

  constructor(rows: Rows, bytes: Bytes) {
    this.#rows = rows;
    this.#bytes = bytes;
    this.#leavings = new Leavings(rows, bytes);
  }

  async address(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
    tokenHash: string,
    expiresAt: number,
  ): Promise<UploadRow> {
    const { uploads } = this.#rows;
    const { uploadId: _id, organisationId, personId, accountId } = request;
    const owner = { organisation: organisationId, person: personId, account: accountId };
    const address = { tokenHash, expiresAt, attempt: null };
    for (;;) {
      const made = await this.#make(_id, { ...owner, ...address });
      if (made) return fromDocument(made);
      const opened = await uploads.findOneAndUpdate(
        { _id, ...owner, content: null, removed: false },
        { $set: address },
        { returnDocument: 'after' },
      );
      if (opened) return fromDocument(opened);
      const other = await uploads.findOne({ _id });
      const isTheirs = other && !isOwned(other, owner);
      if (other?.removed) await this.#leavings.finish(other);
      else if (other && (other.content || isTheirs)) return fromDocument(other);
      // Otherwise another process has changed it in between.
    }
  }

  async upload(uploadId: FileId): Promise<UploadRow | undefined> {
    const found = await this.#rows.uploads.findOne({ _id: uploadId, removed: false });
    return found ? fromDocument(found) : undefined;
  }

  async take(tokenHash: string, now: number): Promise<Attempt | undefined> {
    const id = this.#bytes.newId();
    const taken = await this.#rows.uploads.findOneAndUpdate(
      { tokenHash, expiresAt: { $gt: now }, content: null, removed: false },
      {
        $set: { attempt: id },
        $min: { begunAt: now },
        $push: { attempts: { id, endsAt: now + TRANSFER_LIFETIME } },
      },
      { returnDocument: 'after' },
    );
    return taken ? { id, row: fromDocument(taken) } : undefined;
  }

  async holds({ id, row }: Attempt): Promise<boolean> {
    const mine = { _id: row.uploadId, attempt: id };
    return (await this.#rows.uploads.findOne(mine, ID_ALONE)) !== null;
  }

  async incoming({ id, row }: Attempt): Promise<ByteSink> {
    return this.#bytes.write(id, row);
  }

  readIncoming({ id }: Attempt): AsyncIterable<Uint8Array> {
    return this.#bytes.read(id);
  }

  async complete({ id }: Attempt, facts: Uploaded): Promise<boolean> {
    const { uploadId, mediaType, size, contentHash, completedAt } = facts;
    const { matchedCount } = await this.#rows.uploads.updateOne(
      { _id: uploadId, attempt: id },
      {
        $set: {
          content: { mediaType, size, contentHash, completedAt },
          file: id,
          attempt: null,
        },
        $unset: { tokenHash: '' },
        $pull: { attempts: { id } },
      },
    );
    return matchedCount === 1;
  }

  async giveUp({ id, row }: Attempt, isUsedUp: boolean): Promise<void> {
    await this.#rows.uploads.updateOne(
      { _id: row.uploadId, attempt: id },
      { $set: { attempt: null, ...(isUsedUp && { expiresAt: 0 }) } },
    );
    await this.#leavings.end(row.uploadId, id);
  }

  async name({ organisationId, uploadId }: Named): Promise<void> {
    await this.#rows.uploads.updateOne(
      { _id: uploadId, organisation: organisationId, content: { $ne: null }, removed: false },
      { $set: { named: true } },
    );
  }

  async addDownload(tokenHash: string, row: UploadRow, expiresAt: number): Promise<void> {
    const { uploadId, organisationId, bytes } = row;
    if (bytes === null) throw new Error('An upload is downloaded that is not complete.');
    await this.#rows.downloads.insertOne({
      _id: tokenHash,
      organisation: organisationId,
      upload: uploadId,
      file: bytes,
      expiresAt,
    });
  }

  async downloadable(tokenHash: string, now: number): Promise<UploadRow | undefined> {
    const { uploads, downloads } = this.#rows;
    const address = await downloads.findOne({ _id: tokenHash, expiresAt: { $gt: now } });
    if (!address) return undefined;
    const { upload, file, organisation } = address;
    const found = await uploads.findOne({ _id: upload, organisation, file, removed: false });
    return found ? fromDocument(found) : undefined;
  }

  async endDownload(tokenHash: string): Promise<void> {
    await this.#rows.downloads.deleteOne({ _id: tokenHash });
  }

  async *read({ bytes }: UploadRow): AsyncGenerator<Uint8Array> {
    if (bytes === null) throw new Error('An upload is read that is not complete.');
    yield* this.#bytes.read(bytes);
  }

  async tidy(now: number): Promise<void> {
    await this.#rows.downloads.deleteMany({ expiresAt: { $lte: now } });
    await this.#leavings.tidy(now);
  }

  async unnamed(now: number): Promise<readonly FileId[]> {
    const ended = { named: false, removed: false, expiresAt: { $lte: now } };
    const found = await this.#rows.uploads.find(ended, ID_ALONE).toArray();
    return found.map(({ _id }) => _id);
  }

  removeAsRead({ uploadId, expiresAt, begunAt, named, uploaded }: UploadRow): Promise<boolean> {
    return this.#remove({
      _id: uploadId,
      removed: false,
      expiresAt,
      named,
      begunAt: begunAt ?? { $exists: false },
      ...(uploaded ? { 'content.completedAt': uploaded.completedAt } : { content: null }),
    });
  }

  async remove({ organisationId, uploadId }: Named): Promise<void> {
    await this.#remove({ _id: uploadId, organisation: organisationId });
  }

  async removePerson({ organisationId, personId }: FileOwner): Promise<number> {
    const theirs = { organisation: organisationId, person: personId };
    const standing = await this.#rows.uploads.countDocuments({ ...theirs, removed: false });
    // Those that are removed already may still have bytes of a transfer that was under way.
    const found = await this.#rows.uploads.find(theirs, ID_ALONE).toArray();
    for (const { _id } of found) await this.#remove({ _id, ...theirs });
    return standing;
  }

  /** The connection is not its own. */
  async close(): Promise<void> {}

  /** A fresh upload, where there is none or one that is removed with its bytes. */
  async #make(
    _id: FileId,
    opened: Pick<
      UploadDocument,
      'organisation' | 'person' | 'account' | 'tokenHash' | 'expiresAt' | 'attempt'
    >,
  ): Promise<UploadDocument | null> {
    return this.#rows.uploads
      .findOneAndUpdate(
        { _id, removed: true, file: null },
        {
          $set: { ...opened, content: null, named: false, removed: false },
          $unset: { begunAt: '' },
          // Of those that went before some may still write.
          $setOnInsert: { attempts: [] },
        },
        { upsert: true, returnDocument: 'after' },
      )
      .catch((error: unknown) => {
        if (isDuplicate(error)) return null;
        throw error;
      });
  }

  /**
   * First the row, by which the file is gone for everybody, then the bytes: a crash in between leaves
   * the row to go on with.
   */
  async #remove(which: Filter<UploadDocument>): Promise<boolean> {
    const removed = await this.#rows.uploads.findOneAndUpdate(
      which,
      {
        $set: { removed: true, attempt: null, content: null, named: false },
        $unset: { tokenHash: '' },
      },
      { returnDocument: 'after' },
    );
    if (removed) await this.#leavings.finish(removed);
    return removed !== null;
  }
}

type Named = Pick<UploadRow, 'organisationId' | 'uploadId'>;

const isOwned = (
  document: UploadDocument,
  owner: Pick<UploadDocument, 'organisation' | 'person' | 'account'>,
): boolean =>
  document.organisation === owner.organisation &&
  document.person === owner.person &&
  document.account === owner.account;
