import { randomUUID } from 'node:crypto';
import { HEAD_BYTES, inspectDocument, mayBeAccepted } from '../accepted/inspect.ts';
import {
  ADDRESS_LIFETIME,
  MAX_FILE_BYTES,
  NAMEABLE_LIFETIME,
  type AccountId,
  type FileCipher,
  type FileId,
  type FileOwner,
  type UploadAnswer,
  type Uploaded,
} from '../port.ts';
import { FileRefused } from '../refusals.ts';
import { newToken, tokenHash } from './addresses.ts';
import { erasedOr } from './erased.ts';
import type { Store } from './open-files.ts';
import { uploadedFrom, type UploadRow } from './records.ts';
import { readWhole, SealedWriter } from './sealed-file.ts';

/** After so many bytes a transfer makes sure that the upload is still its own. */
const LOOK_AGAIN_AFTER = 64 * 1024;

/** The way in: addresses, transfers, and what became of them. */
export class Uploads {
  readonly #store: Store;
  #inspections: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  request(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
  ): UploadAnswer {
    const { records, places, clock } = this.#store;
    places.of(request.uploadId);
    const token = newToken();
    const expiresAt = clock.now() + ADDRESS_LIFETIME;
    return records.inOne(() => {
      const row = records.upload(request.uploadId);
      if (row && !(isOwner(row, request) && row.account_id === request.accountId))
        throw new FileRefused('UploadUnknown');
      if (row?.state === 'complete') return { state: 'complete', uploaded: uploadedFrom(row) };
      records.address(request, tokenHash(token), expiresAt);
      return { state: 'open', token, expiresAt };
    });
  }

  uploaded(owner: FileOwner & { readonly uploadId: FileId }): Uploaded | undefined {
    const { records, clock } = this.#store;
    const row = records.upload(owner.uploadId);
    if (row?.state !== 'complete' || !isOwner(row, owner)) return undefined;
    const uploaded = uploadedFrom(row);
    const tooOld = uploaded.completedAt + NAMEABLE_LIFETIME <= clock.now();
    return row.named === 0 && tooOld ? undefined : uploaded;
  }

  async receive(
    token: string,
    stream: AsyncIterable<Uint8Array>,
    { declaredLength }: { readonly declaredLength?: number } = {},
  ): Promise<Uploaded> {
    const { records, places, clock, cipherFor } = this.#store;
    const attempt = randomUUID();
    const row = records.take(tokenHash(token), attempt, clock.now());
    if (!row) throw new FileRefused('UploadUnknown');
    try {
      if (declaredLength !== undefined && declaredLength > MAX_FILE_BYTES)
        throw new FileRefused('FileTooLarge');
      const cipher = await cipherFor(row.organisation_id, row.person_id, row.upload_id);
      if (cipher === 'erased') throw new FileRefused('FileErased');
      const size = await this.#seal(stream, row, attempt, cipher);
      if (declaredLength !== undefined && declaredLength !== size)
        throw new FileRefused('UploadBroken');
      return await this.#inTurn(() => this.#accept(row, attempt, cipher));
    } catch (error) {
      // An address is good again after a broken transfer, not after a file that was looked at and refused.
      if (error instanceof FileRefused && error.code !== 'UploadBroken')
        records.useUp(row.upload_id, attempt);
      else records.giveBack(row.upload_id, attempt);
      throw await erasedOr(error, row, cipherFor);
    } finally {
      await places.discard(attempt);
    }
  }

  /** Takes the bytes off the line and to disk, sealed; resolves with their number. */
  async #seal(
    stream: AsyncIterable<Uint8Array>,
    row: UploadRow,
    attempt: string,
    cipher: FileCipher,
  ): Promise<number> {
    const { records, places, clock } = this.#store;
    const writer = await SealedWriter.create(places.incoming(attempt), cipher);
    let head: Uint8Array = new Uint8Array();
    let lookedAt = 0;
    try {
      for await (const piece of unbroken(stream)) {
        if (writer.size + piece.length > MAX_FILE_BYTES) throw new FileRefused('FileTooLarge');
        if (head.length < HEAD_BYTES) {
          head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES)]);
          if (head.length >= HEAD_BYTES && !mayBeAccepted(head))
            throw new FileRefused('FileTypeNotAccepted');
        }
        await writer.write(piece);
        if (row.expires_at <= clock.now()) throw new FileRefused('UploadUnknown');
        if (writer.size - lookedAt < LOOK_AGAIN_AFTER) continue;
        lookedAt = writer.size;
        if (!records.holds(row.upload_id, attempt)) throw new FileRefused('UploadUnknown');
      }
      if (writer.size === 0) throw new FileRefused('FileEmpty');
      await writer.finish();
      return writer.size;
    } finally {
      await writer.close();
    }
  }

  /**
   * Reads the sealed file back, which proves that it opens, judges the document as a whole, and gives it
   * its place together with the row that says so.
   */
  async #accept(row: UploadRow, attempt: string, cipher: FileCipher): Promise<Uploaded> {
    const { records, places, clock, contentHash } = this.#store;
    const content = await readWhole(places.incoming(attempt), cipher);
    const mediaType = await inspectDocument(content);
    const hash = await contentHash(row.organisation_id, row.person_id, content);
    if (hash === 'erased') throw new FileRefused('FileErased');
    const facts: Uploaded = {
      uploadId: row.upload_id,
      organisationId: row.organisation_id,
      personId: row.person_id,
      mediaType,
      size: content.length,
      contentHash: hash,
      completedAt: clock.now(),
    };
    records.inOne(() => {
      if (!records.complete(facts, attempt)) throw new FileRefused('UploadUnknown');
      places.settle(attempt, row.upload_id);
    });
    return facts;
  }

  /** One document at a time is unpacked, so that memory does not grow with the number of senders. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#inspections.then(work);
    this.#inspections = result.catch(() => undefined);
    return result;
  }
}

const isOwner = (row: UploadRow, { organisationId, personId }: FileOwner): boolean =>
  row.organisation_id === organisationId && row.person_id === personId;

/** The stream, its own failure told apart from everything else that can fail. */
async function* unbroken(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    throw new FileRefused('UploadBroken', { cause });
  }
}
