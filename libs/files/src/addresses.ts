import { createHash, randomBytes } from 'node:crypto';

/** The secret part of a new address: 256 random bits in base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is kept of an address. Its secret is random and long, so that a plain hash gives nothing away. */
export const tokenHash = (token: string): string =>
  createHash('sha256').update(token).digest('hex');
