import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
export const IV_BYTES = 12;
export const TAG_BYTES = 16;

// Asking the system for 12 random bytes at a time costs as much as the encryption itself.
const pool = Buffer.alloc(IV_BYTES * 1024);
let drawn = pool.length;

const nextIv = (): Buffer => {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += IV_BYTES;
  return pool.subarray(drawn - IV_BYTES, drawn);
};

/** AES-256-GCM under a fresh random IV: the parts `head`, iv, tag, ciphertext in one buffer. */
export const encrypt = (
  key: KeyObject,
  head: Uint8Array,
  additional: Uint8Array,
  plain: Uint8Array,
): Buffer => {
  const iv = nextIv();
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(additional);
  // GCM is a stream: update() gives every byte, final() only closes the tag.
  const text = cipher.update(plain);
  cipher.final();
  return Buffer.concat([head, iv, cipher.getAuthTag(), text]);
};

/** The plain bytes of what {@link encrypt} gave, or `undefined` where anything differs. */
export const decrypt = (
  key: KeyObject,
  headLength: number,
  additional: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined => {
  const tagAt = headLength + IV_BYTES;
  const textAt = tagAt + TAG_BYTES;
  if (sealed.length < textAt) return undefined;
  const iv = sealed.subarray(headLength, tagAt);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(additional);
  decipher.setAuthTag(sealed.subarray(tagAt, textAt));
  const plain = decipher.update(sealed.subarray(textAt));
  try {
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return undefined;
  }
};

/**
 * Additional data, or the name of a key, from its parts: a JSON array, which no other list of strings
 * and numbers gives.
 */
export const canonical = (...parts: readonly (string | number | boolean)[]): string =>
  JSON.stringify(parts);
