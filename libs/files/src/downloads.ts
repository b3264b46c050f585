import { newToken, tokenHash } from './addresses.ts';
import { erasedOr } from './erased.ts';
import type { Store } from './files-on.ts';
import type { UploadRow } from './keeping.ts';
import {
  ADDRESS_LIFETIME,
  type DownloadAnswer,
  type FileCipher,
  type FileId,
  type FileOwner,
  type OpenedFile,
} from './port.ts';
import { FileRefused } from './refusals.ts';
import { openSealed } from './sealed-file.ts';

/** The way out. */
export class Downloads {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async request(owner: FileOwner & { readonly fileId: FileId }): Promise<DownloadAnswer> {
    const { keeping, clock } = this.#store;
    const row = await keeping.upload(owner.fileId);
    const known =
      row?.uploaded &&
      row.organisationId === owner.organisationId &&
      row.personId === owner.personId;
    if (!known) throw new FileRefused('DownloadUnknown');
    const token = newToken();
    const expiresAt = clock.now() + ADDRESS_LIFETIME;
    await keeping.addDownload(tokenHash(token), row, expiresAt);
    return { token, expiresAt };
  }

  async open(token: string): Promise<OpenedFile> {
    const { keeping, clock, cipherFor } = this.#store;
    const hash = tokenHash(token);
    const row = await keeping.downloadable(hash, clock.now());
    if (!row?.uploaded) throw new FileRefused('DownloadUnknown');
    const { organisationId, personId, uploadId, mediaType, size } = row.uploaded;
    const cipher = await cipherFor(organisationId, personId, uploadId);
    if (cipher === 'erased') throw new FileRefused('FileErased');
    let found = 0;
    for await (const piece of this.#pieces(row, cipher)) found += piece.length;
    if (found !== size) throw new FileRefused('SealedFileDamaged');
    const deliver = async function* (pieces: AsyncIterable<Uint8Array>) {
      yield* pieces;
      // Reached only by a reader that took the last piece and came back.
      await keeping.endDownload(hash);
    };
    return {
      fileId: uploadId,
      organisationId,
      personId,
      mediaType,
      size,
      stream: deliver(this.#pieces(row, cipher)),
    };
  }

  /** The clear pieces, for as long as the file is not removed: a removal stops what is under way. */
  async *#pieces(row: UploadRow, cipher: FileCipher): AsyncGenerator<Uint8Array> {
    const { keeping, cipherFor } = this.#store;
    const isRemoved = async () => (await keeping.upload(row.uploadId)) === undefined;
    try {
      for await (const piece of openSealed(keeping.read(row), cipher)) {
        if (await isRemoved()) throw new FileRefused('FileErased');
        yield piece;
      }
    } catch (error) {
      throw (await isRemoved())
        ? new FileRefused('FileErased')
        : await erasedOr(error, row, cipherFor);
    }
  }
}
