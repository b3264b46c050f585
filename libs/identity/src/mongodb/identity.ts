import type { ClientSession, Db } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type {
  AccountStore,
  Attempted,
  Guess,
  Identified,
  OpenSession,
  StoredAccount,
} from '../account-store.ts';
import { identityOn, type IdentityOptions } from '../identity.ts';
import type {
  Account,
  AccountId,
  Identity,
  Lifetimes,
  LoginSessionId,
  Organisation,
  Role,
} from '../port.ts';
import { AccountRows } from './account-rows.ts';
import { prepareRows, rowsIn, type AccountRow, type Rows } from './collections.ts';
import { GuessRows, withPlace, type CountedAttempt } from './guess-rows.ts';
import { openSecret, type AccountSecrets } from './secrets.ts';
import { SessionRows } from './session-rows.ts';

export interface MongoIdentityOptions extends IdentityOptions {
  /** A database on a replica set, of a client that is connected and stays its maker's to close. */
  readonly db: Db;
  /** What seals the hashes of addresses and passwords under keys of their persons. */
  readonly secrets: AccountSecrets;
}

/** See `open.ts`. */
export const mongoIdentity = (options: MongoIdentityOptions): Promise<Identity> =>
  identityOn(options, async (lifetimes) => {
    const rows = rowsIn(options.db);
    await prepareRows(rows);
    return new MongoAccounts(rows, options.secrets, lifetimes);
  });

class MongoAccounts implements AccountStore {
  readonly #rows: Rows;
  readonly #secrets: AccountSecrets;
  readonly #accounts: AccountRows;
  readonly #sessions: SessionRows;
  readonly #guesses: GuessRows;

  constructor(rows: Rows, secrets: AccountSecrets, lifetimes: Lifetimes) {
    this.#rows = rows;
    this.#secrets = secrets;
    this.#accounts = new AccountRows(rows, secrets);
    this.#sessions = new SessionRows(rows, lifetimes);
    this.#guesses = new GuessRows(rows);
  }

  organisations() {
    return this.#accounts.organisations();
  }

  organisationBy(column: 'organisation' | 'slug', value: string) {
    return this.#accounts.organisationBy(column, value);
  }

  addOrganisation(organisation: Organisation) {
    return this.#accounts.addOrganisation(organisation);
  }

  accountByAddress(organisationId: OrganisationId, address: Buffer) {
    return this.#accounts.byAddress(organisationId, address);
  }

  accountsByIds(accountIds: readonly AccountId[]) {
    return this.#accounts.byIds(accountIds);
  }

  existing(asked: Identified, address: Buffer) {
    return this.#accounts.existing(asked, address);
  }

  addAccount(account: Account, password: string | undefined, address: Buffer) {
    return this.#accounts.add(account, password, address);
  }

  disable(organisationId: OrganisationId, accountId: AccountId, now: number) {
    return this.#accounts.disable(organisationId, accountId, now);
  }

  enable(organisationId: OrganisationId, accountId: AccountId) {
    return this.#accounts.enable(organisationId, accountId);
  }

  changeRole(organisationId: OrganisationId, accountId: AccountId, role: Role) {
    return this.#accounts.changeRole(organisationId, accountId, role);
  }

  setPassword(organisationId: OrganisationId, accountId: AccountId, password: string, now: number) {
    return this.#accounts.setPassword(organisationId, accountId, password, now);
  }

  changeAddress(
    organisationId: OrganisationId,
    accountId: AccountId,
    address: Buffer,
    now: number,
  ) {
    return this.#accounts.changeAddress(organisationId, accountId, address, now);
  }

  removeAccountsOf(organisationId: OrganisationId, personId: PersonId) {
    return this.#accounts.removeAllOf(organisationId, personId);
  }

  async begin(attempted: Attempted, now: number): Promise<Guess> {
    const counted = await this.#guesses.begin(attempted, now);
    return {
      missed: () => this.#guesses.missed(counted),
      withdrawn: () => this.#guesses.removed(counted),
      hit: (found, renewed, openedAt) =>
        this.#signedIn(attempted, counted, found, renewed, openedAt),
    };
  }

  living(sessionId: LoginSessionId, now: number) {
    return this.#sessions.living(sessionId, now);
  }

  rotate(refreshToken: string, now: number) {
    return this.#sessions.rotate(refreshToken, now);
  }

  endSession(sessionId: LoginSessionId, now: number) {
    return this.#sessions.end(sessionId, now);
  }

  async close() {
    // The client is its maker's to close.
  }

  async #signedIn(
    { known }: Attempted,
    counted: CountedAttempt,
    found: StoredAccount,
    renewed: string | undefined,
    now: number,
  ): Promise<OpenSession | undefined> {
    const opened = await this.#rows.transaction(async (session) => {
      const row = await this.#unchanged(found, session);
      if (row === null) return undefined;
      const secret = renewed === undefined ? row.secret : await this.#renewed(row, renewed);
      if (secret === undefined) return undefined;
      // Changed in any case: whoever disables the account or sets its password at this moment changes
      // it too, and one of both is done again.
      await this.#rows.accounts.updateOne(
        { _id: row._id },
        { $set: { secret, known: withPlace(row, known!.place, now) }, $inc: { turns: 1 } },
        { session },
      );
      return this.#sessions.open(row._id, now, session);
    });
    if (opened === undefined) return undefined;
    await this.#guesses.removed(counted);
    await this.#sessions.purge(now);
    return opened;
  }

  #unchanged(found: StoredAccount, session: ClientSession): Promise<AccountRow | null> {
    const secret = Buffer.from(found.sealed!);
    return this.#rows.accounts.findOne(
      { _id: found.accountId, disabledAt: null, secret },
      { session },
    );
  }

  async #renewed(row: AccountRow, password: string): Promise<Buffer | undefined> {
    const before = await openSecret(this.#secrets, row);
    return before && this.#accounts.resealed(row, before.address, password);
  }
}
