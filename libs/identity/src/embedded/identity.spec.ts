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
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import { attackContract } from '../attack.contract.ts';
import { addressesContract } from '../addresses.contract.ts';
import { identityContract } from '../contract.ts';
import {
  CHEAP,
  HandClock,
  newAccount,
  newOrganisation,
  newPerson,
  PASSWORD,
  refusalOf,
  type Ground,
} from '../contract.fixtures.ts';
import { hashingContract } from '../hashing.contract.ts';
import { openEmbeddedIdentity, type EmbeddedIdentityOptions } from './identity.ts';
import type { Identity } from '../port.ts';
import { IssuerKeyUnsafe, RemovalUnfinished } from '../refusals.ts';

// Every password that is compared is counted on disk first, and an attack compares many.
jest.setTimeout(60_000);

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

const ground = (): Ground => {
  let folder: string;
  return {
    isShared: false,
    empty: async () => {
      folder = newFolder();
    },
    open: (more) => openIn(folder, more),
  };
};
identityContract('the embedded identity', ground());
addressesContract('the embedded identity', ground());
hashingContract('the embedded identity', ground());
attackContract('the embedded identity', ground());

describe('the embedded identity', () => {
  let folder: string;
  let identity: Identity;
  let acme: OrganisationId;

  const signIn = (more: object = {}) =>
    identity.signIn({
      organisation: 'acme',
      email: 'ada@example.org',
      password: PASSWORD,
      ...more,
    });

  beforeEach(async () => {
    folder = newFolder();
    identity = await openIn(folder);
    acme = newOrganisation();
    await identity.createOrganisation({ organisationId: acme, slug: 'acme', name: 'Acme' });
  });
  afterEach(() => identity.close());

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
