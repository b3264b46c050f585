import { HEAD_BYTES, inspectDocument, mayBeAccepted } from './accepted/inspect.ts';
import { newToken, tokenHash } from './addresses.ts';
import { erasedOr } from './erased.ts';
import { requireFileId } from './file-id.ts';
import type { Store } from './files-on.ts';
import type { Attempt, UploadRow } from './keeping.ts';
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
} from './port.ts';
import { FileRefused } from './refusals.ts';
import { openWhole, SealedWriter } from './sealed-file.ts';

/** After so many bytes a transfer makes sure that the upload is still its own. */
const LOOK_AGAIN_AFTER = 64 * 1024;

/** The way in: addresses, transfers, and what became of them. */
export class Uploads {
  readonly #store: Store;
  #inspections: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  async request(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
  ): Promise<UploadAnswer> {
    const { keeping, clock } = this.#store;
    requireFileId(request.uploadId);
    const token = newToken();
    const expiresAt = clock.now() + ADDRESS_LIFETIME;
    const row = await keeping.address(request, tokenHash(token), expiresAt);
    if (!(isOwner(row, request) && row.accountId === request.accountId))
      throw new FileRefused('UploadUnknown');
    if (row.uploaded) return { state: 'complete', uploaded: row.uploaded };
    return { state: 'open', token, expiresAt };
  }

  async uploaded(owner: FileOwner & { readonly uploadId: FileId }): Promise<Uploaded | undefined> {
    const { keeping, clock } = this.#store;
    const row = await keeping.upload(owner.uploadId);
    if (!row?.uploaded || !isOwner(row, owner)) return undefined;
    const tooOld = row.uploaded.completedAt + NAMEABLE_LIFETIME <= clock.now();
    return !row.named && tooOld ? undefined : row.uploaded;
  }

  async receive(
    token: string,
    stream: AsyncIterable<Uint8Array>,
    { declaredLength }: { readonly declaredLength?: number } = {},
  ): Promise<Uploaded> {
    const { keeping, clock, cipherFor } = this.#store;
    const attempt = await keeping.take(tokenHash(token), clock.now());
    if (!attempt) throw new FileRefused('UploadUnknown');
    const { row } = attempt;
    try {
      if (declaredLength !== undefined && declaredLength > MAX_FILE_BYTES)
        throw new FileRefused('FileTooLarge');
      const cipher = await cipherFor(row.organisationId, row.personId, row.uploadId);
      if (cipher === 'erased') throw new FileRefused('FileErased');
      const size = await this.#seal(stream, attempt, cipher);
      if (declaredLength !== undefined && declaredLength !== size)
        throw new FileRefused('UploadBroken');
      return await this.#inTurn(() => this.#accept(attempt, cipher));
    } catch (error) {
      // An address is good again after a broken transfer, not after a file that was looked at and refused.
      const isUsedUp = error instanceof FileRefused && error.code !== 'UploadBroken';
      await keeping.giveUp(attempt, isUsedUp);
      throw await erasedOr(error, row, cipherFor);
    }
  }

  /** Takes the bytes off the line, sealed; resolves with their number. */
  async #seal(
    stream: AsyncIterable<Uint8Array>,
    attempt: Attempt,
    cipher: FileCipher,
  ): Promise<number> {
    const { keeping, clock } = this.#store;
    const writer = await SealedWriter.begin(await keeping.incoming(attempt), cipher);
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
        if (attempt.row.expiresAt <= clock.now()) throw new FileRefused('UploadUnknown');
        if (writer.size - lookedAt < LOOK_AGAIN_AFTER) continue;
        lookedAt = writer.size;
        if (!(await keeping.holds(attempt))) throw new FileRefused('UploadUnknown');
      }
      if (writer.size === 0) throw new FileRefused('FileEmpty');
      await writer.finish();
      return writer.size;
    } finally {
      await writer.close();
    }
  }

  /**
   * Reads the sealed bytes back, which proves that they open, judges the document as a whole, and makes
   * it the upload's.
   */
  async #accept(attempt: Attempt, cipher: FileCipher): Promise<Uploaded> {
    const { keeping, clock, contentHash } = this.#store;
    const { uploadId, organisationId, personId } = attempt.row;
    const content = await openWhole(keeping.readIncoming(attempt), cipher);
    const mediaType = await inspectDocument(content);
    const hash = await contentHash(organisationId, personId, content);
    if (hash === 'erased') throw new FileRefused('FileErased');
    const facts: Uploaded = {
      uploadId,
      organisationId,
      personId,
      mediaType,
      size: content.length,
      contentHash: hash,
      completedAt: clock.now(),
    };
    if (!(await keeping.complete(attempt, facts))) throw new FileRefused('UploadUnknown');
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
  row.organisationId === organisationId && row.personId === personId;

/** The stream, its own failure told apart from everything else that can fail. */
async function* unbroken(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    throw new FileRefused('UploadBroken', { cause });
  }
}
