import {
  ADDRESS_LIFETIME,
  type DownloadAnswer,
  type FileCipher,
  type FileId,
  type FileOwner,
  type OpenedFile,
} from '../port.ts';
import { FileRefused } from '../refusals.ts';
import { newToken, tokenHash } from './addresses.ts';
import { erasedOr } from './erased.ts';
import type { Store } from './open-files.ts';
import { uploadedFrom, type UploadRow } from './records.ts';
import { readSealed } from './sealed-file.ts';

/** The way out. */
export class Downloads {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  request(owner: FileOwner & { readonly fileId: FileId }): DownloadAnswer {
    const { records, clock } = this.#store;
    const token = newToken();
    const expiresAt = clock.now() + ADDRESS_LIFETIME;
    return records.inOne(() => {
      const row = records.upload(owner.fileId);
      const known =
        row?.state === 'complete' &&
        row.organisation_id === owner.organisationId &&
        row.person_id === owner.personId;
      if (!known) throw new FileRefused('DownloadUnknown');
      records.addDownload(tokenHash(token), owner.fileId, expiresAt);
      return { token, expiresAt };
    });
  }

  async open(token: string): Promise<OpenedFile> {
    const { records, clock, cipherFor } = this.#store;
    const hash = tokenHash(token);
    const row = records.downloadable(hash, clock.now());
    if (!row) throw new FileRefused('DownloadUnknown');
    const { organisationId, personId, uploadId, mediaType, size } = uploadedFrom(row);
    const cipher = await cipherFor(organisationId, personId, uploadId);
    if (cipher === 'erased') throw new FileRefused('FileErased');
    let found = 0;
    for await (const piece of this.#pieces(row, cipher)) found += piece.length;
    if (found !== size) throw new FileRefused('SealedFileDamaged');
    const deliver = async function* (pieces: AsyncIterable<Uint8Array>) {
      yield* pieces;
      // Reached only by a reader that took the last piece and came back.
      records.endDownload(hash);
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
    const { records, places, cipherFor } = this.#store;
    const erased = () => records.upload(row.upload_id) === undefined;
    try {
      for await (const piece of readSealed(places.of(row.upload_id), cipher)) {
        if (erased()) throw new FileRefused('FileErased');
        yield piece;
      }
    } catch (error) {
      throw erased() ? new FileRefused('FileErased') : await erasedOr(error, row, cipherFor);
    }
  }
}
