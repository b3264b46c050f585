import type { OrganisationId, PersonId } from '@vivier/kernel';
import type {
  AccountStore,
  Attempted,
  Guess,
  Identified,
  StoredAccount,
} from '../account-store.ts';
import { standing, withoutSecret } from '../accounts.ts';
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
import { SignInRefused } from '../refusals.ts';
import { AccountsFile } from './accounts-file.ts';
import { Guesses } from './guesses.ts';
import { LoginSessions } from './login-sessions.ts';

export interface EmbeddedIdentityOptions extends IdentityOptions {
  /** The SQLite file of accounts and login sessions. */
  readonly file: string;
}

/** Opens the accounts of one process. Rejects with {@link IssuerKeyUnsafe}. */
export const openEmbeddedIdentity = (options: EmbeddedIdentityOptions): Promise<Identity> =>
  identityOn(options, (lifetimes) => new EmbeddedAccounts(options.file, lifetimes));

/** Organisations, accounts, login sessions and counted attempts in one file. */
class EmbeddedAccounts implements AccountStore {
  readonly #file: AccountsFile;
  readonly #sessions: LoginSessions;
  readonly #guesses: Guesses;

  constructor(file: string, lifetimes: Lifetimes) {
    this.#file = new AccountsFile(file);
    this.#sessions = new LoginSessions(this.#file, lifetimes);
    this.#guesses = new Guesses(this.#file);
  }

  async organisations() {
    return this.#file.organisations();
  }

  async organisationBy(column: 'organisation' | 'slug', value: string) {
    return this.#file.organisationBy(column, value);
  }

  async addOrganisation(organisation: Organisation) {
    const { organisationId, slug } = organisation;
    return this.#file.transaction(() => {
      const same =
        this.#file.organisationBy('organisation', organisationId) ??
        this.#file.organisationBy('slug', slug);
      if (same === undefined) this.#file.addOrganisation(organisation);
      return same ?? organisation;
    });
  }

  async accountByAddress(organisationId: OrganisationId, address: Buffer) {
    return this.#file.accountByAddress(organisationId, address);
  }

  async accountsByIds(accountIds: readonly AccountId[]) {
    const found = [...this.#file.accountsByIds(accountIds).values()];
    return new Map(found.map((account) => [account.accountId, withoutSecret(account)]));
  }

  async existing(asked: Identified, address: Buffer) {
    return this.#existing(asked, address);
  }

  async addAccount(account: Account, password: string | undefined, address: Buffer) {
    return this.#file.transaction(() => {
      const same = this.#existing(account, address);
      if (same === undefined) this.#file.addAccount({ ...account, password }, address);
      return same ?? account;
    });
  }

  async disable(organisationId: OrganisationId, accountId: AccountId, now: number) {
    return this.#file.transaction(() => {
      const disabled = 'disabled_at = coalesce(disabled_at, ?)';
      if (!this.#change(organisationId, accountId, disabled, now)) return false;
      this.#sessions.endAllOf(accountId, now);
      return true;
    });
  }

  async enable(organisationId: OrganisationId, accountId: AccountId) {
    return this.#change(organisationId, accountId, 'disabled_at = ?', null);
  }

  async changeRole(organisationId: OrganisationId, accountId: AccountId, role: Role) {
    return this.#change(organisationId, accountId, 'role = ?', role);
  }

  async setPassword(
    organisationId: OrganisationId,
    accountId: AccountId,
    password: string,
    now: number,
  ) {
    return this.#file.transaction(() => {
      if (this.#stored(accountId)?.organisationId !== organisationId) return false;
      this.#file.setPassword(accountId, password);
      this.#sessions.endAllOf(accountId, now);
      return true;
    });
  }

  async changeAddress(
    organisationId: OrganisationId,
    accountId: AccountId,
    address: Buffer,
    now: number,
  ) {
    return this.#file.transaction(() => {
      if (this.#stored(accountId)?.organisationId !== organisationId) return false;
      const holder = this.#file.accountByAddress(organisationId, address);
      if (holder?.accountId === accountId) return true;
      if (holder !== undefined) throw new SignInRefused('AddressTaken');
      this.#file.changeAddress(accountId, address);
      this.#sessions.endAllOf(accountId, now);
      return true;
    });
  }

  async removeAccountsOf(organisationId: OrganisationId, personId: PersonId) {
    this.#file.removeAccountsOf(organisationId, personId);
  }

  async begin(attempt: Attempted, now: number): Promise<Guess> {
    const { missed, withdrawn, hit } = this.#guesses.begin(attempt, now);
    return {
      missed: async () => missed(),
      withdrawn: async () => withdrawn(),
      hit: async (found, renewed, openedAt) =>
        this.#file.transaction(() => {
          const account = this.#stored(found.accountId);
          if (account?.password !== found.password || account?.disabledAt !== null) {
            return undefined;
          }
          if (renewed !== undefined) this.#file.setPassword(found.accountId, renewed);
          hit();
          return this.#sessions.open(found.accountId, openedAt);
        }),
    };
  }

  async living(sessionId: LoginSessionId, now: number) {
    return this.#sessions.living(sessionId, now);
  }

  async rotate(refreshToken: string, now: number) {
    return this.#sessions.rotate(refreshToken, now);
  }

  async endSession(sessionId: LoginSessionId, now: number) {
    this.#sessions.end(sessionId, now);
  }

  async close() {
    this.#file.close();
  }

  #stored(accountId: AccountId): StoredAccount | undefined {
    return this.#file.accountsByIds([accountId]).get(accountId);
  }

  #existing(asked: Identified, address: Buffer): Account | undefined {
    const sameAddress = this.#file.accountByAddress(asked.organisationId, address);
    const same = standing(asked, this.#stored(asked.accountId), sameAddress);
    return same && withoutSecret(same);
  }

  #change(
    organisationId: OrganisationId,
    accountId: AccountId,
    assignment: string,
    value: string | number | null,
  ): boolean {
    const { changes } = this.#file
      .prepare(`UPDATE accounts SET ${assignment} WHERE account = ? AND organisation = ?`)
      .run(value, accountId, organisationId);
    return changes > 0;
  }
}
