import { open, type FileHandle } from 'node:fs/promises';
import type { FileCipher } from '../port.ts';
import { FileRefused } from '../refusals.ts';

/** Bytes of the document in one sealed piece. */
const PIECE_BYTES = 64 * 1024;
/** A sealed piece is longer by nonce, tag and the like; no cipher needs more. */
const MOST_SEALED_BYTES = PIECE_BYTES + 1024;
/** Names the layout: this, then for each piece its sealed length (4 bytes, big-endian) and its bytes. */
const HEADER = Buffer.from('VVF1');

/**
 * Writes a document to disk piece by piece, each sealed before it leaves the process. At most one piece
 * is held in memory. Pieces know their place and whether they are the last, so that none can be left
 * out, moved or added.
 */
export class SealedWriter {
  /** Bytes of the document taken so far. */
  size = 0;
  readonly #file: FileHandle;
  readonly #cipher: FileCipher;
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  #filled = 0;
  #index = 0;

  private constructor(file: FileHandle, cipher: FileCipher) {
    this.#file = file;
    this.#cipher = cipher;
  }

  /** @param path must not exist yet; readable for the process's own user only. */
  static async create(path: string, cipher: FileCipher): Promise<SealedWriter> {
    const file = await open(path, 'wx', 0o600);
    const writer = new SealedWriter(file, cipher);
    await writer.#put(HEADER);
    return writer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length;) {
      // A full piece waits for the byte that proves it is not the last.
      if (this.#filled === PIECE_BYTES) await this.#flush(false);
      const part = bytes.subarray(taken, taken + PIECE_BYTES - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
    }
    this.size += bytes.length;
  }

  /** Seals the rest and resolves once every byte is on disk. */
  async finish(): Promise<void> {
    await this.#flush(true);
    await this.#file.sync();
    await this.close();
  }

  /** Lets go of the file, finished or not. Idempotent. */
  async close(): Promise<void> {
    if (this.#file.fd >= 0) await this.#file.close();
  }

  async #flush(last: boolean): Promise<void> {
    const sealed = this.#cipher.encrypt(this.#index, last, this.#piece.subarray(0, this.#filled));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sealed.length);
    await this.#put(Buffer.concat([length, sealed]));
    this.#index += 1;
    this.#filled = 0;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;)
      from += (await this.#file.write(bytes, from)).bytesWritten;
  }
}

/**
 * Opens a sealed file piece by piece. Fails with SealedFileDamaged where it is missing, cut off, longer
 * than it was, or holds a piece that is not the one that belongs there.
 */
export async function* readSealed(path: string, cipher: FileCipher): AsyncGenerator<Uint8Array> {
  const damaged = (cause?: unknown) => new FileRefused('SealedFileDamaged', { cause });
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? damaged() : error;
  });
  try {
    const { size } = await file.stat();
    const take = async (from: number, length: number): Promise<Buffer> => {
      if (from + length > size) throw damaged();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from);
      if (bytesRead !== length) throw damaged();
      return buffer;
    };
    if (!(await take(0, HEADER.length)).equals(HEADER)) throw damaged();
    let at = HEADER.length;
    for (let index = 0; at < size; index += 1) {
      const length = (await take(at, 4)).readUInt32BE();
      if (length > MOST_SEALED_BYTES) throw damaged();
      const sealed = await take(at + 4, length);
      at += 4 + length;
      let piece: Uint8Array;
      try {
        piece = cipher.decrypt(index, at === size, sealed);
      } catch (error) {
        throw damaged(error);
      }
      yield piece;
    }
  } finally {
    await file.close();
  }
}

/** The whole document in memory; for what is small by rule. */
export async function readWhole(path: string, cipher: FileCipher): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readSealed(path, cipher)) pieces.push(piece);
  return Buffer.concat(pieces);
}
