import { timingSafeEqual } from 'node:crypto';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { AccountId } from '../port.ts';
import type { AccountRow } from './collections.ts';

/** Whose secret it is. */
export interface SecretOwner {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly accountId: AccountId;
}

/**
 * Seals what an account hides under a key of its person. A server keeps what it deleted in its log and
 * in its backups; once that key is destroyed, the hashes of an erased person's address and password
 * confirm no guess in any of them.
 */
export interface AccountSecrets {
  seal(owner: SecretOwner, plain: Uint8Array): Promise<Uint8Array>;
  /** `undefined` where the person was erased. */
  open(owner: SecretOwner, sealed: Uint8Array): Promise<Uint8Array | undefined>;
}

/** What is sealed. */
export interface Secret {
  /** SHA-256 of the keyed hash of the address. */
  readonly address: Buffer;
  /** A PHC string. */
  readonly password: string | undefined;
}

const ADDRESS_BYTES = 32;
/** All secrets are alike in length, so that none tells whether there is a password. */
const PASSWORD_BYTES = 160;

export const sealSecret = async (
  secrets: AccountSecrets,
  owner: SecretOwner,
  { address, password = '' }: Secret,
): Promise<Buffer> => {
  if (password.length > PASSWORD_BYTES) throw new RangeError('A password hash is too long.');
  const plain = Buffer.alloc(ADDRESS_BYTES + PASSWORD_BYTES);
  address.copy(plain);
  plain.write(password, ADDRESS_BYTES, 'latin1');
  const sealed = Buffer.from(await secrets.seal(owner, plain));
  plain.fill(0);
  return sealed;
};

/** `undefined` where the person was erased. */
export const openSecret = async (
  secrets: AccountSecrets,
  { organisation, person, _id, secret }: AccountRow,
): Promise<Secret | undefined> => {
  const owner = { organisationId: organisation, personId: person, accountId: _id };
  const opened = await secrets.open(owner, secret);
  if (opened === undefined) return undefined;
  const plain = Buffer.from(opened);
  const padded = plain.subarray(ADDRESS_BYTES).toString('latin1');
  const end = padded.indexOf('\0');
  const password = end === -1 ? padded : padded.slice(0, end);
  return {
    address: plain.subarray(0, ADDRESS_BYTES),
    password: password === '' ? undefined : password,
  };
};

export const isAddress = (secret: Secret | undefined, address: Buffer): boolean =>
  secret !== undefined && timingSafeEqual(secret.address, address);
