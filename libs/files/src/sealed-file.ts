import type { FileCipher } from './port.ts';
import { FileRefused } from './refusals.ts';

/** Bytes of the document in one sealed piece. */
const PIECE_BYTES = 64 * 1024;
/** A sealed piece is longer by nonce, tag and the like; no cipher needs more. */
const MOST_SEALED_BYTES = PIECE_BYTES + 1024;
/** Names the layout: this, then for each piece its sealed length (4 bytes, big-endian) and its bytes. */
const HEADER = Buffer.from('VVF1');

/** Where sealed bytes go, one call after another. */
export interface ByteSink {
  /** Takes bytes, which the caller may use otherwise once it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once every byte is durable. */
  finish(): Promise<void>;
  /** Lets go of what it holds, finished or not. Idempotent. */
  close(): Promise<void>;
}

/**
 * Writes a document piece by piece, each sealed before it leaves the process. At most one piece is held
 * in memory. Pieces know their place and whether they are the last, so that none can be left out, moved
 * or added.
 */
export class SealedWriter {
  /** Bytes of the document taken so far. */
  size = 0;
  readonly #sink: ByteSink;
  readonly #cipher: FileCipher;
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  #filled = 0;
  #index = 0;

  private constructor(sink: ByteSink, cipher: FileCipher) {
    this.#sink = sink;
    this.#cipher = cipher;
  }

  /** @param sink closed with the writer. */
  static async begin(sink: ByteSink, cipher: FileCipher): Promise<SealedWriter> {
    await sink.write(HEADER).catch(async (error: unknown) => {
      await sink.close();
      throw error;
    });
    return new SealedWriter(sink, cipher);
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

  /** Seals the rest and resolves once every byte is durable. */
  async finish(): Promise<void> {
    await this.#flush(true);
    await this.#sink.finish();
  }

  /** Lets go of the sink, finished or not. Idempotent. */
  close(): Promise<void> {
    return this.#sink.close();
  }

  async #flush(last: boolean): Promise<void> {
    const sealed = this.#cipher.encrypt(this.#index, last, this.#piece.subarray(0, this.#filled));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sealed.length);
    await this.#sink.write(Buffer.concat([length, sealed]));
    this.#index += 1;
    this.#filled = 0;
  }
}

/** Takes numbers of bytes off a source, in whatever portions it has them. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #ahead: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  /** Exactly so many bytes, or as many as are left. */
  async take(length: number): Promise<Buffer> {
    const ahead = await this.#lookAhead(length);
    this.#ahead = ahead.subarray(length);
    return ahead.subarray(0, length);
  }

  async isAtEnd(): Promise<boolean> {
    return (await this.#lookAhead(1)).length === 0;
  }

  async #lookAhead(length: number): Promise<Buffer> {
    const portions: Uint8Array[] = [this.#ahead];
    for (let had = this.#ahead.length; had < length;) {
      const next = await this.#source.next();
      if (next.done === true) break;
      portions.push(next.value);
      had += next.value.length;
    }
    if (portions.length > 1) this.#ahead = Buffer.concat(portions);
    return this.#ahead;
  }
}

/**
 * Opens sealed bytes piece by piece. Fails with SealedFileDamaged where they are cut off, more than they
 * were, or hold a piece that is not the one that belongs there.
 */
export async function* openSealed(
  source: AsyncIterable<Uint8Array>,
  cipher: FileCipher,
): AsyncGenerator<Uint8Array> {
  const damaged = (cause?: unknown) => new FileRefused('SealedFileDamaged', { cause });
  const iterator = source[Symbol.asyncIterator]();
  const bytes = new Bytes(iterator);
  const take = async (length: number): Promise<Buffer> => {
    const taken = await bytes.take(length);
    if (taken.length < length) throw damaged();
    return taken;
  };
  try {
    if (!(await take(HEADER.length)).equals(HEADER)) throw damaged();
    for (let index = 0; !(await bytes.isAtEnd()); index += 1) {
      const length = (await take(4)).readUInt32BE();
      if (length > MOST_SEALED_BYTES) throw damaged();
      const sealed = await take(length);
      const last = await bytes.isAtEnd();
      let piece: Uint8Array;
      try {
        piece = cipher.decrypt(index, last, sealed);
      } catch (error) {
        throw damaged(error);
      }
      yield piece;
    }
  } finally {
    await iterator.return?.();
  }
}

/** The whole document in memory; for what is small by rule. */
export async function openWhole(
  source: AsyncIterable<Uint8Array>,
  cipher: FileCipher,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of openSealed(source, cipher)) pieces.push(piece);
  return Buffer.concat(pieces);
}
