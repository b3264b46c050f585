import { createHash } from 'node:crypto';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { AccessTokens } from './access-tokens.ts';
import type { AccountStore, Guess, OpenSession, StoredAccount } from './account-store.ts';
import { comparable, requireSlug, requireZone } from './accounts.ts';
import { GuessHashes } from './guess-limits.ts';
import { openIssuerKey } from './issuer-key.ts';
import { argon2id, OWASP_COST, Passwords, requireStrong } from './passwords.ts';
import type { DeriveKey, PasswordCost } from './passwords.ts';
import { DEFAULT_LIFETIMES } from './port.ts';
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
} from './port.ts';
import { principalOf } from './principal.ts';
import { SignInRefused } from './refusals.ts';
import { Turns } from './turns.ts';

/** What an identity needs, wherever its accounts are kept. */
export interface IdentityOptions {
  /** The file of the key that signs access tokens; made at the first start. Processes share it. */
  readonly issuerKeyFile: string;
  readonly clock: { now(): number };
  /**
   * A keyed hash of an address, under a key of the organisation that the store does not hold. It gets
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

/** The identity on the store that `open` gives. Rejects with {@link IssuerKeyUnsafe}. */
export const identityOn = async (
  options: IdentityOptions,
  open: (lifetimes: Lifetimes) => AccountStore | Promise<AccountStore>,
): Promise<Identity> => {
  const key = openIssuerKey(options.issuerKeyFile);
  const { issuer = 'vivier', audience = 'vivier-api' } = options;
  const lifetimes = { ...DEFAULT_LIFETIMES, ...options.lifetimes };
  return new StoredIdentity(options, {
    store: await open(lifetimes),
    lifetimes,
    tokens: new AccessTokens(key, issuer, audience),
    hashes: new GuessHashes(key),
  });
};

type Credentials = Parameters<Identity['signIn']>[0];

interface Parts {
  readonly store: AccountStore;
  readonly lifetimes: Lifetimes;
  readonly tokens: AccessTokens;
  readonly hashes: GuessHashes;
}

class StoredIdentity implements Identity {
  readonly #options: IdentityOptions;
  readonly #store: AccountStore;
  readonly #lifetimes: Lifetimes;
  readonly #tokens: AccessTokens;
  readonly #hashes: GuessHashes;
  readonly #passwords: Passwords;
  readonly #turns = new Turns();

  constructor(options: IdentityOptions, { store, lifetimes, tokens, hashes }: Parts) {
    this.#options = options;
    this.#store = store;
    this.#lifetimes = lifetimes;
    this.#tokens = tokens;
    this.#hashes = hashes;
    this.#passwords = new Passwords(options.passwordCost ?? OWASP_COST, options.derive ?? argon2id);
  }

  async createOrganisation(asked: NewOrganisation): Promise<Organisation> {
    const organisation = { zone: 'Europe/Paris', isDemo: false, ...asked };
    const { organisationId, slug } = organisation;
    requireSlug(slug);
    requireZone(organisation.zone);
    const there = await this.#store.addOrganisation(organisation);
    if (there.organisationId !== organisationId || there.slug !== slug) {
      throw new SignInRefused('OrganisationExists');
    }
    return there;
  }

  async organisation(organisationId: OrganisationId) {
    return this.#store.organisationBy('organisation', organisationId);
  }

  async organisationBySlug(slug: string) {
    return this.#store.organisationBy('slug', slug);
  }

  async organisations() {
    return this.#store.organisations();
  }

  async addAccount(asked: NewAccount): Promise<Account> {
    const { accountId, organisationId, personId, role, sealedName = null } = asked;
    if ((await this.organisation(organisationId)) === undefined) {
      throw new SignInRefused('OrganisationUnknown');
    }
    const address = await this.#address(organisationId, asked.email);
    const before = await this.#store.existing(asked, address);
    if (before !== undefined) return before;
    if (asked.password !== undefined) requireStrong(asked.password);
    const password =
      asked.password === undefined ? undefined : await this.#passwords.hash(asked.password);
    const account = { accountId, organisationId, personId, role, sealedName, disabledAt: null };
    // Hashing took its time: somebody may have been quicker.
    return this.#store.addAccount(account, password, address);
  }

  async accountsByIds(organisationId: OrganisationId, accountIds: readonly AccountId[]) {
    const found = await this.#store.accountsByIds(accountIds);
    return accountIds.map((accountId) => {
      const account = found.get(accountId);
      return account?.organisationId === organisationId ? account : undefined;
    });
  }

