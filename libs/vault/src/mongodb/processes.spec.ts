import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { erased, type OrganisationId, type PersonId } from '@vivier/kernel';
import { onServer } from '@vivier/mongodb/contract';
import { account, dossier, newOrganisation, newPerson, originOf, sealOne } from '../contract.ts';
import { openMasterKeysFolder } from '../master-keys.ts';
import { KeyFenced, type FileCipher, type SharedVault } from '../port.ts';
import { FenceDamaged, KeyDamaged, MasterKeyMissing } from '../refusals.ts';
import { copyOf, Installation, restore } from './database.fixtures.ts';
import type { MongoVaultPoint } from './faults.ts';

jest.setTimeout(60_000);

onServer('vaults of several processes on one MongoDB', () => {
  let installation: Installation;
  let db: Db;
  let vault: SharedVault;
  let organisation: OrganisationId;
  let ada: PersonId;

  beforeEach(async () => {
    installation = new Installation();
    db = await installation.database();
    vault = await installation.open(db, { clock: { now: () => 42 } });
    organisation = newOrganisation();
    ada = newPerson();
    await vault.admitOrganisation(organisation);
  });
  afterEach(() => installation.remove());

  const rows = (collection: string, filter = {}) =>
    db.collection(collection).find(filter).toArray();
  const sealAda = (scope = account) =>
    sealOne(vault, originOf(organisation, ada, scope), { fullName: 'Ada' });

  test('read what another sealed, claimed and admitted', async () => {
    const other = await installation.open(db);
    const blob = await sealAda();
    expect(await other.open([blob])).toEqual([{ fullName: 'Ada' }]);
    const mac = await vault.mac(organisation, ada, account, 'input', 'x');
    expect(await other.mac(organisation, ada, account, 'input', 'x')).toBe(mac);
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    expect(await other.claims.holder(organisation, 'ADA@example.org')).toBe(ada);
    const second = newOrganisation();
    await Promise.all([vault.admitOrganisation(second), other.admitOrganisation(second)]);
    expect(await other.organisationMac(second, 'link', 'x')).toBe(
      await vault.organisationMac(second, 'link', 'x'),
    );
  });

  test('use a key that another destroyed for a second at the most', async () => {
    let elapsed = 0;
    const other = await installation.open(db, { elapsed: () => elapsed });
    const blob = await sealAda();
    const grace = await sealOne(vault, originOf(organisation, newPerson()), { kept: true });
    expect(await other.open([blob, grace])).toEqual([{ fullName: 'Ada' }, { kept: true }]);
    await vault.destroyPerson(organisation, ada);
    expect(await vault.open([blob])).toEqual([erased]);
    elapsed = 999;
    expect(await other.open([blob])).toEqual([{ fullName: 'Ada' }]);
    elapsed = 1000;
    expect(await other.open([blob, grace])).toEqual([erased, { kept: true }]);
    await expect(sealOne(other, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
  });

  test('forget a key at once when they are told of the erasure, under the hands of a reader too', async () => {
    const other = await installation.open(db, { elapsed: () => 0 });
    const [own, kept] = [dossier(), dossier()];
    const blobs = [await sealAda(own), await sealAda(kept)];
    await other.open(blobs);
    const cipher = (await other.fileKey(organisation, ada, own)) as FileCipher;
    const another = (await other.fileKey(organisation, ada, kept)) as FileCipher;
    const chunk = cipher.encrypt(0, true, Buffer.from('chunk'));
    await vault.destroyScope(organisation, ada, own);
    other.forget(organisation, ada, own);
    expect(await other.open(blobs)).toEqual([erased, { fullName: 'Ada' }]);
    expect(() => cipher.decrypt(0, true, chunk)).toThrow(KeyFenced);
    another.encrypt(0, true, chunk);
    other.forget(organisation, ada);
    expect(() => another.encrypt(0, true, chunk)).toThrow(KeyFenced);
  });

  test('that only heard of an erasure still read until the key is destroyed, say for the last mail', async () => {
    const blob = await sealAda();
    vault.forget(organisation, ada);
    expect(await vault.open([blob])).toEqual([{ fullName: 'Ada' }]);
    const cipher = (await vault.fileKey(organisation, ada, account)) as FileCipher;
    expect(cipher.encrypt(0, true, Buffer.from('chunk'))).toBeInstanceOf(Buffer);
  });

  test('leave no row of a destroyed key or claim, and no value or address in clear', async () => {
    await sealOne(vault, originOf(organisation, ada), { fullName: 'Canary Lovelace' });
    await sealAda(dossier());
    await vault.claims.claim(organisation, 'canary@example.org', ada, 0);
    expect(await rows('vault_keys', { person: ada })).toHaveLength(2);
    const text = JSON.stringify([...(await copyOf(db))].flat(), (_, value: unknown) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : value,
    );
    expect(text).toContain(ada);
    expect(text).not.toMatch(/canary|lovelace|example\.org/i);
    await vault.destroyPerson(organisation, ada);
    expect(await rows('vault_keys')).toEqual([]);
    expect(await rows('vault_claims')).toEqual([]);
  });

  test('name what was destroyed, once, in the database and in the list outside', async () => {
    const other = await installation.open(db);
    const scope = dossier();
    for (const each of [vault, other, vault]) await each.destroyScope(organisation, ada, scope);
    await Promise.all([vault, vault].map((each) => each.destroyPerson(organisation, ada)));
    await other.destroyPerson(organisation, ada);
    await vault.destroyScope(organisation, ada, account);
    const expected = [scope, null].map((own) =>
      JSON.stringify({ organisation, person: ada, scope: own, at: 42 }),
    );
    expect(installation.fenceLines()).toEqual(expected);
    const fences = await rows('vault_fences');
    expect(fences.map(({ number }) => number as number).sort()).toEqual([1, 2]);
  });

  test('bring nobody back when an old copy of the database is restored', async () => {
    const blob = await sealAda();
    const grace = newPerson();
    const scope = dossier();
    const letter = await sealOne(vault, originOf(organisation, grace, scope), {});
    const kept = await sealOne(vault, originOf(organisation, grace), { kept: true });
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    const backup = await copyOf(db);
    await vault.destroyPerson(organisation, ada);
    await vault.destroyScope(organisation, grace, scope);
    await vault.close();

    await restore(db, backup);
    expect(await rows('vault_keys')).toHaveLength(3);
    vault = await installation.open(db);
    expect(await rows('vault_keys')).toHaveLength(1);
    expect(await vault.open([blob, letter, kept])).toEqual([erased, erased, { kept: true }]);
    await expect(sealOne(vault, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
    expect(await vault.claims.holder(organisation, 'ada@example.org')).toBeUndefined();
    expect(installation.fenceLines()).toHaveLength(2);
  });

  test('use no key any more that they had when the database is set back under them', async () => {
    const other = await installation.open(db, { fencesWithinMs: 0 });
    await vault.destroyPerson(organisation, newPerson());
    const blob = await sealAda();
    expect(await other.open([blob])).toEqual([{ fullName: 'Ada' }]);
    await db.collection('vault_keys').deleteMany({});
    expect(await other.open([blob])).toEqual([{ fullName: 'Ada' }]);
    await db
      .collection<{ _id: string }>('vault_state')
      .updateOne({ _id: 'vault' }, { $set: { fences: 0 } });
    expect(await other.open([blob])).toEqual([erased]);
  });

  test('make a lost list of the destroyed whole again from the database', async () => {
    await vault.destroyPerson(organisation, ada);
    const before = installation.fenceLines();
    rmSync(installation.at('erased.jsonl'));
    await installation.open(db);
    expect(installation.fenceLines()).toEqual(before);
  });

  test('stay shut while the list of the destroyed is damaged', async () => {
    await vault.destroyPerson(organisation, ada);
    const whole = readFileSync(installation.at('erased.jsonl'));
    appendFileSync(installation.at('erased.jsonl'), '{"organisation":}\n');
    await expect(installation.open(db)).rejects.toThrow(FenceDamaged);
    writeFileSync(installation.at('erased.jsonl'), whole);
    await installation.open(db);
  });

  test('finish at the next start, elsewhere too, a destruction that a crash stopped after its fence', async () => {
    const crash = async (point: MongoVaultPoint) => {
      if (point === 'fenced') throw new Error('The process was killed.');
    };
    const crashing = await installation.open(db, { faults: { at: crash } });
    const blob = await sealOne(crashing, originOf(organisation, ada), { fullName: 'Ada' });
    await expect(crashing.destroyPerson(organisation, ada)).rejects.toThrow('killed');
    // Shut at once where it was begun, although the row is still there.
    expect(await rows('vault_keys')).toHaveLength(1);
    expect(await crashing.open([blob])).toEqual([erased]);
    await expect(sealOne(crashing, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
    await expect(crashing.claims.claim(organisation, 'a@example.org', ada, 0)).rejects.toThrow(
      KeyFenced,
    );
    await expect(crashing.destroyPerson(organisation, ada)).rejects.toThrow('killed');
    expect(installation.fenceLines()).toHaveLength(1);

    const restarted = await installation.open(db);
    expect(await rows('vault_keys')).toEqual([]);
    expect(await restarted.open([blob])).toEqual([erased]);
    expect(installation.fenceLines()).toHaveLength(1);
  });

  test('never pass a lost or foreign master key off as an erasure, and write nothing', async () => {
    await sealAda();
    const before = await copyOf(db);
    const elsewhere = openMasterKeysFolder(installation.at('other-master-keys'));
    const opened = installation.open(db, { masterKeys: elsewhere });
    await expect(opened).rejects.toThrow(MasterKeyMissing);
    await elsewhere.admit(organisation);
    await expect(installation.open(db, { masterKeys: elsewhere })).rejects.toThrow(KeyDamaged);
    expect(await copyOf(db)).toEqual(before);
    rmSync(installation.at('master-keys'), { recursive: true });
    await vault.close();
    await expect(installation.open(db)).rejects.toThrow(MasterKeyMissing);
  });

  test('never pass a damaged or exchanged key off as an erasure, and give it no new one', async () => {
    const blobs = [await sealAda(), await sealOne(vault, originOf(organisation, newPerson()), {})];
    const keys = db.collection<{ _id: string; wrapped: Buffer }>('vault_keys', {
      promoteBuffers: true,
    });
    const [one, two] = await keys.find().toArray();
    const other = await installation.open(db);
    const put = (_id: string, wrapped: Buffer) => keys.updateOne({ _id }, { $set: { wrapped } });
    await put(one!._id, two!.wrapped);
    await put(two!._id, one!.wrapped.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) as Buffer);
    for (const blob of blobs) {
      await expect(other.open([blob])).rejects.toThrow(KeyDamaged);
      await expect(other.seal([{ origin: blob.origin, values: {} }])).rejects.toThrow(KeyDamaged);
    }
    await put(one!._id, one!.wrapped);
    await put(two!._id, two!.wrapped);
    expect(await other.open(blobs)).toEqual([{ fullName: 'Ada' }, {}]);
  });

  test('give an organisation whose master key is lost no new one while it has keys', async () => {
    const other = await installation.open(db);
    await sealAda();
    rmSync(installation.at('master-keys'), { recursive: true });
    await expect(other.admitOrganisation(organisation)).rejects.toThrow(MasterKeyMissing);
    expect(await openMasterKeysFolder(installation.at('master-keys')).has(organisation)).toBe(
      false,
    );
  });
});
