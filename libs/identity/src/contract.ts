import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import {
  HandClock,
  newAccount,
  newOrganisation,
  newPerson,
  PASSWORD,
  refusalOf,
  type Ground,
} from './contract.fixtures.ts';
import { DEFAULT_LIFETIMES, roles, type AccountId, type Identity } from './port.ts';
import { SignInRefused, type SignInRefusal } from './refusals.ts';

export { HandClock, newAccount, newOrganisation, newPerson, PASSWORD, refusalOf };

const refuses = async (promise: Promise<unknown>, code: SignInRefusal) => {
  expect(await refusalOf(promise)).toBe(code);
};

/** What every identity must do, wherever it keeps its accounts. */
export const identityContract = (name: string, ground: Ground): void => {
  describe(`${name} keeps the identity contract`, () => {
    let clock: HandClock;
    let identity: Identity;
    let acme: OrganisationId;

    beforeEach(async () => {
      clock = new HandClock();
      await ground.empty();
      identity = await ground.open({ clock });
      acme = newOrganisation();
      await identity.createOrganisation({ organisationId: acme, slug: 'acme', name: 'Acme' });
    });
    afterEach(() => identity.close());

    const signIn = (more: { organisation?: string; email?: string; password?: string } = {}) =>
      identity.signIn({
        organisation: 'acme',
        email: 'ada@example.org',
        password: PASSWORD,
        ...more,
      });

    describe('organisations', () => {
      test('begin their days in Paris and are real, unless said otherwise', async () => {
        const demo = {
          organisationId: newOrganisation(),
          slug: 'a-demo-2',
          name: 'Demo',
          zone: 'America/Cayenne',
          isDemo: true,
        };
        expect(await identity.createOrganisation(demo)).toEqual(demo);
        const acmes = {
          organisationId: acme,
          slug: 'acme',
          name: 'Acme',
          zone: 'Europe/Paris',
          isDemo: false,
        };
        expect(await identity.organisationBySlug('acme')).toEqual(acmes);
        expect(await identity.organisation(acme)).toEqual(acmes);
        expect(await identity.organisations()).toEqual([demo, acmes]);
        expect(await identity.organisationBySlug('nobody')).toBeUndefined();
        expect(await identity.organisation(newOrganisation())).toBeUndefined();
      });

      test('are created once: again changes nothing, another under the same slug is refused', async () => {
        const again = { organisationId: acme, slug: 'acme', name: 'Other name' };
        expect((await identity.createOrganisation(again)).name).toBe('Acme');
        const thief = { organisationId: newOrganisation(), slug: 'acme', name: 'Thief' };
        await refuses(identity.createOrganisation(thief), 'OrganisationExists');
        const renamed = { organisationId: acme, slug: 'acme-2', name: 'Acme' };
        await refuses(identity.createOrganisation(renamed), 'OrganisationExists');
        expect(await identity.organisations()).toHaveLength(1);
      });

      test('have a slug that fits into an address, and a zone that exists', async () => {
        const slugs = ['', 'a', 'Acme', 'a--b', '-a', 'a-', 'a b', 'é', 'a_b', 'a'.repeat(64)];
        for (const slug of slugs) {
          const organisation = { organisationId: newOrganisation(), slug, name: 'X' };
          await refuses(identity.createOrganisation(organisation), 'SlugInvalid');
        }
        const lost = {
          organisationId: newOrganisation(),
          slug: 'lost',
          name: 'X',
          zone: 'Mars/Base',
        };
        await refuses(identity.createOrganisation(lost), 'ZoneUnknown');
      });
    });

    describe('accounts', () => {
      test('are read by ids in one go, in the order asked, and only in their organisation', async () => {
        const other = newOrganisation();
        await identity.createOrganisation({ organisationId: other, slug: 'other', name: 'Other' });
        const accounts = roles.map((role) =>
          newAccount(acme, { role, email: `${role}@example.org`, sealedName: `["${role}"]` }),
        );
        for (const account of accounts) await identity.addAccount(account);
        const ids = accounts.map(({ accountId }) => accountId).reverse();
        const absent = randomUUID() as AccountId;
        const read = await identity.accountsByIds(acme, [...ids, absent]);
        const stored = accounts
          .map(({ email: _email, password: _password, ...facts }) => ({
            ...facts,
            disabledAt: null,
          }))
          .reverse();
        expect(read).toEqual([...stored, undefined]);
        expect(await identity.accountsByIds(other, ids)).toEqual(ids.map(() => undefined));
        expect(await identity.accountsByIds(acme, [])).toEqual([]);
      });

      test('are added once: again changes nothing and is no error', async () => {
        const account = newAccount(acme);
        const first = await identity.addAccount(account);
        const again = { ...account, role: 'admin', password: 'another long password' } as const;
        expect(await identity.addAccount(again)).toEqual(first);
        const racing = newAccount(acme, { email: 'grace@example.org' });
        const [one, two] = await Promise.all([1, 2].map(() => identity.addAccount(racing)));
        expect(one).toEqual(two);
        await signIn();
        await refuses(signIn({ password: again.password }), 'SignInFailed');
      });

      test('have an address of their own in an organisation, however it is spelled', async () => {
        await identity.addAccount(newAccount(acme, { email: 'ada.é@example.org' }));
        const spelled = newAccount(acme, { email: ' ADA.E\u0301@Example.org' });
        await refuses(identity.addAccount(spelled), 'AddressTaken');
        expect(await identity.accountsByIds(acme, [spelled.accountId])).toEqual([undefined]);
        const other = newOrganisation();
        await identity.createOrganisation({ organisationId: other, slug: 'other', name: 'Other' });
        await identity.addAccount(newAccount(other, { email: 'ada.é@example.org' }));
        await signIn({ email: 'Ada.É@example.org ' });
      });

      test('give one of twenty people the address that all ask for at once', async () => {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, () => refusalOf(identity.addAccount(newAccount(acme)))),
        );
        expect(outcomes.filter((outcome) => outcome === 'AddressTaken')).toHaveLength(19);
      });

      test('belong to an organisation that exists, and to one only', async () => {
        await refuses(identity.addAccount(newAccount(newOrganisation())), 'OrganisationUnknown');
        const account = newAccount(acme);
        await identity.addAccount(account);
        const other = newOrganisation();
        await identity.createOrganisation({ organisationId: other, slug: 'other', name: 'Other' });
        const moved = { ...account, organisationId: other };
        await refuses(identity.addAccount(moved), 'AccountExists');
        await refuses(identity.disableAccount(other, account.accountId), 'AccountUnknown');
        await refuses(identity.enableAccount(other, account.accountId), 'AccountUnknown');
        await refuses(identity.changeRole(other, account.accountId, 'admin'), 'AccountUnknown');
        await refuses(identity.setPassword(other, account.accountId, PASSWORD), 'AccountUnknown');
        await signIn();
      });

      test('may wait for their first password, and nobody signs in before it', async () => {
        const { password: _none, ...invited } = newAccount(acme);
        await identity.addAccount(invited);
        for (const password of ['', PASSWORD]) await refuses(signIn({ password }), 'SignInFailed');
        await identity.setPassword(acme, invited.accountId, PASSWORD);
        expect((await signIn()).principal.accountId).toBe(invited.accountId);
      });

      test('take a password for its length alone', async () => {
        const bad = ['', 'eleven char', 'x'.repeat(257), '📇'.repeat(11), 'e\u0301'.repeat(11)];
        for (const password of bad) {
          await refuses(identity.addAccount(newAccount(acme, { password })), 'PasswordTooWeak');
        }
        const good = ['aaaaaaaaaaaa', 'x'.repeat(256), '📇'.repeat(12), 'a b c d e f g'];
        for (const [index, password] of good.entries()) {
          const email = `person${index}@example.org`;
          await identity.addAccount(newAccount(acme, { email, password }));
          await signIn({ email, password });
        }
      });
    });

    describe('signing in', () => {
      test('tells who it is, and the access token says the same', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const { principal, accessToken, accessTokenEnds } = await signIn();
        const { accountId, personId, role } = account;
        const expected = { accountId, personId, role, organisationId: acme };
        expect(principal).toEqual({ ...expected, sessionId: principal.sessionId });
        expect(await identity.authenticate(accessToken)).toEqual(principal);
        expect(accessTokenEnds).toBe(clock.at + 10 * 60_000);
      });

      test('is refused alike for whatever is wrong', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const other = newOrganisation();
        await identity.createOrganisation({ organisationId: other, slug: 'other', name: 'Other' });
        const wrong = [
          { organisation: 'nobody' },
          { organisation: 'other' },
          { organisation: 'ACME' },
          { email: 'grace@example.org' },
          { email: '' },
          { password: 'Correct horse battery' },
          { password: '' },
          { password: 'x'.repeat(100_000) },
          { password: `${PASSWORD} ` },
        ];
        for (const more of wrong) {
          await refuses(signIn(more), 'SignInFailed');
          // Wrong attempts count for a while.
          clock.pass(DEFAULT_LIFETIMES.accessToken);
        }
        await identity.disableAccount(acme, account.accountId);
        await refuses(signIn(), 'SignInFailed');
        await identity.enableAccount(acme, account.accountId);
        await signIn();
      });

      test('opens a login session of its own each time', async () => {
        await identity.addAccount(newAccount(acme));
        const [laptop, phone] = await Promise.all([signIn(), signIn()]);
        expect(laptop.principal.sessionId).not.toBe(phone.principal.sessionId);
        await identity.signOut(laptop.principal.sessionId);
        await identity.signOut(laptop.principal.sessionId);
        await refuses(identity.authenticate(laptop.accessToken), 'SessionEnded');
        await refuses(identity.refresh(laptop.refreshToken), 'SessionEnded');
        expect(await identity.authenticate(phone.accessToken)).toEqual(phone.principal);
      });

      test('while the account is being disabled or given a new password does not slip through', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const disabled = signIn();
        await identity.disableAccount(acme, account.accountId);
        const outcome = await refusalOf(disabled);
        if (outcome !== 'SignInFailed') {
          const { accepted } = outcome as { accepted: { accessToken: string } };
          await refuses(identity.authenticate(accepted.accessToken), 'SessionEnded');
        }
        await identity.enableAccount(acme, account.accountId);
        const replaced = identity.setPassword(acme, account.accountId, 'a new long password');
        const old = await refusalOf(signIn());
        await replaced;
        if (old !== 'SignInFailed') {
          const { accepted } = old as { accepted: { accessToken: string } };
          await refuses(identity.authenticate(accepted.accessToken), 'SessionEnded');
        }
        await refuses(signIn(), 'SignInFailed');
        clock.pass(15 * 60_000);
        await signIn({ password: 'a new long password' });
      });

      test('wrongly again and again is refused without a look at the password, for a while', async () => {
        await identity.addAccount(newAccount(acme));
        const wrong = { password: 'a wrong password' };
        const told = [];
        for (let attempt = 0; attempt < 20; attempt += 1) told.push(await refusalOf(signIn(wrong)));
        expect(told[0]).toBe('SignInFailed');
        expect(told.at(-1)).toBe('TooManyAttempts');
        await refuses(signIn(), 'TooManyAttempts');
        const refused: unknown = await signIn().catch((failure: unknown) => failure);
        const { retryAfterSeconds = Infinity } = refused as SignInRefused;
        expect(retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
        clock.pass(retryAfterSeconds * 1000);
        await signIn();
      });
    });

    describe('rights', () => {
      test('are taken away by disabling, from the next request on, and not given back to old sessions', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const before = await signIn();
        await identity.disableAccount(acme, account.accountId);
        await identity.disableAccount(acme, account.accountId);
        await refuses(identity.authenticate(before.accessToken), 'SessionEnded');
        await refuses(identity.refresh(before.refreshToken), 'SessionEnded');
        const [disabled] = await identity.accountsByIds(acme, [account.accountId]);
        expect(disabled!.disabledAt).toBe(clock.at);
        await identity.enableAccount(acme, account.accountId);
        await refuses(identity.authenticate(before.accessToken), 'SessionEnded');
      });

      test('follow a changed role from the next request on', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const { accessToken } = await signIn();
        await identity.changeRole(acme, account.accountId, 'compliance');
        expect((await identity.authenticate(accessToken)).role).toBe('compliance');
      });

      test('of a login session are read anew, without an access token, until it ends', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const { principal } = await signIn();
        expect(await identity.behind(principal.sessionId)).toEqual(principal);
        await identity.changeRole(acme, account.accountId, 'integrator');
        const { role } = await identity.behind(principal.sessionId);
        expect(role).toBe('integrator');
        await identity.signOut(principal.sessionId);
        await refuses(identity.behind(principal.sessionId), 'SessionEnded');
        const other = await signIn();
        await identity.disableAccount(acme, account.accountId);
        await refuses(identity.behind(other.principal.sessionId), 'SessionEnded');
      });

      test('end with a new password, on every device', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const sessions = [await signIn(), await signIn()];
        await refuses(identity.setPassword(acme, account.accountId, 'short'), 'PasswordTooWeak');
        await identity.authenticate(sessions[0]!.accessToken);
        await identity.setPassword(acme, account.accountId, 'a new long password');
        for (const { accessToken, refreshToken } of sessions) {
          await refuses(identity.authenticate(accessToken), 'SessionEnded');
          await refuses(identity.refresh(refreshToken), 'SessionEnded');
        }
      });
    });

    describe('tokens', () => {
      test('of access end after ten minutes', async () => {
        await identity.addAccount(newAccount(acme));
        const { accessToken } = await signIn();
        clock.pass(DEFAULT_LIFETIMES.accessToken - 1000);
        await identity.authenticate(accessToken);
        clock.pass(1000);
        await refuses(identity.authenticate(accessToken), 'NotSignedIn');
      });

      test('are renewed by the refresh token, each time by another one, in the same login session', async () => {
        await identity.addAccount(newAccount(acme));
        let current = await signIn();
        const { principal } = current;
        const seen = new Set([current.refreshToken]);
        for (let round = 0; round < 5; round += 1) {
          clock.pass(DEFAULT_LIFETIMES.accessToken);
          current = await identity.refresh(current.refreshToken);
          expect(current.principal).toEqual(principal);
          expect(await identity.authenticate(current.accessToken)).toEqual(principal);
          seen.add(current.refreshToken);
        }
        expect(seen.size).toBe(6);
      });

      test('of refresh that come a second time end the login session for both who hold them', async () => {
        await identity.addAccount(newAccount(acme));
        const other = await signIn();
        const first = await signIn();
        const second = await identity.refresh(first.refreshToken);
        await refuses(identity.refresh(first.refreshToken), 'SessionEnded');
        await refuses(identity.refresh(second.refreshToken), 'SessionEnded');
        await refuses(identity.authenticate(second.accessToken), 'SessionEnded');
        await identity.refresh(other.refreshToken);
      });

      test('of refresh sent twenty times at once are taken once, and end the login session', async () => {
        await identity.addAccount(newAccount(acme));
        const { refreshToken, accessToken } = await signIn();
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, () => refusalOf(identity.refresh(refreshToken))),
        );
        expect(outcomes.filter((outcome) => outcome !== 'SessionEnded').length).toBeLessThan(2);
        await refuses(identity.authenticate(accessToken), 'SessionEnded');
      });

      test('of refresh that nobody gave out are refused', async () => {
        await identity.addAccount(newAccount(acme));
        const { refreshToken, accessToken } = await signIn();
        const forged = [
          '',
          'x',
          `${refreshToken}x`,
          refreshToken.slice(1),
          refreshToken.toUpperCase(),
          accessToken,
          'A'.repeat(43),
        ];
        for (const token of forged) await refuses(identity.refresh(token), 'NotSignedIn');
        await identity.refresh(refreshToken);
      });

      test('of refresh lapse when nobody uses them for a day', async () => {
        await identity.addAccount(newAccount(acme));
        const { refreshToken } = await signIn();
        clock.pass(DEFAULT_LIFETIMES.idle);
        await refuses(identity.refresh(refreshToken), 'SessionEnded');
      });

      test('all end with the login session after two weeks, however busy it was', async () => {
        await identity.addAccount(newAccount(acme));
        let current = await signIn();
        const ends = clock.at + DEFAULT_LIFETIMES.session;
        while (clock.at < ends - DEFAULT_LIFETIMES.idle / 2) {
          clock.pass(DEFAULT_LIFETIMES.idle / 2);
          current = await identity.refresh(current.refreshToken);
        }
        clock.at = ends - 5000;
        current = await identity.refresh(current.refreshToken);
        expect(current.accessTokenEnds).toBe(ends);
        clock.at = ends;
        await refuses(identity.refresh(current.refreshToken), 'SessionEnded');
        await refuses(identity.authenticate(current.accessToken), 'NotSignedIn');
        await signIn();
      });
    });

    describe('erasure', () => {
      test('removes what a person had in one organisation, and may be asked for again', async () => {
        const person = newPerson();
        const other = newOrganisation();
        await identity.createOrganisation({ organisationId: other, slug: 'other', name: 'Other' });
        const own = newAccount(acme, { personId: person });
        const second = newAccount(acme, { personId: person, email: 'ada2@example.org' });
        const elsewhere = newAccount(other, { personId: person });
        const colleague = newAccount(acme, { email: 'grace@example.org' });
        for (const account of [own, second, elsewhere, colleague]) {
          await identity.addAccount(account);
        }
        const { accessToken, refreshToken } = await signIn();
        const kept = await signIn({ email: 'grace@example.org' });

        await identity.removeAccountsOf(acme, person);
        await identity.removeAccountsOf(acme, person);
        const ids = [own, second, colleague].map(({ accountId }) => accountId);
        const left = await identity.accountsByIds(acme, ids);
        expect(left.map((account) => account?.accountId)).toEqual([
          undefined,
          undefined,
          colleague.accountId,
        ]);
        await refuses(identity.authenticate(accessToken), 'SessionEnded');
        await refuses(identity.refresh(refreshToken), 'NotSignedIn');
        await refuses(signIn(), 'SignInFailed');
        expect(await identity.authenticate(kept.accessToken)).toEqual(kept.principal);
        await signIn({ organisation: 'other' });
        await identity.addAccount(newAccount(acme));
        await signIn();
      });
    });

    test('no refusal repeats a value that was sent', async () => {
      await identity.addAccount(newAccount(acme));
      const canary = 'canary';
      const failures = await Promise.all(
        [
          signIn({ email: `${canary}@example.org`, password: `${canary}-password` }),
          identity.addAccount(newAccount(acme, { email: `${canary}@x.org`, password: canary })),
          identity.refresh(canary),
          identity.authenticate(canary),
          identity.createOrganisation({ organisationId: acme, slug: canary, name: canary }),
          identity.disableAccount(acme, canary as AccountId),
        ].map((promise) => promise.then(String, (failure: Error) => failure)),
      );
      for (const failure of failures) {
        expect(failure).toBeInstanceOf(SignInRefused);
        const { message, code, cause } = failure as SignInRefused;
        expect(`${message} ${code} ${String(cause)}`).not.toContain(canary);
        expect(message).toMatch(/[.:]/);
      }
    });
  });
};
