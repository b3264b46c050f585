import { DatabaseSync } from 'node:sqlite';
import type { StoredAccount } from '../account-store.ts';
import type { Organisation } from '../port.ts';
import { toAccount, toOrganisation } from './accounts-file.ts';

/** An account with what it hides. */
export interface AccountToMove extends StoredAccount {
  /** SHA-256 of the keyed hash of the address. */
  readonly address: Buffer;
  /** Places where it signed in lately, the last first; instants in ms since 1970. */
  readonly known: readonly { readonly place: number; readonly at: number }[];
}

/** What is in a file of accounts that nobody writes to any more. Only reads. */
export class AccountsToMove {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  }

  organisations(): readonly Organisation[] {
    return this.#database.prepare('SELECT * FROM organisations').all().map(toOrganisation);
  }

  *accounts(): Generator<AccountToMove> {
    const rows = this.#database.prepare(
      `SELECT accounts.*, a.bytes AS address, p.bytes AS password FROM accounts
        JOIN slots a ON a.id = address_slot JOIN slots p ON p.id = password_slot`,
    );
    const places = this.#database.prepare(
      'SELECT address AS place, at FROM known_addresses WHERE account = ? ORDER BY at DESC',
    );
    for (const row of rows.iterate()) {
      const account = toAccount(row);
      const known = Array.from(places.all(account.accountId), ({ place, at }) => ({
        place: place as number,
        at: at as number,
      }));
      yield { ...account, address: Buffer.from(row['address'] as Uint8Array), known };
    }
  }

  close(): void {
    this.#database.close();
  }
}
