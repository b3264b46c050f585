import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { acknowledged, addMissing, inBatches, rowsById } from '@vivier/mongodb/driver';
import { FilesToMove, type UploadToMove } from '../embedded/files-to-move.ts';
import type { FilesMove, MovedFiles } from '../moving.ts';
import type { FileId } from '../port.ts';
import { FileRefused } from '../refusals.ts';
import { Bytes } from './bytes.ts';
import { prepareRows, rowsIn, type Rows, type UploadDocument } from './collections.ts';

interface Places {
  readonly source: FilesToMove;
  readonly rows: Rows;
  readonly bytes: Bytes;
}

const within = async <T>(move: FilesMove, work: (places: Places) => Promise<T>): Promise<T> => {
  const source = new FilesToMove(move);
  const db = acknowledged(move.db);
  try {
    return await work({ source, rows: rowsIn(db), bytes: new Bytes(db) });
  } finally {
    source.close();
  }
};

/** What GridFS calls the file: the same at each try, so that a move goes on with what it has done. */
const fileOf = (uploadId: FileId): string => hash('sha256', uploadId).slice(0, 24);

const documentOf = (upload: UploadToMove): UploadDocument => {
  const { uploadId, begunAt, tokenHash, uploaded } = upload;
  return {
    _id: uploadId,
    organisation: upload.organisationId,
    person: upload.personId,
    account: upload.accountId,
    ...(tokenHash !== undefined && { tokenHash }),
    expiresAt: upload.expiresAt,
    ...(begunAt !== null && { begunAt }),
    attempt: null,
    attempts: [],
    file: uploaded && fileOf(uploadId),
    content: uploaded && {
      mediaType: uploaded.mediaType,
      size: uploaded.size,
      contentHash: uploaded.contentHash,
      completedAt: uploaded.completedAt,
    },
    named: upload.named,
    removed: false,
  };
};

/** The sealed bytes that go along; undefined where there are none, `missing` where there should be. */
const sealedOf = async (
  source: FilesToMove,
  upload: UploadToMove,
  { isErased }: FilesMove,
): Promise<Buffer | 'missing' | undefined> => {
  const { organisationId, personId, uploadId, uploaded } = upload;
  if (!uploaded || isErased(organisationId, personId, uploadId)) return undefined;
  return (await source.bytes(upload)) ?? 'missing';
};

const write = async (bytes: Bytes, upload: UploadToMove, sealed: Buffer): Promise<void> => {
  const id = fileOf(upload.uploadId);
  // Only a whole file is in the list of files.
  if ((await bytes.size(id)) === sealed.length) return;
  await bytes.delete(id);
  const sink = bytes.write(id, upload);
  await sink.write(sealed);
  await sink.finish();
};

/** See `../moving.ts`. */
export const moveFiles = (move: FilesMove): Promise<MovedFiles> =>
  within(move, async ({ source, rows, bytes }) => {
    await prepareRows(rows);
    await bytes.prepare();
    const moved = { uploads: 0, files: 0, bytes: 0, missing: 0, differing: 0 };
    for (const upload of source.uploads()) {
      const sealed = await sealedOf(source, upload, move);
      if (sealed === 'missing') moved.missing += 1;
      else if (sealed) {
        await write(bytes, upload, sealed);
        moved.files += 1;
        moved.bytes += sealed.length;
      }
      await addMissing(rows.uploads, [documentOf(upload)]);
      moved.uploads += 1;
      move.tell?.(moved.uploads);
    }
    return moved;
  });

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes);

/** The hash of what lies in GridFS; undefined where it is not whole. */
const sha256Of = async (bytes: Bytes, uploadId: FileId): Promise<string | undefined> => {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of bytes.read(fileOf(uploadId))) pieces.push(piece);
  } catch (error) {
    if (error instanceof FileRefused) return undefined;
    throw error;
  }
  return sha256(Buffer.concat(pieces));
};

/** See `../moving.ts`. */
export const compareFiles = (move: FilesMove): Promise<MovedFiles> =>
  within(move, async ({ source, rows, bytes }) => {
    const found = { uploads: 0, files: 0, bytes: 0, missing: 0, differing: 0 };
    for (const batch of inBatches(source.uploads())) {
      const rowOf = await rowsById(
        rows.uploads,
        batch.map(({ uploadId }) => uploadId),
      );
      for (const upload of batch) {
        let isSame = isDeepStrictEqual(rowOf(upload.uploadId), documentOf(upload));
        const sealed = await sealedOf(source, upload, move);
        if (sealed === 'missing') found.missing += 1;
        else if (sealed) {
          isSame &&= (await sha256Of(bytes, upload.uploadId)) === sha256(sealed);
          found.files += 1;
          found.bytes += sealed.length;
        }
        if (!isSame) found.differing += 1;
        found.uploads += 1;
        move.tell?.(found.uploads);
      }
    }
    found.differing += Math.abs((await rows.uploads.countDocuments()) - found.uploads);
    return found;
  });
