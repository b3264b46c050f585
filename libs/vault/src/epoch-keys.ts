import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { canonical, decrypt, encrypt } from './aead.ts';
import { EpochKeyMissing } from './refusals.ts';
import { subkey } from './scope-key.ts';
import { openSecretFolder } from './secret-folder.ts';

/**
 * The keys around the keys in a database. A database keeps what it deleted in its log of operations and
 * in its backups; what was wrapped by an epoch key is gone from all of them once that key is destroyed.
 * So these lie outside of the database and outside of every backup: a folder here, a key service
 * elsewhere. All processes on one database have the same ones.
 */
export interface EpochKeys {
  /** Where they lie, for whoever has to bring a missing one back. */
  readonly place: string;
  /** Makes a key of 32 random bytes, durably, and gives its name, which is never used again. */
  make(): Promise<string>;
  /** `undefined` where it was destroyed, or never made. */
  find(epoch: string): Promise<KeyObject | undefined>;
  /** For good. Idempotent. */
  destroy(epoch: string): Promise<void>;
}

const EPOCH_KEY_BYTES = 32;

/** Epoch keys in a folder of mode 0700 that the processes share, a file of mode 0600 each. */
export const openEpochKeysFolder = (path: string): EpochKeys => {
  const folder = openSecretFolder(path);
  return {
    place: path,
    make: async () => {
      const epoch = randomUUID();
      const key = randomBytes(EPOCH_KEY_BYTES);
      folder.add(epoch, key);
      key.fill(0);
      return epoch;
    },
    find: async (epoch) => {
      const key = folder.find(epoch);
      if (key === undefined) return undefined;
      const usable = createSecretKey(key);
      key.fill(0);
      return usable;
    },
    destroy: async (epoch) => folder.destroy(epoch),
  };
};

const VERSION = Buffer.of(1);

/** One epoch key, ready for use. */
export class EpochKey {
  readonly #key: KeyObject;

  constructor(
    readonly epoch: string,
    key: KeyObject,
  ) {
    this.#key = subkey(key, 'vivier.epoch-wrapping.1');
  }

  /** `context` says whose bytes they are, and must be the same when they are unwrapped. */
  wrap(bytes: Uint8Array, context: string): Buffer {
    return encrypt(this.#key, VERSION, this.#additional(context), bytes);
  }

  /** `undefined` where the bytes, the context or the key is another. */
  unwrap(wrapped: Uint8Array, context: string): Buffer | undefined {
    if (wrapped[0] !== VERSION[0]) return undefined;
    return decrypt(this.#key, VERSION.length, this.#additional(context), wrapped);
  }

  #additional(context: string): Buffer {
    return Buffer.from(canonical('vivier.epoch.1', this.epoch, context));
  }
}

/** The epoch keys that this process has in use. */
export class Epochs {
  readonly #keys: EpochKeys;
  readonly #usable = new Map<string, EpochKey>();

  constructor(keys: EpochKeys) {
    this.#keys = keys;
  }

  /** Rejects with {@link EpochKeyMissing}. */
  async key(epoch: string): Promise<EpochKey> {
    const usable = this.#usable.get(epoch);
    if (usable !== undefined) return usable;
    const key = await this.#keys.find(epoch);
    if (key === undefined) throw new EpochKeyMissing(this.#keys.place);
    const made = new EpochKey(epoch, key);
    this.#usable.set(epoch, made);
    return made;
  }

  /** Drops from memory what no row is wrapped by any more. */
  keepOnly(epochs: readonly (string | null)[]): void {
    for (const epoch of this.#usable.keys()) {
      if (!epochs.includes(epoch)) this.#usable.delete(epoch);
    }
  }
}

/**
 * Does it again, once, where an epoch ended between a row's reading and its unwrapping: the row then
 * stands there under the next one.
 */
export const acrossEpochs = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (failure) {
    if (!(failure instanceof EpochKeyMissing)) throw failure;
    return work();
  }
};
