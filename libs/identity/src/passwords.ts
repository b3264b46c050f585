import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignInRefused } from './refusals.ts';

/** The cost of one argon2id hash. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). */
export const OWASP_COST: PasswordCost = { memoryKiB: 19 * 1024, passes: 2, parallelism: 1 };

/** One argon2id computation, off the event loop; a test puts its own in front to count them. */
export type DeriveKey = (
  password: string,
  salt: Uint8Array,
  cost: PasswordCost,
) => Promise<Uint8Array>;

const MINIMUM_CHARACTERS = 12;
const MAXIMUM_CHARACTERS = 256;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes share four threads with all file access: at most so many run, and so many more wait. */
const AT_ONCE = 2;
const WAITING = 200;

export const argon2id: DeriveKey = (password, salt, cost) =>
  new Promise((resolve, reject) => {
    const parameters = {
      message: password,
      nonce: salt,
      parallelism: cost.parallelism,
      tagLength: HASH_BYTES,
      memory: cost.memoryKiB,
      passes: cost.passes,
    };
    argon2('argon2id', parameters, (failure, hash) => (failure ? reject(failure) : resolve(hash)));
  });

/**
 * Throws `PasswordTooWeak`. Length alone counts, there are no composition rules (NIST SP 800-63B,
 * ASVS 2.1, CNIL recommendation 2022-100: twelve characters and more).
 */
export const requireStrong = (password: string): void => {
  const { length } = [...comparable(password)];
  if (length >= MINIMUM_CHARACTERS && length <= MAXIMUM_CHARACTERS) return;
  throw new SignInRefused('PasswordTooWeak');
};

/** Two keyboards may compose one accented letter differently. */
const comparable = (password: string): string => password.normalize('NFC');

interface Parsed {
  readonly cost: PasswordCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Hashes and checks passwords as PHC strings, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export class Passwords {
  readonly #cost: PasswordCost;
  readonly #derive: DeriveKey;
  /** What an unknown account is checked against: as costly as a real one, and never right. */
  readonly #nobody: Parsed;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(cost: PasswordCost, derive: DeriveKey) {
    this.#cost = cost;
    this.#derive = derive;
    this.#nobody = { cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  }

  /** Throws `TryAgainLater`. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#queued(() => this.#derive(comparable(password), salt, this.#cost));
    const { memoryKiB, passes, parallelism } = this.#cost;
    const parameters = `m=${memoryKiB},t=${passes},p=${parallelism}`;
    return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(hash)}`;
  }

  /**
   * Whether the password is right; always exactly one hash, also where there is nothing to compare
   * with. Throws `TryAgainLater`.
   */
  async verify(password: string, encoded: string | undefined): Promise<boolean> {
    // No stored password is longer, and hashing megabytes would be a gift to an attacker.
    const tooLong = password.length > 2 * MAXIMUM_CHARACTERS;
    const known = encoded === undefined || tooLong ? undefined : parse(encoded);
    const { cost, salt, hash } = known ?? this.#nobody;
    const message = tooLong ? '' : comparable(password);
    const given = await this.#queued(() => this.#derive(message, salt, cost));
    const same = given.length === hash.length && timingSafeEqual(given, hash);
    return same && known !== undefined;
  }

  /** Whether the stored hash is cheaper to guess than one made today. */
  isOutdated(encoded: string): boolean {
    const stored = parse(encoded)?.cost;
    if (stored === undefined) return true;
    return stored.memoryKiB < this.#cost.memoryKiB || stored.passes < this.#cost.passes;
  }

  async #queued<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING) throw new SignInRefused('TryAgainLater');
      // Whoever finishes hands its place over, so that nobody slips in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([\w+/]+)\$([\w+/]+)$/;

const parse = (encoded: string): Parsed | undefined => {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(encoded) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  return {
    cost: {
      memoryKiB: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
    },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
};

const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replaceAll('=', '');
