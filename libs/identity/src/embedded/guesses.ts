import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { AccountsFile } from './accounts-file.ts';
import type { AccountId } from '../port.ts';
import { SignInRefused } from '../refusals.ts';

/** How long a wrong attempt counts, in ms: nobody waits longer for its room. */
const WINDOW = 15 * 60_000;

/** How many attempts may count at a time. Five a quarter of an hour are 20 an hour. */
const ACCOUNT = 5;
/** Of these, from addresses where the account never signed in. */
const STRANGERS = 4;
/** Of these, from one address. */
const ONE_ADDRESS = 3;
/** From one address over all accounts. */
const EVERYWHERE = 100;

/** How long an address stays known to an account, in ms, and how many do. */
const KNOWN_FOR = 30 * 24 * 60 * 60_000;
const MOST_KNOWN = 10;

export interface Attempt {
  /** The organisation's slug as it was sent, whether or not there is one. */
  readonly organisation: string;
  /** The address as it is compared, whether or not it has an account. */
  readonly email: string;
  /** Where the attempt comes from. */
  readonly from: string;
}

/** An attempt that counts until it turns out right. */
export interface Guess {
  /** It was wrong. */
  missed(): void;
  /** No password was compared: it was none. */
  withdrawn(): void;
  /** It was right; within a transaction of the caller. */
  hit(): void;
}

/**
 * Counts attempts to sign in, so that guessing does not pay (ASVS 6.3.1; OWASP, "Slow down online
 * guessing attacks"). An account is organisation and address, known or not: both count alike.
 *
 * What holds: at most 20 passwords an hour are compared for one account, from however many addresses.
 * Every count forgets within 15 minutes, so no refusal asks for a longer wait. One address that keeps
 * guessing takes three of an account's five places, thus a right password from any other address gets
 * in at once. Against several such addresses the fifth place is kept for addresses where the account
 * signed in during the last 30 days: a right password gets in from there. A new device at a new address
 * while many addresses keep guessing cannot be told from them, and waits until they pause.
 *
 * Counts are durable before a password is compared, so that neither a restart nor a crash buys guesses.
 * They hold keyed hashes alone, for a quarter of an hour, and say nothing about whether the account
 * exists. All instants are in ms since 1970, from the caller's clock.
 */
export class Guesses {
  readonly #file: AccountsFile;
  readonly #key: KeyObject;
  readonly #ofAccount: StatementSync;
  readonly #ofAddress: StatementSync;
  readonly #forget: StatementSync;
  readonly #add: StatementSync;
  readonly #miss: StatementSync;
  readonly #remove: StatementSync;
  readonly #isKnown: StatementSync;
  readonly #know: StatementSync;
  readonly #forgetKnown: StatementSync;
  /** What happens last on each account at which something happens. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(file: AccountsFile, issuerKey: KeyObject) {
    this.#file = file;
    const secret = issuerKey.export({ type: 'pkcs8', format: 'der' });
    this.#key = createSecretKey(
      new Uint8Array(hkdfSync('sha256', secret, '', 'vivier sign-in attempts', 32)),
    );
    this.#ofAccount = file.prepare(
      `SELECT at, address, known FROM guesses
         WHERE account = ? AND at > ? AND at <= ? ORDER BY at DESC`,
    );
    this.#ofAddress = file.prepare(
      `SELECT at FROM guesses WHERE address = ? AND wrong = 1 AND at > ? AND at <= ?
         ORDER BY at DESC LIMIT 1 OFFSET ${EVERYWHERE - 1}`,
    );
    // A clock that was set back must not keep counts longer than they are meant to last.
    this.#forget = file.prepare('DELETE FROM guesses WHERE at <= ? OR at > ?');
    this.#add = file.prepare('INSERT INTO guesses VALUES (NULL, ?, ?, ?, ?, 0)');
    this.#miss = file.prepare('UPDATE guesses SET wrong = 1 WHERE id = ?');
    this.#remove = file.prepare('DELETE FROM guesses WHERE id = ?');
    this.#isKnown = file.prepare(
      'SELECT 1 FROM known_addresses WHERE account = ? AND address = ? AND at > ?',
    );
    this.#know = file.prepare('INSERT OR REPLACE INTO known_addresses VALUES (?, ?, ?)');
    this.#forgetKnown = file.prepare(
      `DELETE FROM known_addresses WHERE account = ?1 AND (at <= ?2 OR address NOT IN (
         SELECT address FROM known_addresses WHERE account = ?1 ORDER BY at DESC LIMIT ${MOST_KNOWN}))`,
    );
  }

  /**
   * Attempts on one account go one after another: ten devices with the right password all get in, and
   * ten wrong passwords at once are ten that count.
   */
  async inTurn<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const account = this.#account(attempt).toString('latin1');
    const turn = (this.#turns.get(account) ?? Promise.resolve()).then(work);
    const over = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(account, over);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(account) === over) this.#turns.delete(account);
    }
  }

  /**
   * Counts an attempt before its password is compared. `accountId`: of that address, where there is one.
   * Throws `TooManyAttempts`.
   */
  begin(attempt: Attempt, accountId: AccountId | undefined, now: number): Guess {
    const account = this.#account(attempt);
    const address = this.#hash('from', attempt.from).subarray(0, 8);
    const known = this.#knows(accountId, attempt.from, now);
    // A refusal writes nothing: refusing must cost less than asking.
    const roomAt = this.#roomAt(account, address, known, now);
    if (roomAt !== undefined)
      throw new SignInRefused('TooManyAttempts', Math.ceil((roomAt - now) / 1000));
    const id = this.#file.transaction(() => {
      this.#forget.run(now - WINDOW, now);
      return this.#add.run(now, account, address, known ? 1 : 0).lastInsertRowid;
    });
    return {
      missed: () => {
        this.#miss.run(id);
      },
      withdrawn: () => {
        this.#remove.run(id);
      },
      hit: () => {
        this.#remove.run(id);
        if (accountId === undefined) return;
        this.#know.run(accountId, this.#knownAs(accountId, attempt.from), now);
        this.#forgetKnown.run(accountId, now - KNOWN_FOR);
      },
    };
  }

  /** When there is room for one more; `undefined` where there is. */
  #roomAt(account: Buffer, address: Buffer, known: boolean, now: number): number | undefined {
    const counted = this.#ofAccount.all(account, now - WINDOW, now);
    const own = counted.filter((row) => address.equals(row['address'] as Uint8Array));
    const strangers = counted.filter((row) => row['known'] === 0);
    const everywhere = this.#ofAddress.get(address, now - WINDOW, now);
    const full = [
      counted[ACCOUNT - 1],
      own[ONE_ADDRESS - 1],
      known ? undefined : strangers[STRANGERS - 1],
      everywhere,
    ].flatMap((row) => (row === undefined ? [] : [(row['at'] as number) + WINDOW]));
    return full.length === 0 ? undefined : Math.max(...full);
  }

  #knows(accountId: AccountId | undefined, from: string, now: number): boolean {
    if (accountId === undefined) return false;
    const address = this.#knownAs(accountId, from);
    return this.#isKnown.get(accountId, address, now - KNOWN_FOR) !== undefined;
  }

  #account({ organisation, email }: Attempt): Buffer {
    return this.#hash('account', organisation, email).subarray(0, 8);
  }

  /** Two bytes know an address again well enough, and tell nobody which one it was. */
  #knownAs(accountId: AccountId, from: string): number {
    return this.#hash('known', accountId, from).readUInt16BE(0);
  }

  #hash(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest();
  }
}
