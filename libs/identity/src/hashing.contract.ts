import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import {
  CHEAP,
  HandClock,
  newAccount,
  newOrganisation,
  PASSWORD,
  refusalOf,
  type Ground,
} from './contract.fixtures.ts';
import type { IdentityOptions } from './identity.ts';
import { argon2id } from './passwords.ts';
import type { Identity } from './port.ts';

/** What every identity must do about hashes, and over restarts. */
export const hashingContract = (name: string, ground: Ground): void => {
  describe(name, () => {
    let clock: HandClock;
    let identity: Identity;
    let acme: OrganisationId;
    let hashes: number;

    const counting: IdentityOptions['derive'] = (...given) => {
      hashes += 1;
      return argon2id(...given);
    };
    const signIn = (more: object = {}) =>
      identity.signIn({
        organisation: 'acme',
        email: 'ada@example.org',
        password: PASSWORD,
        ...more,
      });

    beforeEach(async () => {
      clock = new HandClock();
      await ground.empty();
      identity = await ground.open({ clock, derive: counting });
      acme = newOrganisation();
      await identity.createOrganisation({ organisationId: acme, slug: 'acme', name: 'Acme' });
      hashes = 0;
    });
    afterEach(() => identity.close());

    test('makes exactly one hash for a sign-in, whoever asks and whatever is wrong', async () => {
      const { password: _none, ...invited } = newAccount(acme, { email: 'invited@example.org' });
      const disabled = newAccount(acme, { email: 'disabled@example.org' });
      await identity.addAccount(newAccount(acme));
      await identity.addAccount(invited);
      await identity.addAccount(disabled);
      await identity.disableAccount(acme, disabled.accountId);
      const attempts = [
        {},
        { password: 'wrong' },
        { password: 'x'.repeat(1_000_000) },
        { email: 'nobody@example.org' },
        { organisation: 'nobody' },
        { email: invited.email },
        { email: disabled.email },
      ];
      for (const attempt of attempts) {
        hashes = 0;
        await refusalOf(signIn(attempt));
        expect({ attempt: Object.keys(attempt), hashes }).toEqual({
          attempt: Object.keys(attempt),
          hashes: 1,
        });
      }
    });

    test('gives the unknown as costly a hash as everybody', async () => {
      const seen: unknown[] = [];
      await identity.addAccount(newAccount(acme));
      await identity.close();
      identity = await ground.open({
        clock,
        derive: (password, salt, cost) => {
          seen.push({ cost, salt: salt.length });
          return argon2id(password, salt, cost);
        },
      });
      await signIn();
      await refusalOf(signIn({ email: 'nobody@example.org' }));
      expect(seen).toEqual([
        { cost: CHEAP, salt: 16 },
        { cost: CHEAP, salt: 16 },
      ]);
    });

    test('rehashes a password at sign-in when the cost has risen, once, and never makes it cheaper', async () => {
      await identity.addAccount(newAccount(acme));
      await identity.close();
      const dearer = { ...CHEAP, memoryKiB: 128 };
      identity = await ground.open({ clock, passwordCost: dearer, derive: counting });
      hashes = 0;
      await refusalOf(signIn({ password: 'wrong' }));
      expect(hashes).toBe(1);
      await signIn();
      expect(hashes).toBe(3);
      await signIn();
      expect(hashes).toBe(4);
      await identity.close();
      const costs: number[] = [];
      identity = await ground.open({
        clock,
        derive: (password, salt, cost) => {
          costs.push(cost.memoryKiB);
          return argon2id(password, salt, cost);
        },
      });
      await signIn();
      expect(costs).toEqual([128]);
    });

    test('never overwrites a password that was set while it rehashed the old one', async () => {
      const account = newAccount(acme);
      await identity.addAccount(account);
      await identity.close();
      let rehashing: (() => Promise<void>) | undefined;
      identity = await ground.open({
        clock,
        passwordCost: { ...CHEAP, memoryKiB: 128 },
        derive: async (password, salt, cost) => {
          const interrupt = cost.memoryKiB === 128 ? rehashing : undefined;
          rehashing = interrupt === undefined ? rehashing : undefined;
          await interrupt?.();
          return argon2id(password, salt, cost);
        },
      });
      rehashing = () => identity.setPassword(acme, account.accountId, 'a new long password');
      expect(await refusalOf(signIn())).toBe('SignInFailed');
      await signIn({ password: 'a new long password' });
    });

    test('keeps accounts, login sessions and its issuer key over a restart', async () => {
      await identity.addAccount(newAccount(acme));
      const { accessToken, refreshToken, principal } = await signIn();
      await identity.close();
      identity = await ground.open({ clock });
      expect(await identity.authenticate(accessToken)).toEqual(principal);
      expect((await identity.refresh(refreshToken)).principal).toEqual(principal);
    });

    test('forgets login sessions that lapsed long ago when somebody signs in', async () => {
      await identity.addAccount(newAccount(acme));
      const { refreshToken } = await signIn();
      clock.pass(15 * 24 * 3_600_000);
      expect(await refusalOf(identity.refresh(refreshToken))).toBe('SessionEnded');
      await signIn();
      expect(await refusalOf(identity.refresh(refreshToken))).toBe('NotSignedIn');
    });
  });
};