  async disableAccount(organisationId: OrganisationId, accountId: AccountId) {
    requireKnown(await this.#store.disable(organisationId, accountId, this.#now()));
  }

  async enableAccount(organisationId: OrganisationId, accountId: AccountId) {
    requireKnown(await this.#store.enable(organisationId, accountId));
  }

  async changeRole(organisationId: OrganisationId, accountId: AccountId, role: Role) {
    requireKnown(await this.#store.changeRole(organisationId, accountId, role));
  }

  async setPassword(organisationId: OrganisationId, accountId: AccountId, password: string) {
    requireStrong(password);
    const encoded = await this.#passwords.hash(password);
    const now = this.#now();
    requireKnown(await this.#store.setPassword(organisationId, accountId, encoded, now));
  }

  async changeAddress(organisationId: OrganisationId, accountId: AccountId, email: string) {
    const address = await this.#address(organisationId, email);
    const now = this.#now();
    requireKnown(await this.#store.changeAddress(organisationId, accountId, address, now));
  }

  async removeAccountsOf(organisationId: OrganisationId, personId: PersonId) {
    await this.#store.removeAccountsOf(organisationId, personId);
  }

  async signIn(credentials: Credentials) {
    const { organisation: slug, email, from = '' } = credentials;
    const attempt = { organisation: slug, email: comparable(email), from };
    // Those on one account go one after another: ten devices with the right password all get in, and
    // ten wrong passwords at once are ten that count.
    return this.#turns.inTurn(this.#hashes.account(attempt).toString('latin1'), async () => {
      const organisation = await this.organisationBySlug(slug);
      const found = organisation && (await this.#accountAt(organisation, email));
      const attempted = this.#hashes.attempted(attempt, found?.accountId);
      const guess = await this.#store.begin(attempted, this.#now());
      try {
        return await this.#tried(credentials, found, guess);
      } catch (error) {
        // Nothing was compared where the queue was full.
        if (error instanceof SignInRefused && error.code === 'TryAgainLater') {
          await guess.withdrawn();
        } else {
          await guess.missed();
        }
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
    const now = this.#now();
    // Hashing took its time: what was checked must still hold.
    const session = await guess.hit(found, renewed, now);
    if (session === undefined) throw new SignInRefused('SignInFailed');
    return this.#signedIn(session, now);
  }

  async countMailAsked(asked: Parameters<Identity['countMailAsked']>[0]) {
    const { about, from = '' } = asked;
    // No slug has a blank: whoever asks for mails takes nobody's room to sign in.
    const attempt = { organisation: `mail ${asked.organisation}`, email: comparable(about), from };
    const guess = await this.#store.begin(this.#hashes.attempted(attempt, undefined), this.#now());
    await guess.missed();
  }

  async refresh(refreshToken: string) {
    const now = this.#now();
    const session = await this.#store.rotate(refreshToken, now);
    if (session === 'unknown') throw new SignInRefused('NotSignedIn');
    if (session === 'ended') throw new SignInRefused('SessionEnded');
    return this.#signedIn(session, now);
  }

  async signOut(sessionId: LoginSessionId) {
    await this.#store.endSession(sessionId, this.#now());
  }

  async authenticate(accessToken: string): Promise<Principal> {
    const now = this.#now();
    const claims = await this.#tokens.verify(accessToken, now);
    const [session, accounts] = await Promise.all([
      this.#store.living(claims.sessionId, now),
      this.#store.accountsByIds([claims.accountId]),
    ]);
    if (session === undefined) throw new SignInRefused('SessionEnded');
    if (session.accountId !== claims.accountId) throw new SignInRefused('NotSignedIn');
    const principal = principalOf(session, accounts.get(session.accountId));
    if (principal.organisationId !== claims.organisationId) throw new SignInRefused('NotSignedIn');
    return principal;
  }

  async behind(sessionId: LoginSessionId): Promise<Principal> {
    const session = await this.#store.living(sessionId, this.#now());
    if (session === undefined) throw new SignInRefused('SessionEnded');
    const accounts = await this.#store.accountsByIds([session.accountId]);
    return principalOf(session, accounts.get(session.accountId));
  }

  async close() {
    await this.#store.close();
  }

  /** Rejects with `SessionEnded` where the account is disabled or gone. */
  async #signedIn(session: OpenSession, now: number): Promise<SignedIn> {
    const accounts = await this.#store.accountsByIds([session.accountId]);
    const principal = principalOf(session, accounts.get(session.accountId));
    const accessTokenEnds = Math.min(now + this.#lifetimes.accessToken, session.ends);
    return {
      principal,
      accessToken: await this.#tokens.sign(principal, now, accessTokenEnds),
      accessTokenEnds,
      refreshToken: session.refreshToken,
    };
  }

  async #address(organisationId: OrganisationId, email: string): Promise<Buffer> {
    const keyed = await this.#options.hashAddress(organisationId, comparable(email));
    return createHash('sha256').update(keyed).digest();
  }

  async #accountAt({ organisationId }: Organisation, email: string) {
    const address = await this.#address(organisationId, email);
    return this.#store.accountByAddress(organisationId, address);
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

const requireKnown = (isKnown: boolean): void => {
  if (!isKnown) throw new SignInRefused('AccountUnknown');
};
