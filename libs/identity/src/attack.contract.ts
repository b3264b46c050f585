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
import type { DeriveKey } from './passwords.ts';
import type { Identity, NewAccount } from './port.ts';
import { SignInRefused } from './refusals.ts';

const minute = 60_000;
const KNOWN = 'ada@example.org';
const UNKNOWN = 'nobody@example.org';

/**
 * What every identity must do under attack. Every attempt asks the store: on a slow one fewer are made,
 * the `rounds`th part of those one after another, and not ten thousand at once but `atOnce`.
 */
export const attackContract = (
  name: string,
  ground: Ground,
  { rounds = 1, atOnce = 10_000 } = {},
): void => {
  describe(name, () => {
    let clock: HandClock;
    /** Two where several processes share the accounts: they are asked in turn. */
    let identities: Identity[];
    let asked: number;
    let acme: OrganisationId;
    let ada: NewAccount;
    let hashes: number;

    /** Stands in for a password hash; what one costs is counted here, not spent. */
    const derive: DeriveKey = async (password, salt) => {
      hashes += 1;
      const hash = Buffer.alloc(32);
      hash.write(password);
      return hash.map((byte, at) => byte ^ (salt[at % salt.length] ?? 0));
    };

    const open = async () => {
      identities = [];
      for (let process = 0; process < (ground.isShared ? 2 : 1); process += 1) {
        identities.push(await ground.open({ clock, derive }));
      }
    };
    const close = async () => {
      for (const each of identities) await each.close();
    };
    const next = () => identities[asked++ % identities.length]!;
    const fewer = (count: number) => Math.ceil(count / rounds);

    beforeEach(async () => {
      clock = new HandClock();
      await ground.empty();
      await open();
      asked = 0;
      acme = newOrganisation();
      await next().createOrganisation({ organisationId: acme, slug: 'acme', name: 'Acme' });
      ada = newAccount(acme, { email: KNOWN });
      await next().addAccount(ada);
      hashes = 0;
    });
    afterEach(close);

    const signIn = (from: string, password = PASSWORD, email = KNOWN) =>
      next().signIn({ organisation: 'acme', email, password, from });
    const outcome = async (from: string, password?: string, email?: string): Promise<unknown> => {
      const refused = await refusalOf(signIn(from, password, email));
      return typeof refused === 'string' ? refused : 'in';
    };
    const guess = (from: string, email?: string) => outcome(from, 'a wrong password', email);
    const waitFor = async (from: string): Promise<number | undefined> => {
      const failure: unknown = await signIn(from).catch((error: unknown) => error);
      return failure instanceof SignInRefused ? failure.retryAfterSeconds : undefined;
    };

    describe('whoever guesses', () => {
      test.each([
        ['one address', () => 'x'],
        ['four addresses', (n: number) => `x${n % 4}`],
        ['a new address each time', (n: number) => `x${n}`],
      ])(
        'from %s has at most 20 passwords an hour compared, whether or not the account exists',
        async (_, from) => {
          const looked: { at: number; outcome: unknown }[] = [];
          // Six hours of guesses, unevenly spread over them.
          for (let n = 0; n < fewer(1_000); n += 1) {
            clock.pass(n % fewer(40) === 0 ? 12 * minute : 100 * (n % 7));
            const known = await guess(from(n));
            expect(await guess(from(n), UNKNOWN)).toBe(known);
            if (known !== 'TooManyAttempts') looked.push({ at: clock.at, outcome: known });
          }
          expect(new Set(looked.map((one) => one.outcome))).toEqual(new Set(['SignInFailed']));
          for (const { at } of looked) {
            const inTheHour = looked.filter((one) => one.at >= at && one.at < at + 60 * minute);
            expect(inTheHour.length).toBeLessThanOrEqual(20);
          }
          expect(looked.length).toBeGreaterThan(20);
          expect(hashes).toBe(2 * looked.length);
        },
      );

      test('very often at once has four compared, and is told when to come back', async () => {
        const outcomes = await Promise.all(
          Array.from({ length: atOnce }, (_, n) => guess(`x${n % 50}`)),
        );
        expect(hashes).toBe(4);
        expect(outcomes.filter((told) => told === 'TooManyAttempts')).toHaveLength(atOnce - 4);
        expect(await waitFor('x')).toBe(15 * 60);
        clock.pass(14 * minute);
        expect(await waitFor('x')).toBe(60);
        clock.pass(minute);
        expect(await outcome('x')).toBe('in');
      });

      test('gains nothing by a restart, nor by what an organisation or an account that is none costs', async () => {
        for (let n = 0; n < 3; n += 1) await guess('x');
        await close();
        await open();
        expect(await guess('x')).toBe('TooManyAttempts');
        for (const organisation of ['nobodys', 'acme'])
          for (const email of [UNKNOWN, 'x@example.org']) {
            hashes = 0;
            const attempt = { organisation, email, password: 'p', from: 'y' };
            expect(await refusalOf(next().signIn(attempt))).toBe('SignInFailed');
            expect(hashes).toBe(1);
          }
      });

      test('at a hundred accounts from one address is refused at all, and only there', async () => {
        for (let n = 0; n < 100; n += 1) {
          clock.pass(1000);
          expect(await guess('x', `person${n}@example.org`)).toBe('SignInFailed');
        }
        expect(await waitFor('x')).toBe(15 * 60 - 99);
        expect(await outcome('y')).toBe('in');
        clock.pass((15 * 60 - 99) * 1000);
        expect(await outcome('x')).toBe('in');
      });

      test('and disables the account in vain learns nothing from how it is refused', async () => {
        await next().disableAccount(acme, ada.accountId);
        const right = [];
        const wrong = [];
        for (let n = 0; n < 5; n += 1) {
          right.push(await outcome('x'));
          wrong.push(await guess('x', UNKNOWN));
        }
        expect(right).toEqual(wrong);
        expect(right.at(-1)).toBe('TooManyAttempts');
      });
    });

    describe('whoever has the right password', () => {
      test('gets in at once from a second address while one keeps guessing', async () => {
        for (let n = 0; n < fewer(200); n += 1) {
          clock.pass(20_000);
          await guess('x');
          if (n % 10 === 0) expect(await outcome('second device')).toBe('in');
        }
      });

      test('gets in within 15 minutes after the last guess, from wherever', async () => {
        for (let n = 0; n < fewer(500); n += 1) {
          clock.pass(1000);
          await guess(`x${n}`);
        }
        expect(await outcome('new')).toBe('TooManyAttempts');
        expect(await waitFor('new')).toBeLessThanOrEqual(15 * 60);
        clock.pass(15 * minute);
        for (const from of ['new', 'x1', `x${fewer(500) - 1}`])
          expect(await outcome(from)).toBe('in');
      });

      test('always gets in from where the account signed in before, while a thousand addresses guess', async () => {
        expect(await outcome('home')).toBe('in');
        for (let n = 0; n < fewer(1_000); n += 1) {
          clock.pass(2_000);
          await guess(`x${n}`);
          if (n % 50 === 0) expect(await outcome('home')).toBe('in');
        }
        clock.pass(31 * 24 * 60 * minute);
        for (let n = 0; n < 4; n += 1) await guess(`y${n}`);
        expect(await outcome('home')).toBe('TooManyAttempts');
      });

      test('gets in with fifty devices at once, and never counts', async () => {
        const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome('office')));
        expect(new Set(outcomes)).toEqual(new Set(['in']));
      });

      test('and errs twice gets in; and the clock that is set back forgets', async () => {
        await guess('x');
        await guess('x');
        expect(await outcome('x')).toBe('in');
        await guess('x');
        expect(await outcome('x')).toBe('TooManyAttempts');
        clock.pass(-60 * minute);
        expect(await outcome('x')).toBe('in');
      });
    });
  });
};
