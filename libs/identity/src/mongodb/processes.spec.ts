import { createHash, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import { onServer } from '@vivier/mongodb/contract';
import {
  CHEAP,
  HandClock,
  newAccount,
  newOrganisation,
  PASSWORD,
  refusalOf,
} from '../contract.fixtures.ts';
import type { Identity } from '../port.ts';
import { Accounts } from './database.fixtures.ts';

jest.setTimeout(60_000);

onServer('identities of several processes', () => {
  const accounts = new Accounts();
  afterAll(() => accounts.remove());

  let clock: HandClock;
  let one: Identity;
  let other: Identity;
  let acme: OrganisationId;

  beforeEach(async () => {
    clock = new HandClock();
    await accounts.empty();
    one = await accounts.open({ clock });
    other = await accounts.open({ clock });
    acme = newOrganisation();
    await one.createOrganisation({ organisationId: acme, slug: 'acme', name: 'Acme' });
  });

  const signIn = (identity: Identity, more: object = {}) =>
    identity.signIn({
      organisation: 'acme',
      email: 'ada@example.org',
      password: PASSWORD,
      ...more,
    });
  const twenty = <T>(ask: (identity: Identity, n: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 20 }, (_, n) => ask(n % 2 === 0 ? one : other, n)));
  const stored = async () => {
    const db = await accounts.database();
    const content: Record<string, unknown[]> = {};
    for (const { name } of await db.listCollections().toArray()) {
      content[name] = await db.collection(name, { promoteBuffers: true }).find().toArray();
    }
    return content;
  };

  test('know what another created, and take its tokens', async () => {
    await one.addAccount(newAccount(acme));
    expect((await other.organisationBySlug('acme'))?.organisationId).toBe(acme);
    const { accessToken, refreshToken, principal } = await signIn(one);
    expect(await other.authenticate(accessToken)).toEqual(principal);
    const next = await other.refresh(refreshToken);
    expect(await one.authenticate(next.accessToken)).toEqual(principal);
    expect(await refusalOf(one.refresh(refreshToken))).toBe('SessionEnded');
    expect(await refusalOf(other.authenticate(next.accessToken))).toBe('SessionEnded');
  });

  test('that start at once agree on one key for their tokens', async () => {
    const elsewhere = new Accounts();
    const starting = await Promise.all(Array.from({ length: 6 }, () => elsewhere.open({ clock })));
    await starting[0]!.createOrganisation({ organisationId: acme, slug: 'acme', name: 'Acme' });
    await starting[1]!.addAccount(newAccount(acme));
    const { accessToken, principal } = await signIn(starting[2]!);
    for (const each of starting) expect(await each.authenticate(accessToken)).toEqual(principal);
    expect(readdirSync(elsewhere.folder)).toEqual(['issuer-key.json']);
    await elsewhere.remove();
  });

  test('have a disabled account, a changed role and a new password out at once, everywhere', async () => {
    const account = newAccount(acme);
    await one.addAccount(account);
    const { accessToken } = await signIn(other);
    await one.changeRole(acme, account.accountId, 'admin');
    expect((await other.authenticate(accessToken)).role).toBe('admin');
    await one.disableAccount(acme, account.accountId);
    expect(await refusalOf(other.authenticate(accessToken))).toBe('SessionEnded');
    expect(await refusalOf(signIn(other))).toBe('SignInFailed');
    await other.enableAccount(acme, account.accountId);
    const again = await signIn(one);
    await other.setPassword(acme, account.accountId, 'a new long password');
    expect(await refusalOf(one.authenticate(again.accessToken))).toBe('SessionEnded');
  });

  test('leave no session of a sign-in during which another disabled the account, nor after it was enabled', async () => {
    const account = newAccount(acme);
    await one.addAccount(account);
    let opened = 0;
    const racing = await accounts.open({
      clock,
      // Dearer hashes have the secret opened again within the sign-in's transaction, which by then has
      // read the account and written nothing.
      passwordCost: { ...CHEAP, memoryKiB: 128 },
      secrets: {
        seal: (...given) => accounts.secrets.seal(...given),
        open: async (...given) => {
          opened += 1;
          if (opened === 2) await other.disableAccount(acme, account.accountId);
          return accounts.secrets.open(...given);
        },
      },
    });
    expect(await refusalOf(signIn(racing))).toBe('SignInFailed');
    expect(opened).toBe(2);
    await other.enableAccount(acme, account.accountId);
    expect((await stored())['identity_sessions']).toEqual([]);
    await signIn(racing);
  });

  test('give an address to one of twenty accounts, a name to one of twenty organisations', async () => {
    const added = await twenty((identity) => refusalOf(identity.addAccount(newAccount(acme))));
    expect(added.filter((outcome) => outcome === 'AddressTaken')).toHaveLength(19);
    const created = await twenty((identity) => {
      const organisation = { organisationId: newOrganisation(), slug: 'globex', name: 'Globex' };
      return refusalOf(identity.createOrganisation(organisation));
    });
    expect(created.filter((outcome) => outcome === 'OrganisationExists')).toHaveLength(19);
    const same = newAccount(acme, { email: 'grace@example.org' });
    const outcomes = await twenty((identity) => identity.addAccount(same));
    expect(new Set(outcomes.map((account) => JSON.stringify(account))).size).toBe(1);
  });

  test('take a refresh token once of twenty times, and end its login session', async () => {
    await one.addAccount(newAccount(acme));
    const { refreshToken, accessToken } = await signIn(one);
    const outcomes = await twenty((identity) => refusalOf(identity.refresh(refreshToken)));
    expect(outcomes.filter((outcome) => outcome !== 'SessionEnded').length).toBeLessThan(2);
    for (const each of [one, other]) {
      expect(await refusalOf(each.authenticate(accessToken))).toBe('SessionEnded');
    }
  });

  test('count guesses together although their clocks lie apart', async () => {
    await one.addAccount(newAccount(acme));
    const late = await accounts.open({ clock: new HandClock(clock.at - 30_000) });
    const wrong = { password: 'a wrong password' };
    const told = [];
    for (let n = 0; n < 8; n += 1) {
      told.push(await refusalOf(signIn(n % 2 === 0 ? one : late, { ...wrong, from: `x${n}` })));
    }
    expect(told.filter((outcome) => outcome === 'SignInFailed')).toHaveLength(4);
    const refused = (await signIn(late, { from: 'y' }).catch((failure: unknown) => failure)) as {
      retryAfterSeconds: number;
    };
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
  });

  test('store no address, password or token in clear, and no hash that would confirm a guess', async () => {
    const account = newAccount(acme, { email: 'Canary@Example.org' });
    await one.addAccount(account);
    const { refreshToken, accessToken } = await signIn(one, { email: 'canary@example.org' });
    await refusalOf(signIn(one, { email: 'canary@example.org', password: 'wrong canary' }));
    const content = await stored();
    expect(Object.keys(content)).toContain('identity_guesses');
    const text = JSON.stringify(content, (_, value: unknown) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : value,
    );
    expect(text).toContain(account.personId);
    const keyed = createHmac('sha256', `key of ${acme}`).update('canary@example.org').digest('hex');
    const hash = createHash('sha256').update(keyed).digest();
    const secrets = ['canary', 'example.org', PASSWORD, refreshToken, accessToken, '$argon2id'];
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
      secrets.push(hash.toString(encoding));
    }
    for (const secret of secrets) {
      expect(text.toLowerCase()).not.toContain(JSON.stringify(secret).slice(1, -1).toLowerCase());
    }
  });

  test('tell nothing of an erased person from any copy, once the key is gone, and let the address go', async () => {
    const account = newAccount(acme);
    await one.addAccount(account);
    const colleague = newAccount(acme, { email: 'grace@example.org' });
    await one.addAccount(colleague);
    const owner = ({ accountId, personId }: typeof account) => ({
      organisationId: acme,
      personId,
      accountId,
    });
    const secretIn = async ({ accountId }: typeof account) =>
      ((await stored())['identity_accounts'] as { _id: string; secret: Buffer }[]).find(
        ({ _id }) => _id === accountId,
      )!.secret;
    const copy = await secretIn(account);
    expect((await accounts.secrets.open(owner(account), copy))?.toString('latin1')).toContain(
      '$argon2id',
    );

    accounts.secrets.erase(account.personId);
    expect(await accounts.secrets.open(owner(account), copy)).toBeUndefined();
    // The row may still be there: an erasure destroys the key first.
    expect(await refusalOf(signIn(one))).toBe('SignInFailed');
    expect(await refusalOf(other.setPassword(acme, account.accountId, PASSWORD))).toBe(
      'AccountUnknown',
    );
    await other.addAccount(newAccount(acme));
    await signIn(one);
    await one.removeAccountsOf(acme, account.personId);
    expect(await one.accountsByIds(acme, [account.accountId])).toEqual([undefined]);
    await signIn(other, { email: 'grace@example.org' });
  });

  test('leave nothing of removed accounts, their login sessions and tokens', async () => {
    const account = newAccount(acme);
    await one.addAccount(account);
    const { refreshToken } = await signIn(one);
    await other.refresh(refreshToken);
    await one.removeAccountsOf(acme, account.personId);
    const content = await stored();
    for (const name of ['accounts', 'sessions', 'tokens']) {
      expect(content[`identity_${name}`]).toEqual([]);
    }
  });
});
