import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import {
  HandClock,
  newAccount,
  newOrganisation,
  PASSWORD,
  refusalOf,
  type Ground,
} from './contract.fixtures.ts';
import type { AccountId, Identity } from './port.ts';
import type { SignInRefusal } from './refusals.ts';

const refuses = async (promise: Promise<unknown>, code: SignInRefusal) => {
  expect(await refusalOf(promise)).toBe(code);
};

/** What every identity must do about addresses that change, and about mails that are asked for. */
export const addressesContract = (name: string, ground: Ground): void => {
  describe(`${name} keeps the contract of addresses`, () => {
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

    describe('a changed address', () => {
      const moved = 'ada@new.example';

      test('is the one to sign in with from then on, and the one before is free', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        await identity.changeAddress(acme, account.accountId, ' ADA@new.example');
        await refuses(signIn(), 'SignInFailed');
        expect((await signIn({ email: moved })).principal.accountId).toBe(account.accountId);
        const heir = newAccount(acme);
        await identity.addAccount(heir);
        expect((await signIn()).principal.accountId).toBe(heir.accountId);
      });

      test('ends every login session, once: again it changes and ends nothing', async () => {
        const account = newAccount(acme);
        await identity.addAccount(account);
        const sessions = [await signIn(), await signIn()];
        await identity.changeAddress(acme, account.accountId, moved);
        for (const { accessToken, refreshToken } of sessions) {
          await refuses(identity.authenticate(accessToken), 'SessionEnded');
          await refuses(identity.refresh(refreshToken), 'SessionEnded');
        }
        const anew = await signIn({ email: moved });
        await identity.changeAddress(acme, account.accountId, moved);
        expect(await identity.authenticate(anew.accessToken)).toEqual(anew.principal);
      });

      test('keeps the password, also none at all', async () => {
        const { password: _none, ...account } = newAccount(acme);
        await identity.addAccount(account);
        await identity.changeAddress(acme, account.accountId, moved);
        await refuses(signIn({ email: moved }), 'SignInFailed');
        await identity.setPassword(acme, account.accountId, PASSWORD);
        await signIn({ email: moved });
      });

      test('is nobody else’s: a taken one is refused, and everything stays', async () => {
        const account = newAccount(acme);
        const grace = newAccount(acme, { email: 'grace@example.org' });
        await identity.addAccount(account);
        await identity.addAccount(grace);
        const before = await signIn();
        const taking = identity.changeAddress(acme, account.accountId, 'Grace@example.org');
        await refuses(taking, 'AddressTaken');
        expect(await identity.authenticate(before.accessToken)).toEqual(before.principal);
        const { principal } = await signIn({ email: 'grace@example.org' });
        expect(principal.accountId).toBe(grace.accountId);
      });

      test('has one winner when ten accounts ask for it at once', async () => {
        const accounts = Array.from({ length: 10 }, (_, n) =>
          newAccount(acme, { email: `ada${n}@example.org` }),
        );
        for (const account of accounts) await identity.addAccount(account);
        const outcomes = await Promise.all(
          accounts.map(({ accountId }) =>
            refusalOf(identity.changeAddress(acme, accountId, moved)),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'AddressTaken')).toHaveLength(9);
        const winner = outcomes.findIndex((outcome) => outcome !== 'AddressTaken');
        const { principal } = await signIn({ email: moved });
        expect(principal.accountId).toBe(accounts[winner]?.accountId);
      });

      test('of an account that is not there, or another organisation’s, is refused', async () => {
        const other = newOrganisation();
        await identity.createOrganisation({ organisationId: other, slug: 'other', name: 'Other' });
        const account = newAccount(acme);
        await identity.addAccount(account);
        const absent = randomUUID() as AccountId;
        await refuses(identity.changeAddress(acme, absent, moved), 'AccountUnknown');
        await refuses(identity.changeAddress(other, account.accountId, moved), 'AccountUnknown');
        await signIn();
      });
    });

    describe('mails that are asked for', () => {
      const asked = (about = 'ada@example.org', from = '192.0.2.1') =>
        identity.countMailAsked({ organisation: 'acme', about, from });
      const outcomesOf = async (times: number, ask: (n: number) => Promise<void>) => {
        const outcomes = [];
        for (let n = 0; n < times; n += 1) outcomes.push(await refusalOf(ask(n)));
        return outcomes.filter((outcome) => outcome !== 'TooManyAttempts').length;
      };

      test('are few from one place, whether or not there is an account, and more after a while', async () => {
        await identity.addAccount(newAccount(acme));
        expect(await outcomesOf(5, () => asked())).toBe(3);
        expect(await outcomesOf(5, () => asked('nobody@example.org'))).toBe(3);
        clock.pass(15 * 60_000);
        await asked();
      });

      test('are few about one address, wherever they come from and however it is spelled', async () => {
        const places = (n: number) => asked(n % 2 ? 'ADA@example.org' : undefined, `192.0.2.${n}`);
        expect(await outcomesOf(10, places)).toBe(4);
      });

      test('take no room from whoever signs in', async () => {
        await identity.addAccount(newAccount(acme));
        await outcomesOf(10, (n) => asked(undefined, `192.0.2.${n}`));
        await signIn();
      });
    });
  });
};
