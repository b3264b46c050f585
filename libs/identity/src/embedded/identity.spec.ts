import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHmac, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import {
  HandClock,
  identityContract,
  newAccount,
  newOrganisation,
  newPerson,
  PASSWORD,
  refusalOf,
} from '../contract.ts';
import { openEmbeddedIdentity, type EmbeddedIdentityOptions } from './identity.ts';
import { argon2id } from '../passwords.ts';
import type { Identity } from '../port.ts';
import { IssuerKeyUnsafe, RemovalUnfinished } from '../refusals.ts';

const CHEAP = { memoryKiB: 64, passes: 1, parallelism: 1 };
const hashAddress = (organisation: OrganisationId, email: string) =>
  createHmac('sha256', `key of ${organisation}`).update(email).digest('hex');

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  folders.push(folder);
  return folder;
};
const openIn = (folder: string, more: Partial<EmbeddedIdentityOptions> = {}) =>
  openEmbeddedIdentity({
    file: join(folder, 'accounts.sqlite'),
    issuerKeyFile: join(folder, 'issuer-key.json'),
    clock: new HandClock(),
    hashAddress,
    passwordCost: CHEAP,
    ...more,
  });
const everyByteIn = (folder: string) =>
  Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
const slotsIn = (folder: string): { id: number; bytes: Buffer }[] => {
  const database = new DatabaseSync(join(folder, 'accounts.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT id, bytes FROM slots').all();
  database.close();
  return rows.map((row) => ({
    id: row['id'] as number,
    bytes: Buffer.from(row['bytes'] as Uint8Array),
  }));
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

identityContract('the embedded identity', (clock) => openIn(newFolder(), { clock }));

describe('the embedded identity', () => {
  let folder: string;
  let identity: Identity;
  let acme: OrganisationId;
  let hashes: number;

  const counting: EmbeddedIdentityOptions['derive'] = (...given) => {
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
    folder = newFolder();
    identity = await openIn(folder, { derive: counting });
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
    identity = await openIn(folder, {
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
    identity = await openIn(folder, { passwordCost: dearer, derive: counting });
    hashes = 0;
    await refusalOf(signIn({ password: 'wrong' }));
    expect(hashes).toBe(1);
    await signIn();
    expect(hashes).toBe(3);
    await signIn();
    expect(hashes).toBe(4);
    await identity.close();
    identity = await openIn(folder, { derive: counting });
    await signIn();
    expect(hashes).toBe(5);
    expect(everyByteIn(folder).toString('latin1')).toContain('$argon2id$v=19$m=128,t=1,p=1$');
  });

  test('never overwrites a password that was set while it rehashed the old one', async () => {
    const account = newAccount(acme);
    await identity.addAccount(account);
    await identity.close();
    let rehashing: (() => Promise<void>) | undefined;
    identity = await openIn(folder, {
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

  test('refuses more sign-ins than can wait, and takes them again when the queue is gone', async () => {
    await identity.addAccount(newAccount(acme));
    // Those of one account wait for each other elsewhere.
    const outcomes = await Promise.all(
      Array.from({ length: 250 }, (_, n) =>
        refusalOf(signIn({ email: `person${n}@example.org`, from: `address ${n}` })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'TryAgainLater')).toHaveLength(48);
    await signIn();
  });

  test('holds no address, no password and no token in clear', async () => {
    await identity.addAccount(newAccount(acme, { email: 'Canary@Example.org' }));
    const { refreshToken, accessToken } = await signIn({ email: 'canary@example.org' });
    const { refreshToken: next } = await identity.refresh(refreshToken);
    const text = everyByteIn(folder).toString('latin1').toLowerCase();
    for (const secret of ['canary', 'example.org', PASSWORD, refreshToken, next, accessToken]) {
      expect(text).not.toContain(secret.toLowerCase());
    }
  });

  test('holds no byte of removed passwords and address hashes, after hundreds came and went', async () => {
    const living = [];
    const wasThere = new Map<number, Buffer>();
    for (let round = 0; round < 40; round += 1) {
      const fresh = Array.from({ length: 1 + (round % 11) }, () =>
        newAccount(acme, { email: `${randomUUID()}@example.org`, personId: newPerson() }),
      );
      await Promise.all(fresh.map((account) => identity.addAccount(account)));
      living.push(...fresh);
      for (const { id, bytes } of slotsIn(folder)) wasThere.set(id, wasThere.get(id) ?? bytes);
      for (const { personId } of living.splice((round * 5) % living.length, round % 7)) {
        await identity.removeAccountsOf(acme, personId);
      }
    }
    const now = new Map(slotsIn(folder).map(({ id, bytes }) => [id, bytes]));
    const everything = everyByteIn(folder);
    const gone = [...wasThere].filter(([id]) => now.get(id)!.every((byte) => byte === 0));
    expect(gone.length).toBeGreaterThan(150);
    // The middle of a password's bytes is salt and hash: what stands before is alike for all.
    const telling = (bytes: Buffer) => bytes.subarray(bytes.length > 32 ? 40 : 0).subarray(4, 28);
    expect(gone.filter(([, bytes]) => everything.includes(telling(bytes)))).toHaveLength(0);
    expect(statSync(join(folder, 'accounts.sqlite-wal')).size).toBe(0);
  });

  test('says when another reader keeps removed bytes on disk, and is clean when it has gone', async () => {
    const account = newAccount(acme);
    await identity.addAccount(account);
    const reader = new DatabaseSync(join(folder, 'accounts.sqlite'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM slots').get();
    const remove = () => identity.removeAccountsOf(acme, account.personId);
    await expect(remove()).rejects.toThrow(RemovalUnfinished);
    reader.close();
    await remove();
    expect(statSync(join(folder, 'accounts.sqlite-wal')).size).toBe(0);
  });

  test('keeps accounts, login sessions and its issuer key over a restart', async () => {
    await identity.addAccount(newAccount(acme));
    const { accessToken, refreshToken, principal } = await signIn();
    await identity.close();
    identity = await openIn(folder);
    expect(await identity.authenticate(accessToken)).toEqual(principal);
    expect((await identity.refresh(refreshToken)).principal).toEqual(principal);
  });

  test('forgets login sessions that lapsed long ago when somebody signs in', async () => {
    const clock = new HandClock();
    await identity.addAccount(newAccount(acme));
    await identity.close();
    identity = await openIn(folder, { clock });
    const { refreshToken } = await signIn();
    clock.pass(15 * 24 * 3_600_000);
    expect(await refusalOf(identity.refresh(refreshToken))).toBe('SessionEnded');
    await signIn();
    expect(await refusalOf(identity.refresh(refreshToken))).toBe('NotSignedIn');
  });

  test('keeps its files to their owner, and refuses an issuer key that others may read', async () => {
    for (const file of readdirSync(folder)) {
      const mode = (statSync(join(folder, file)).mode & 0o777).toString(8);
      expect(`${file} ${mode}`).toBe(`${file} 600`);
    }
    const keyFile = join(folder, 'issuer-key.json');
    chmodSync(keyFile, 0o644);
    await expect(openIn(folder)).rejects.toThrow(IssuerKeyUnsafe);
    chmodSync(keyFile, 0o600);
    writeFileSync(keyFile, '{"kty":"OKP"}');
    await expect(openIn(folder)).rejects.toThrow(IssuerKeyUnsafe);
  });
});
