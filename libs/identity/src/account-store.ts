import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { Account, AccountId, LoginSessionId, Organisation, Role } from './port.ts';

/** An account with its secret, for whoever checks a password. */
export interface StoredAccount extends Account {
  /** A PHC string; `undefined` before the first password is set. */
  readonly password: string | undefined;
  /** The secret as it is stored, where that is sealed: a password that was read is known again by it. */
  readonly sealed?: Uint8Array;
}

/** A login session that has not ended. */
export interface LivingSession {
  readonly sessionId: LoginSessionId;
  readonly accountId: AccountId;
  /** When it ends at the latest, in ms since 1970. */
  readonly ends: number;
}

export interface OpenSession extends LivingSession {
  readonly refreshToken: string;
}

/** An attempt to sign in, by keyed hashes alone. */
export interface Attempted {
  /** Organisation and address, whether or not there is an account; 8 bytes. */
  readonly account: Buffer;
  /** Where it comes from; 8 bytes. */
  readonly address: Buffer;
  /** The account of that address, where there is one, and by what it would know the place again. */
  readonly known?: { readonly accountId: AccountId; readonly place: number };
}

/** An attempt that counts until it turns out right. */
export interface Guess {
  /** It was wrong. */
  missed(): Promise<void>;
  /** No password was compared: it was none. */
  withdrawn(): Promise<void>;
  /**
   * It was right: opens a login session, and stores the password anew where it was `renewed`.
   * `undefined` where the account was changed, disabled or removed since `found` was read.
   */
  hit(
    found: StoredAccount,
    renewed: string | undefined,
    now: number,
  ): Promise<OpenSession | undefined>;
}

/**
 * Organisations, accounts, login sessions and counted attempts, wherever they are kept. Each call is
 * atomic, and durable when it resolves. Instants are in ms since 1970, from the caller's clock.
 */
export interface AccountStore {
  /** All of them, by slug. */
  organisations(): Promise<readonly Organisation[]>;
  organisationBy(column: 'organisation' | 'slug', value: string): Promise<Organisation | undefined>;
  /** Adds it, unless its id or else its slug is in use; gives what stands there then. */
  addOrganisation(organisation: Organisation): Promise<Organisation>;

  accountByAddress(
    organisationId: OrganisationId,
    address: Buffer,
  ): Promise<StoredAccount | undefined>;
  accountsByIds(accountIds: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Account>>;
  /** The account of that id, if it is there. Rejects with `AccountExists`, `AddressTaken`. */
  existing(asked: Identified, address: Buffer): Promise<Account | undefined>;
  /** Adds it, unless it is there; gives what stands there then. Rejects as `existing` does. */
  addAccount(account: Account, password: string | undefined, address: Buffer): Promise<Account>;
  /** Ends the account's login sessions too. These four tell whether there is such an account. */
  disable(organisationId: OrganisationId, accountId: AccountId, now: number): Promise<boolean>;
  enable(organisationId: OrganisationId, accountId: AccountId): Promise<boolean>;
  changeRole(organisationId: OrganisationId, accountId: AccountId, role: Role): Promise<boolean>;
  /** Ends the account's login sessions too. */
  setPassword(
    organisationId: OrganisationId,
    accountId: AccountId,
    password: string,
    now: number,
  ): Promise<boolean>;
  /**
   * Ends the account's login sessions too, unless it has this address already. Tells whether there is
   * such an account. Rejects with `AddressTaken`.
   */
  changeAddress(
    organisationId: OrganisationId,
    accountId: AccountId,
    address: Buffer,
    now: number,
  ): Promise<boolean>;
  removeAccountsOf(organisationId: OrganisationId, personId: PersonId): Promise<void>;

  /** Counts an attempt before its password is compared. Rejects with `TooManyAttempts`. */
  begin(attempt: Attempted, now: number): Promise<Guess>;

  living(sessionId: LoginSessionId, now: number): Promise<LivingSession | undefined>;
  /**
   * Changes a refresh token for the next one. `unknown`: nobody was given it; `ended`: its session has
   * ended, or ends now because the token comes a second time.
   */
  rotate(refreshToken: string, now: number): Promise<OpenSession | 'unknown' | 'ended'>;
  endSession(sessionId: LoginSessionId, now: number): Promise<void>;
  close(): Promise<void>;
}

export type Identified = Pick<Account, 'accountId' | 'organisationId'>;
