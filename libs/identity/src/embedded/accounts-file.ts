import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { StoredAccount } from '../account-store.ts';
import { bucketOf } from '../accounts.ts';
import { ensurePrivateFile } from '../issuer-key.ts';
import type { AccountId, Organisation, Role } from '../port.ts';
import { RemovalUnfinished } from '../refusals.ts';

export type Row = Record<string, SQLOutputValue>;

// SQLite leaves copies of living cells behind when it rebalances a page, and `secure_delete` never
// wipes those. What must be able to go for good (address hashes, password hashes) stands in `slots`:
// rows that are only appended, and overwritten in place with bytes of the same length, so that no page
// of theirs is ever rebalanced. The other tables hold ids and facts.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS slots(id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS organisations(
    organisation TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    zone TEXT NOT NULL, is_demo INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS accounts(
    account TEXT PRIMARY KEY, organisation TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL,
    sealed_name TEXT, disabled_at INTEGER, address_bucket INTEGER NOT NULL,
    address_slot INTEGER NOT NULL, password_slot INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS accounts_by_address ON accounts(organisation, address_bucket);
  CREATE INDEX IF NOT EXISTS accounts_of_person ON accounts(organisation, person);
  CREATE TABLE IF NOT EXISTS sessions(
    session TEXT PRIMARY KEY, account TEXT NOT NULL, opened_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL, ended_at INTEGER) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_of_account ON sessions(account);
  CREATE INDEX IF NOT EXISTS sessions_by_age ON sessions(opened_at);
  CREATE TABLE IF NOT EXISTS refresh_tokens(
    hash BLOB PRIMARY KEY, session TEXT NOT NULL, rotated_at INTEGER) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS refresh_tokens_of_session ON refresh_tokens(session);
  CREATE TABLE IF NOT EXISTS guesses(
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, account BLOB NOT NULL, address BLOB NOT NULL,
    known INTEGER NOT NULL, wrong INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS guesses_by_age ON guesses(at);
  CREATE INDEX IF NOT EXISTS guesses_of_account ON guesses(account, at);
  CREATE INDEX IF NOT EXISTS guesses_from_address ON guesses(address, wrong, at);
  CREATE TABLE IF NOT EXISTS known_addresses(
    account TEXT NOT NULL, address INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY(account, address)) WITHOUT ROWID;
`;

/** All password slots are alike in length, so that each fits into another's place. */
const PASSWORD_BYTES = 160;

/** Organisations and accounts in one SQLite file; every call is synchronous and durable. */
export class AccountsFile {
  readonly #database: DatabaseSync;
  readonly #byAddress: StatementSync;
  readonly #byIds: StatementSync;
  readonly #setPassword: StatementSync;

  constructor(path: string) {
    ensurePrivateFile(path);
    const database = new DatabaseSync(path, { timeout: 250 });
    this.#database = database;
    requirePragma(database, 'journal_mode = WAL', 'wal');
    requirePragma(database, 'synchronous = FULL', 2);
    requirePragma(database, 'secure_delete = ON', 1);
    database.exec('PRAGMA temp_store = MEMORY');
    database.exec(SCHEMA);
    // A crash may have come between a removal and this, its last step.
    this.#truncateLog();
    const account = `SELECT accounts.*, p.bytes AS password FROM accounts
      JOIN slots p ON p.id = password_slot`;
    this.#byAddress = database.prepare(
      `${account} JOIN slots a ON a.id = address_slot
        WHERE organisation = ? AND address_bucket = ? AND a.bytes = ?`,
    );
    this.#byIds = database.prepare(`${account} WHERE account IN (SELECT value FROM json_each(?))`);
    this.#setPassword = database.prepare(
      'UPDATE slots SET bytes = ? WHERE id = (SELECT password_slot FROM accounts WHERE account = ?)',
    );
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** All of it is durable when it returns, or nothing happened and it throws. */
  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const outcome = work();
      this.#database.exec('COMMIT');
      return outcome;
    } catch (failure) {
      // SQLite itself rolls back on some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw failure;
    }
  }

  organisations(): readonly Organisation[] {
    return this.prepare('SELECT * FROM organisations ORDER BY slug').all().map(toOrganisation);
  }

  organisationBy(column: 'organisation' | 'slug', value: string): Organisation | undefined {
    const row = this.prepare(`SELECT * FROM organisations WHERE ${column} = ?`).get(value);
    return row && toOrganisation(row);
  }

  addOrganisation({ organisationId, slug, name, zone, isDemo }: Organisation): void {
    const add = this.prepare('INSERT INTO organisations VALUES (?, ?, ?, ?, ?)');
    add.run(organisationId, slug, name, zone, isDemo ? 1 : 0);
  }

  accountByAddress(organisationId: OrganisationId, address: Buffer): StoredAccount | undefined {
    const row = this.#byAddress.get(organisationId, bucketOf(address), address);
    return row && toAccount(row);
  }

  accountsByIds(accountIds: readonly AccountId[]): Map<AccountId, StoredAccount> {
    const rows = this.#byIds.all(JSON.stringify(accountIds)).map(toAccount);
    return new Map(rows.map((account) => [account.accountId, account]));
  }

  addAccount(account: StoredAccount, address: Buffer): void {
    const addSlot = this.prepare('INSERT INTO slots(bytes) VALUES (?)');
    const addressSlot = addSlot.run(address).lastInsertRowid;
    const passwordSlot = addSlot.run(passwordBytes(account.password)).lastInsertRowid;
    const add = this.prepare('INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const { accountId, organisationId, personId, role, sealedName, disabledAt } = account;
    const facts = [accountId, organisationId, personId, role, sealedName, disabledAt] as const;
    add.run(...facts, bucketOf(address), addressSlot, passwordSlot);
  }

  setPassword(accountId: AccountId, password: string): void {
    this.#setPassword.run(passwordBytes(password), accountId);
  }

  /** Within a transaction of the caller; the bytes of the one before are overwritten. */
  changeAddress(accountId: AccountId, address: Buffer): void {
    const slot = '(SELECT address_slot FROM accounts WHERE account = ?)';
    this.prepare(`UPDATE slots SET bytes = ? WHERE id = ${slot}`).run(address, accountId);
    this.prepare('UPDATE accounts SET address_bucket = ? WHERE account = ?').run(
      bucketOf(address),
      accountId,
    );
  }

  /** Removes a person's accounts and all that hangs on them, with their bytes on disk. */
  removeAccountsOf(organisationId: OrganisationId, personId: PersonId): void {
    const own = 'FROM accounts WHERE organisation = ? AND person = ?';
    const sessions = `FROM sessions WHERE account IN (SELECT account ${own})`;
    const wipe = (column: string) =>
      `UPDATE slots SET bytes = zeroblob(length(bytes)) WHERE id IN (SELECT ${column} ${own})`;
    this.transaction(() => {
      for (const sql of [
        `DELETE FROM refresh_tokens WHERE session IN (SELECT session ${sessions})`,
        `DELETE ${sessions}`,
        `DELETE FROM known_addresses WHERE account IN (SELECT account ${own})`,
        wipe('address_slot'),
        wipe('password_slot'),
        `DELETE ${own}`,
      ]) {
        this.prepare(sql).run(organisationId, personId);
      }
    });
    if (!this.#truncateLog()) throw new RemovalUnfinished();
  }

  /** Until the log is written back and cut, it holds pages with the removed bytes. */
  #truncateLog(): boolean {
    const row = this.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    return row?.['busy'] === 0;
  }

  close(): void {
    this.#database.close();
  }
}

const passwordBytes = (password: string | undefined): Buffer => {
  const bytes = Buffer.alloc(PASSWORD_BYTES);
  if ((password?.length ?? 0) > PASSWORD_BYTES)
    throw new RangeError('A password hash is too long.');
  bytes.write(password ?? '', 'latin1');
  return bytes;
};

export const toOrganisation = (row: Row): Organisation => ({
  organisationId: row['organisation'] as OrganisationId,
  slug: row['slug'] as string,
  name: row['name'] as string,
  zone: row['zone'] as string,
  isDemo: row['is_demo'] === 1,
});

export const toAccount = (row: Row): StoredAccount => {
  const padded = Buffer.from(row['password'] as Uint8Array).toString('latin1');
  const password = padded.slice(0, padded.indexOf('\0'));
  return {
    accountId: row['account'] as AccountId,
    organisationId: row['organisation'] as OrganisationId,
    personId: row['person'] as PersonId,
    role: row['role'] as Role,
    sealedName: row['sealed_name'] as string | null,
    disabledAt: row['disabled_at'] as number | null,
    password: password === '' ? undefined : password,
  };
};

const requirePragma = (database: DatabaseSync, setting: string, wanted: string | number): void => {
  database.prepare(`PRAGMA ${setting}`).all();
  const name = setting.split(' ')[0]!;
  if (database.prepare(`PRAGMA ${name}`).get()?.[name] === wanted) return;
  throw new Error(`The accounts cannot be opened safely: SQLite did not take ${setting}.`);
};
