import type { StatementSync } from 'node:sqlite';
import type { AccountsFile } from './accounts-file.ts';
import type { Attempted } from '../account-store.ts';
import { EVERYWHERE, KNOWN_FOR, MOST_KNOWN, requireRoom, WINDOW } from '../guess-limits.ts';

/** An attempt that counts until it turns out right. */
interface CountedGuess {
  /** It was wrong. */
  missed(this: void): void;
  /** No password was compared: it was none. */
  withdrawn(this: void): void;
  /** It was right; within a transaction of the caller. */
  hit(this: void): void;
}

/** Attempts to sign in, counted beside the accounts; what they may be is said in `guess-limits.ts`. */
export class Guesses {
  readonly #file: AccountsFile;
  readonly #ofAccount: StatementSync;
  readonly #ofAddress: StatementSync;
  readonly #forget: StatementSync;
  readonly #add: StatementSync;
  readonly #miss: StatementSync;
  readonly #remove: StatementSync;
  readonly #isKnown: StatementSync;
  readonly #know: StatementSync;
  readonly #forgetKnown: StatementSync;

  constructor(file: AccountsFile) {
    this.#file = file;
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

  /** Counts an attempt before its password is compared. Throws `TooManyAttempts`. */
  begin({ account, address, known }: Attempted, now: number): CountedGuess {
    const isKnown = known !== undefined && this.#knows(known, now);
    // A refusal writes nothing: refusing must cost less than asking.
    const counted = this.#ofAccount.all(account, now - WINDOW, now).map((row) => ({
      at: row['at'] as number,
      isFromSameAddress: address.equals(row['address'] as Uint8Array),
      isKnown: row['known'] === 1,
    }));
    const hundredth = this.#ofAddress.get(address, now - WINDOW, now);
    requireRoom(counted, isKnown, hundredth?.['at'] as number | undefined, now);
    const id = this.#file.transaction(() => {
      this.#forget.run(now - WINDOW, now);
      return this.#add.run(now, account, address, isKnown ? 1 : 0).lastInsertRowid;
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
        if (known === undefined) return;
        this.#know.run(known.accountId, known.place, now);
        this.#forgetKnown.run(known.accountId, now - KNOWN_FOR);
      },
    };
  }

  #knows({ accountId, place }: NonNullable<Attempted['known']>, now: number): boolean {
    return this.#isKnown.get(accountId, place, now - KNOWN_FOR) !== undefined;
  }
}
