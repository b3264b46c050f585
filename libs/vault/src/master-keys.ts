import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { OrganisationId } from '@vivier/kernel';
import { canonical, decrypt, encrypt } from './aead.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { KeyDamaged, MasterKeyMissing, SecretFileUnsafe } from './refusals.ts';
import { hmac, subkey, type KeyId } from './scope-key.ts';
import { openSecretFolder } from './secret-folder.ts';

/**
 * One master key per organisation, which never leaves this port: a file here, a key service elsewhere.
 * Every call but `has` and `admit` rejects with {@link MasterKeyMissing} for an unknown organisation.
 */
export interface MasterKeys {
  has(organisationId: OrganisationId): Promise<boolean>;
  /** Makes the organisation's master key, durably, if there is none. */
  admit(organisationId: OrganisationId): Promise<void>;
  /** Encrypts a data key; `context` says whose it is and must be the same when it is unwrapped. */
  wrap(organisationId: OrganisationId, dataKey: Uint8Array, context: string): Promise<Uint8Array>;
  /** Rejects with {@link KeyDamaged} where the bytes, the context or the master key is another. */
  unwrap(organisationId: OrganisationId, wrapped: Uint8Array, context: string): Promise<Uint8Array>;
  /** HMAC-SHA-256 under a subkey for the purpose, as hex. */
  mac(organisationId: OrganisationId, purpose: string, data: string): Promise<string>;
}

/** What the master key binds a wrapped data key to. */
export const wrappingContext = ({ organisationId, personId, scope }: KeyId): string =>
  canonical('vivier.data-key.1', organisationId, personId, scope);

const MASTER_KEY_BYTES = 32;
const WRAPPED_VERSION = Buffer.of(1);

/** Where the master keys of this machine lie, in base64. */
interface MasterKeysPlace {
  find(organisationId: OrganisationId): string | undefined;
  /** Keeps the key, durably, unless the organisation has one. */
  add(organisationId: OrganisationId, encoded: string): void;
}

/** The master keys in one JSON file of mode 0600, read once and written as a whole. */
export const openMasterKeysFile = (path: string): MasterKeys => {
  const encoded = new Map(Object.entries(readMasterKeys(path)));
  return new LocalMasterKeys({
    find: (organisationId) => encoded.get(organisationId),
    add: (organisationId, key) => {
      const keys = new Map(encoded).set(organisationId, key);
      const file = { version: 1, keys: Object.fromEntries(keys) };
      writePrivateFile(path, `${JSON.stringify(file, undefined, 2)}\n`);
      encoded.set(organisationId, key);
    },
  });
};

/**
 * The master keys in a folder of mode 0700, a file of mode 0600 for each organisation: several processes
 * may admit organisations at once, and none overwrites what another wrote.
 */
export const openMasterKeysFolder = (path: string): MasterKeys => {
  const folder = openSecretFolder(path);
  return new LocalMasterKeys({
    find: (organisationId) => folder.find(organisationId)?.toString('base64'),
    add: (organisationId, key) => {
      folder.add(organisationId, Buffer.from(key, 'base64'));
    },
  });
};

class LocalMasterKeys implements MasterKeys {
  readonly #place: MasterKeysPlace;
  readonly #usable = new Map<OrganisationId, { wrapping: KeyObject; authentication: KeyObject }>();

  constructor(place: MasterKeysPlace) {
    this.#place = place;
  }

  async has(organisationId: OrganisationId) {
    return this.#usable.has(organisationId) || this.#place.find(organisationId) !== undefined;
  }

  async admit(organisationId: OrganisationId) {
    if (await this.has(organisationId)) return;
    this.#place.add(organisationId, randomBytes(MASTER_KEY_BYTES).toString('base64'));
  }

  async wrap(organisationId: OrganisationId, dataKey: Uint8Array, context: string) {
    const { wrapping } = this.#keysOf(organisationId);
    return encrypt(wrapping, WRAPPED_VERSION, Buffer.from(context), dataKey);
  }

  async unwrap(organisationId: OrganisationId, wrapped: Uint8Array, context: string) {
    const { wrapping } = this.#keysOf(organisationId);
    const dataKey =
      wrapped[0] === WRAPPED_VERSION[0]
        ? decrypt(wrapping, WRAPPED_VERSION.length, Buffer.from(context), wrapped)
        : undefined;
    if (dataKey === undefined) throw new KeyDamaged(organisationId);
    return dataKey;
  }

  async mac(organisationId: OrganisationId, purpose: string, data: string) {
    const { authentication } = this.#keysOf(organisationId);
    const forPurpose = subkey(authentication, canonical('purpose', purpose));
    return hmac(forPurpose, data).toString('hex');
  }

  #keysOf(organisationId: OrganisationId) {
    const usable = this.#usable.get(organisationId);
    if (usable !== undefined) return usable;
    const encoded = this.#place.find(organisationId);
    if (encoded === undefined) throw new MasterKeyMissing(organisationId);
    const root = createSecretKey(encoded, 'base64');
    const made = {
      wrapping: subkey(root, 'vivier.wrapping.1'),
      authentication: subkey(root, 'vivier.organisation-mac.1'),
    };
    this.#usable.set(organisationId, made);
    return made;
  }
}

/** The keys of a file, in base64, by their organisation. Throws {@link SecretFileUnsafe}. */
export const readMasterKeys = (path: string): Record<string, string> => {
  const text = readPrivateFile(path);
  if (text === undefined) return {};
  const keys = parsedKeys(text);
  const whole = keys?.every(
    ([, key]) => typeof key === 'string' && Buffer.from(key, 'base64').length === MASTER_KEY_BYTES,
  );
  if (keys === undefined || !whole) {
    throw new SecretFileUnsafe(path, 'is not a whole file of master keys: restore it.');
  }
  return Object.fromEntries(keys) as Record<string, string>;
};

const parsedKeys = (text: string): [string, unknown][] | undefined => {
  try {
    const file = JSON.parse(text) as { version?: unknown; keys?: unknown } | null;
    if (file?.version !== 1 || typeof file.keys !== 'object' || file.keys === null)
      return undefined;
    return Object.entries(file.keys);
  } catch {
    return undefined;
  }
};
