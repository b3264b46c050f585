import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits; only their hash is stored (ASVS 7.2). */
const TOKEN_BYTES = 32;
const TOKEN_LENGTH = Math.ceil((TOKEN_BYTES * 4) / 3);

export const newRefreshToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What is stored of a token; `undefined` for what cannot be one. */
export const hashOfToken = (token: unknown): Buffer | undefined =>
  typeof token === 'string' && token.length === TOKEN_LENGTH
    ? createHash('sha256').update(token).digest()
    : undefined;
