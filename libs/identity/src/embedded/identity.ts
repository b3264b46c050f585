import { createHash, type KeyObject } from 'node:crypto';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { AccessTokens } from '../access-tokens.ts';
import { AccountsFile, type StoredAccount } from './accounts-file.ts';
import { Guesses, type Guess } from './guesses.ts';
import { openIssuerKey } from '../issuer-key.ts';
import { LoginSessions, type LivingSession, type OpenSession } from './login-sessions.ts';
import { argon2id, OWASP_COST, Passwords, requireStrong } from '../passwords.ts';
import type { DeriveKey, PasswordCost } from '../passwords.ts';
import { DEFAULT_LIFETIMES } from '../port.ts';
import type {
  Account,
  AccountId,
  Identity,
  Lifetimes,
  LoginSessionId,
  NewAccount,
  NewOrganisation,
  Organisation,
  Principal,
  Role,
  SignedIn,
} from '../port.ts';
import { SignInRefused } from '../refusals.ts';

export interface EmbeddedIdentityOptions {
  /** The SQLite file of accounts and login sessions. */
  readonly file: string;
  /** The file of the key that signs access tokens; made at the first start. */
  readonly issuerKeyFile: string;
  readonly clock: { now(): number };
  /**
   * A keyed hash of an address, under a key of the organisation that this file does not hold. It gets
   * the address trimmed, in lower case and NFC.
   */
  readonly hashAddress: (
    organisationId: OrganisationId,
    comparableEmail: string,
  ) => string | Promise<string>;
  /** Default: OWASP's minimum. Raising it rehashes each password at its next sign-in. */
  readonly passwordCost?: PasswordCost;
  readonly derive?: DeriveKey;
  readonly lifetimes?: Partial<Lifetimes>;
  /** `iss` and `aud` of access tokens. */
  readonly issuer?: string;
  readonly audience?: string;
}

/** Opens the accounts of one process. Rejects with {@link IssuerKeyUnsafe}. */
export const openEmbeddedIdentity = async (options: EmbeddedIdentityOptions): Promise<Identity> => {
  const key = openIssuerKey(options.issuerKeyFile);
  const { issuer = 'vivier', audience = 'vivier-api' } = options;
  return new EmbeddedIdentity(options, key, new AccessTokens(key, issuer, audience));
};

type Credentials = Parameters<Identity['signIn']>[0];

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

class EmbeddedIdentity implements Identity {
  readonly #file: AccountsFile;
  readonly #sessions: LoginSessions;
  readonly #passwords: Passwords;
  readonly #guesses: Guesses;
  readonly #tokens: AccessTokens;
  readonly #lifetimes: Lifetimes;
  readonly #options: EmbeddedIdentityOptions;

  constructor(options: EmbeddedIdentityOptions, issuerKey: KeyObject, tokens: AccessTokens) {
    this.#options = options;
    this.#tokens = tokens;
    this.#lifetimes = { ...DEFAULT_LIFETIMES, ...options.lifetimes };
    this.#file = new AccountsFile(options.file);
    this.#sessions = new LoginSessions(this.#file, this.#lifetimes);
    this.#passwords = new Passwords(options.passwordCost ?? OWASP_COST, options.derive ?? argon2id);
    this.#guesses = new Guesses(this.#file, issuerKey);
  }

