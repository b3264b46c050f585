import type { Brand, OrganisationId, PersonId } from '@vivier/kernel';

/** What somebody may be in an organisation; what a role may do is told elsewhere. */
export const roles = ['candidate', 'operator', 'admin', 'compliance', 'integrator'] as const;
export type Role = (typeof roles)[number];

export type AccountId = Brand<'AccountId'>;
/** One sign-in on one device, until it is ended or lapses. */
export type LoginSessionId = Brand<'LoginSessionId'>;

export interface Organisation {
  readonly organisationId: OrganisationId;
  /** How people name the organisation when they sign in: lower-case letters, digits, hyphens. */
  readonly slug: string;
  readonly name: string;
  /** An IANA time zone: where the organisation's days begin. */
  readonly zone: string;
  readonly isDemo: boolean;
}

export type NewOrganisation = Pick<Organisation, 'organisationId' | 'slug' | 'name'> &
  Partial<Pick<Organisation, 'zone' | 'isDemo'>>;

export interface Account {
  readonly accountId: AccountId;
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly role: Role;
  /** The name as its maker sealed it; it is stored and given back, never looked into. */
  readonly sealedName: string | null;
  /** ms since 1970; `null` while the account is in use. */
  readonly disabledAt: number | null;
}

export interface NewAccount extends Omit<Account, 'disabledAt' | 'sealedName'> {
  readonly email: string;
  /** Without one nobody can sign in until {@link Identity.setPassword}. */
  readonly password?: string;
  readonly sealedName?: string | null;
}

/** Who asks, with the rights as they are at this moment. */
export interface Principal {
  readonly accountId: AccountId;
  readonly personId: PersonId;
  readonly organisationId: OrganisationId;
  readonly role: Role;
  readonly sessionId: LoginSessionId;
}

export interface SignedIn {
  readonly principal: Principal;
  /** A JWT (`at+jwt`), to be sent with each request. */
  readonly accessToken: string;
  /** When the access token ends, in ms since 1970. */
  readonly accessTokenEnds: number;
  /** Opaque, good for one {@link Identity.refresh}. */
  readonly refreshToken: string;
}

/** How long tokens and login sessions hold, in ms. */
export interface Lifetimes {
  /** An access token. */
  readonly accessToken: number;
  /** A login session that nobody refreshes. */
  readonly idle: number;
  /** A login session, however busy. */
  readonly session: number;
}

const minute = 60_000;
const hour = 60 * minute;
export const DEFAULT_LIFETIMES: Lifetimes = {
  accessToken: 10 * minute,
  idle: 24 * hour,
  session: 14 * 24 * hour,
};

/**
 * Accounts, passwords and login sessions. It holds no address and no name in clear. Everything that is
 * refused rejects with a {@link SignInRefused}.
 */
export interface Identity {
  /** Idempotent by id and slug. `OrganisationExists`, `SlugInvalid`, `ZoneUnknown`. */
  createOrganisation(organisation: NewOrganisation): Promise<Organisation>;
  organisation(organisationId: OrganisationId): Promise<Organisation | undefined>;
  organisationBySlug(slug: string): Promise<Organisation | undefined>;
  /** All of them, by slug. */
  organisations(): Promise<readonly Organisation[]>;

  /**
   * Idempotent by account id: the account that is there stays as it is. `AddressTaken`,
   * `PasswordTooWeak`, `OrganisationUnknown`, `AccountExists` (that id, in another organisation).
   */
  addAccount(account: NewAccount): Promise<Account>;
  /** In the order asked, read in one go; `undefined` where absent or another organisation's. */
  accountsByIds(
    organisationId: OrganisationId,
    accountIds: readonly AccountId[],
  ): Promise<readonly (Account | undefined)[]>;
  /** Ends the account's login sessions. Idempotent; `AccountUnknown`. */
  disableAccount(organisationId: OrganisationId, accountId: AccountId): Promise<void>;
  /** The person has to sign in again. Idempotent; `AccountUnknown`. */
  enableAccount(organisationId: OrganisationId, accountId: AccountId): Promise<void>;
  /** Holds from the next request on. `AccountUnknown`. */
  changeRole(organisationId: OrganisationId, accountId: AccountId, role: Role): Promise<void>;
  /** Ends the account's login sessions. `AccountUnknown`, `PasswordTooWeak`. */
  setPassword(
    organisationId: OrganisationId,
    accountId: AccountId,
    password: string,
  ): Promise<void>;
  /**
   * From now on the account is signed in to with this address, and no more with the one before; its
   * login sessions end. Idempotent: the address that it has already changes nothing and ends nothing.
   * `AccountUnknown`, `AddressTaken`.
   */
  changeAddress(organisationId: OrganisationId, accountId: AccountId, email: string): Promise<void>;
  /**
   * Erasure (GDPR 17): the person's accounts, their passwords, address hashes and login sessions, with
   * their bytes on disk. Idempotent. Rejects with {@link RemovalUnfinished}.
   */
  removeAccountsOf(organisationId: OrganisationId, personId: PersonId): Promise<void>;

  /**
   * Opens a login session. Whatever is wrong (organisation, address, password, disabled) is
   * `SignInFailed` after the same work; `TryAgainLater` when too many wait; `TooManyAttempts`, without
   * any work, when too many were wrong lately: at most 20 an hour are looked at for one account.
   */
  signIn(credentials: {
    /** The organisation's slug. */
    readonly organisation: string;
    readonly email: string;
    readonly password: string;
    /** The network address that it comes from, for counting wrong attempts; kept as a keyed hash. */
    readonly from?: string;
  }): Promise<SignedIn>;
  /**
   * Counts that a mail was asked for, as wrong attempts to sign in are counted, but apart from them.
   * It does the same work whether or not there is an account. `TooManyAttempts`.
   */
  countMailAsked(asked: {
    /** The organisation's slug. */
    readonly organisation: string;
    /** An address or an id: so many are sent for each. */
    readonly about: string;
    /** The network address that it comes from. */
    readonly from?: string;
  }): Promise<void>;
  /**
   * Gives new tokens for a refresh token, once. A token that was used before was copied: its login
   * session ends. `NotSignedIn`, `SessionEnded`.
   */
  refresh(refreshToken: string): Promise<SignedIn>;
  /** Idempotent; its access tokens end with it. */
  signOut(sessionId: LoginSessionId): Promise<void>;
  /**
   * Who sends this access token. Role, disabled state and login session are read from the store each
   * time, so that a change works at once. `NotSignedIn`, `SessionEnded`.
   */
  authenticate(accessToken: string): Promise<Principal>;
  /**
   * Who is behind a login session, read from the store each time: for what goes on for longer than an
   * access token holds. `SessionEnded`.
   */
  behind(sessionId: LoginSessionId): Promise<Principal>;
  close(): Promise<void>;
}
