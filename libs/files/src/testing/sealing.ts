import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { CipherFor, ContentHash, FileCipher } from '../port.ts';

/** Keys in memory, one per file, that a test can destroy; sealed as the vault does it, AES-256-GCM. */
export class TestKeys {
  readonly #keys = new Map<string, Buffer | 'erased'>();

  readonly cipherFor: CipherFor = async (organisationId, personId, uploadId) => {
    const name = `${organisationId} ${personId} ${uploadId}`;
    const key = this.#keys.get(name) ?? randomBytes(32);
    this.#keys.set(name, key);
    if (key === 'erased') return key;
    // A cipher in somebody's hands ends with its key.
    const living = <T>(piece: T): T => {
      if (this.#keys.get(name) !== key) throw new Error('The key is gone.');
      return piece;
    };
    const inHand = cipher(key);
    return {
      encrypt: (index, last, piece) => inHand.encrypt(index, last, living(piece)),
      decrypt: (index, last, piece) => inHand.decrypt(index, last, living(piece)),
    };
  };

  readonly contentHash: ContentHash = async (organisationId, personId, content) =>
    createHmac('sha256', `${organisationId} ${personId}`).update(content).digest('hex');

  /** Destroys every key there is, and keeps them from coming back. */
  destroy(): void {
    for (const name of this.#keys.keys()) this.#keys.set(name, 'erased');
  }
}

const NONCE = 12;
const TAG = 16;

function cipher(key: Buffer): FileCipher {
  const place = (index: number, last: boolean) => Buffer.from(`${index} ${last}`);
  return {
    encrypt: (index, last, piece) => {
      const nonce = randomBytes(NONCE);
      const sealing = createCipheriv('aes-256-gcm', key, nonce).setAAD(place(index, last));
      const sealed = Buffer.concat([sealing.update(piece), sealing.final()]);
      return Buffer.concat([nonce, sealing.getAuthTag(), sealed]);
    },
    decrypt: (index, last, piece) => {
      const opening = createDecipheriv('aes-256-gcm', key, piece.subarray(0, NONCE))
        .setAAD(place(index, last))
        .setAuthTag(piece.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([opening.update(piece.subarray(NONCE + TAG)), opening.final()]);
    },
  };
}

/** A key that two processes share, for tests that end one of them. */
export const fixedCipher = (): FileCipher => cipher(Buffer.alloc(32, 7));