  async createOrganisation(asked: NewOrganisation): Promise<Organisation> {
    const organisation = { zone: 'Europe/Paris', isDemo: false, ...asked };
    const { organisationId, slug, zone } = organisation;
    if (!SLUG.test(slug) || slug.length < 2 || slug.length > 63) {
      throw new SignInRefused('SlugInvalid');
    }
    if (!isZone(zone)) throw new SignInRefused('ZoneUnknown');
    const there = this.#file.transaction(() => {
      const same =
        this.#file.organisationBy('organisation', organisationId) ??
        this.#file.organisationBy('slug', slug);
      if (same === undefined) this.#file.addOrganisation(organisation);
      return same ?? organisation;
    });
    if (there.organisationId !== organisationId || there.slug !== slug) {
      throw new SignInRefused('OrganisationExists');
    }
    return there;
  }

  async organisation(organisationId: OrganisationId) {
    return this.#file.organisationBy('organisation', organisationId);
  }

  async organisationBySlug(slug: string) {
    return this.#file.organisationBy('slug', slug);
  }

  async organisations() {
    return this.#file.organisations();
  }

  async addAccount(asked: NewAccount): Promise<Account> {
    const { accountId, organisationId, personId, role, sealedName = null } = asked;
    if ((await this.organisation(organisationId)) === undefined) {
      throw new SignInRefused('OrganisationUnknown');
    }
    const address = await this.#address(organisationId, asked.email);
    const before = this.#existing(asked, address);
    if (before !== undefined) return withoutSecret(before);
    if (asked.password !== undefined) requireStrong(asked.password);
    const password =
      asked.password === undefined ? undefined : await this.#passwords.hash(asked.password);
    return this.#file.transaction(() => {
      // Hashing took its time: somebody may have been quicker.
      const meanwhile = this.#existing(asked, address);
      if (meanwhile !== undefined) return withoutSecret(meanwhile);
      const account = { accountId, organisationId, personId, role, sealedName, disabledAt: null };
      this.#file.addAccount({ ...account, password }, address);
      return account;
    });
  }

  async accountsByIds(organisationId: OrganisationId, accountIds: readonly AccountId[]) {
    const found = this.#file.accountsByIds(accountIds);
    return accountIds.map((accountId) => {
      const account = found.get(accountId);
      return account?.organisationId === organisationId ? withoutSecret(account) : undefined;
    });
  }

  async disableAccount(organisationId: OrganisationId, accountId: AccountId) {
    const now = this.#options.clock.now();
    this.#file.transaction(() => {
      this.#change(organisationId, accountId, 'disabled_at = coalesce(disabled_at, ?)', now);
      this.#sessions.endAllOf(accountId, now);
    });
  }

  async enableAccount(organisationId: OrganisationId, accountId: AccountId) {
    this.#change(organisationId, accountId, 'disabled_at = ?', null);
  }

  async changeRole(organisationId: OrganisationId, accountId: AccountId, role: Role) {
    this.#change(organisationId, accountId, 'role = ?', role);
  }

  async setPassword(organisationId: OrganisationId, accountId: AccountId, password: string) {
    requireStrong(password);
    const encoded = await this.#passwords.hash(password);
    this.#file.transaction(() => {
      this.#require(organisationId, accountId);
      this.#file.setPassword(accountId, encoded);
      this.#sessions.endAllOf(accountId, this.#options.clock.now());
    });
  }

  async removeAccountsOf(organisationId: OrganisationId, personId: PersonId) {
    this.#file.removeAccountsOf(organisationId, personId);
  }

  async signIn(credentials: Credentials) {
    const { organisation: slug, email, from = '' } = credentials;
    const attempt = { organisation: slug, email: comparable(email), from };
    return this.#guesses.inTurn(attempt, async () => {
      const organisation = await this.organisationBySlug(slug);
      const found = organisation && (await this.#accountAt(organisation, email));
      const guess = this.#guesses.begin(attempt, found?.accountId, this.#options.clock.now());
      try {
        return await this.#tried(credentials, found, guess);
      } catch (error) {
        // Nothing was compared where the queue was full.
        if (error instanceof SignInRefused && error.code === 'TryAgainLater') guess.withdrawn();
        else guess.missed();
        throw error;
      }
    });
  }

  /** Rejects with `SignInFailed`, `TryAgainLater`. */
  async #tried({ password }: Credentials, found: StoredAccount | undefined, guess: Guess) {
    const right = await this.#passwords.verify(password, found?.password);
    if (!right || found === undefined || found.disabledAt !== null) {
      throw new SignInRefused('SignInFailed');
    }
    const renewed = this.#passwords.isOutdated(found.password!)
      ? await this.#passwords.hash(password)
      : undefined;
    const now = this.#options.clock.now();
    const session = this.#file.transaction(() => {
      // Hashing took its time: what was checked must still hold.
      const account = this.#file.accountsByIds([found.accountId]).get(found.accountId);
      if (account?.password !== found.password || account?.disabledAt !== null) return undefined;
      if (renewed !== undefined) this.#file.setPassword(found.accountId, renewed);
      guess.hit();
      return this.#sessions.open(found.accountId, now);
    });
    if (session === undefined) throw new SignInRefused('SignInFailed');
    return this.#signedIn(session, now);
  }

  async refresh(refreshToken: string) {
    const now = this.#options.clock.now();
    const session = this.#sessions.rotate(refreshToken, now);
    if (session === 'unknown') throw new SignInRefused('NotSignedIn');
    if (session === 'ended') throw new SignInRefused('SessionEnded');
    return this.#signedIn(session, now);
  }

  async signOut(sessionId: LoginSessionId) {
    this.#sessions.end(sessionId, this.#options.clock.now());
  }

  async authenticate(accessToken: string): Promise<Principal> {
    const now = this.#options.clock.now();
    const claims = await this.#tokens.verify(accessToken, now);
    const session = this.#sessions.living(claims.sessionId, now);
    if (session === undefined) throw new SignInRefused('SessionEnded');
    const principal = this.#principal(session);
    const { accountId, organisationId } = principal;
    if (accountId !== claims.accountId || organisationId !== claims.organisationId) {
      throw new SignInRefused('NotSignedIn');
    }
    return principal;
  }

  async close() {
    this.#file.close();
  }

  /** Rejects with `SessionEnded` where the account is disabled or gone. */
  async #signedIn(session: OpenSession, now: number): Promise<SignedIn> {
    const principal = this.#principal(session);
    const accessTokenEnds = Math.min(now + this.#lifetimes.accessToken, session.ends);
    return {
      principal,
      accessToken: await this.#tokens.sign(principal, now, accessTokenEnds),
      accessTokenEnds,
      refreshToken: session.refreshToken,
    };
  }

  #principal({ sessionId, accountId }: LivingSession): Principal {
    const account = this.#file.accountsByIds([accountId]).get(accountId);
    if (account === undefined || account.disabledAt !== null) {
      throw new SignInRefused('SessionEnded');
    }
    const { personId, organisationId, role } = account;
    return { accountId, personId, organisationId, role, sessionId };
  }

  async #address(organisationId: OrganisationId, email: string): Promise<Buffer> {
    const keyed = await this.#options.hashAddress(organisationId, comparable(email));
    return createHash('sha256').update(keyed).digest();
  }

  async #accountAt({ organisationId }: Organisation, email: string) {
    const address = await this.#address(organisationId, email);
    return this.#file.accountByAddress(organisationId, address);
  }

  #existing({ accountId, organisationId }: NewAccount, address: Buffer) {
    const same = this.#file.accountsByIds([accountId]).get(accountId);
    if (same !== undefined && same.organisationId !== organisationId) {
      throw new SignInRefused('AccountExists');
    }
    if (same === undefined && this.#file.accountByAddress(organisationId, address) !== undefined) {
      throw new SignInRefused('AddressTaken');
    }
    return same;
  }

  #require(organisationId: OrganisationId, accountId: AccountId): void {
    const account = this.#file.accountsByIds([accountId]).get(accountId);
    if (account?.organisationId !== organisationId) throw new SignInRefused('AccountUnknown');
  }

  #change(
    organisationId: OrganisationId,
    accountId: AccountId,
    assignment: string,
    value: string | number | null,
  ): void {
    this.#require(organisationId, accountId);
    this.#file.prepare(`UPDATE accounts SET ${assignment} WHERE account = ?`).run(value, accountId);
  }
}

/** However an address is spelled. */
const comparable = (email: string): string =>
  email.trim().normalize('NFC').toLowerCase().normalize('NFC');

const withoutSecret = ({ password: _secret, ...account }: StoredAccount): Account => account;

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
