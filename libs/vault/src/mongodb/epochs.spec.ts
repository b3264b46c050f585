import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { erased, type OrganisationId, type PersonId, type SealedBlob } from '@vivier/kernel';
import { onServer } from '@vivier/mongodb/contract';
import { account, dossier, newOrganisation, newPerson, originOf, sealOne } from '../contract.ts';
import { EpochKey, openEpochKeysFolder } from '../epoch-keys.ts';
import { KeyFenced, type SharedVault } from '../port.ts';
import { EpochKeyMissing, KeyDamaged } from '../refusals.ts';
import {
  contextOfClaim,
  contextOfKey,
  type ClaimRow,
  type KeyRow,
  type StateRow,
} from './collections.ts';
import { copyOf, Installation, restore, type Copy } from './database.fixtures.ts';
import type { MongoVaultPoint } from './faults.ts';

jest.setTimeout(60_000);

onServer('the epochs of a vault on MongoDB', () => {
  let installation: Installation;
  let db: Db;
  let vault: SharedVault;
  let organisation: OrganisationId;
  let ada: PersonId;

  beforeEach(async () => {
    installation = new Installation();
    db = await installation.database();
    vault = await installation.open(db);
    organisation = newOrganisation();
    ada = newPerson();
    await vault.admitOrganisation(organisation);
  });
  afterEach(() => installation.remove());

  const state = () => db.collection<StateRow>('vault_state').findOne({ _id: 'vault' });
  const wrappedIn = (copy: Copy) => ({
    keys: (copy.get('vault_keys') ?? []) as readonly KeyRow[],
    claims: (copy.get('vault_claims') ?? []) as readonly ClaimRow[],
  });
  const epochsInUse = async () => {
    const copy = await copyOf(db);
    const { keys, claims } = wrappedIn(copy);
    const gates = (copy.get('vault_gates') ?? []) as readonly { epoch: string }[];
    return [...new Set([...keys, ...claims, ...gates].map(({ epoch }) => epoch))];
  };
  /** What every remaining epoch key makes of a copy: how many of its rows one of them unwraps. */
  const unwrapped = async (copy: Copy): Promise<number> => {
    const epochKeys = openEpochKeysFolder(installation.at('epoch-keys'));
    const { keys, claims } = wrappedIn(copy);
    const rows = [
      ...keys.map((row) => ({ row, context: contextOfKey(row) })),
      ...claims.map((row) => ({ row, context: contextOfClaim(row) })),
    ];
    let count = 0;
    for (const name of installation.epochs()) {
      const found = (await epochKeys.find(name))!;
      for (const { row, context } of rows) {
        // Under its own epoch's name and under the row's.
        for (const epoch of new Set([name, row.epoch])) {
          if (new EpochKey(epoch, found).unwrap(row.wrapped, context) !== undefined) count += 1;
        }
      }
    }
    return count;
  };

  test('begin with one key outside of the database, however many processes start at once', async () => {
    const empty = await installation.database();
    const before = new Set(installation.epochs());
    const opened = await Promise.all(Array.from({ length: 8 }, () => installation.open(empty)));
    const epochs = installation.epochs().filter((epoch) => !before.has(epoch));
    expect(epochs).toHaveLength(1);
    const blob = await sealOne(opened[0]!, originOf(organisation, ada), { fullName: 'Ada' });
    for (const each of opened) expect(await each.open([blob])).toEqual([{ fullName: 'Ada' }]);
    expect(await empty.collection('vault_gates').countDocuments({ epoch: epochs[0]! })).toBe(256);
  });

  test('keep their keys to their owner', () => {
    const folder = installation.at('epoch-keys');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
  });

  test('whose key is missing stop the start with what to do, before anything is written', async () => {
    await sealOne(vault, originOf(organisation, ada), {});
    await vault.close();
    await db.collection('vault_keys').dropIndexes();
    const before = await copyOf(db);
    const [hidden, folder] = [installation.at('hidden'), installation.at('epoch-keys')];
    renameSync(folder, hidden);
    const refused: unknown = await installation.open(db).catch((failure: unknown) => failure);
    expect(refused).toBeInstanceOf(EpochKeyMissing);
    expect((refused as Error).message).toContain(`not in ${folder}: give this process`);
    expect(readdirSync(folder)).toEqual([]);
    expect(await copyOf(db)).toEqual(before);
    expect(await db.collection('vault_keys').indexes()).toHaveLength(1);
    rmSync(folder, { recursive: true });
    renameSync(hidden, folder);
    await installation.open(db);
  });

  test('end with every living key and claim under a new key, read by every process as before', async () => {
    const cached = await installation.open(db);
    const other = await installation.open(db);
    const origins = Array.from({ length: 7 }, (_, n) =>
      originOf(organisation, ada, n % 2 === 0 ? account : dossier(`${n}`)),
    );
    const blobs = await vault.seal(origins.map((origin, n) => ({ origin, values: { n } })));
    const values = blobs.map((_, n) => ({ n }));
    await cached.open(blobs);
    const mac = await vault.mac(organisation, ada, account, 'input', 'x');
    const apart = await vault.claims.claimApart(organisation, 'ada@example.org', () => ada, 0);
    const before = await copyOf(db);
    const [old] = installation.epochs();

    // Four keys and a claim, two at a time.
    const rotating = await installation.open(db, { rotationBatch: 2 });
    expect(await rotating.rotateEpoch()).toEqual({ rewrapped: 5, damaged: 0 });
    const [next, ...more] = installation.epochs();
    expect(more).toEqual([]);
    expect(next).not.toBe(old);
    expect(await epochsInUse()).toEqual([next]);
    expect(await state()).toMatchObject({ current: next, retiring: null });
    expect(await unwrapped(before)).toBe(0);
    for (const each of [vault, cached, other, rotating]) {
      expect(await each.open(blobs)).toEqual(values);
      expect(await each.mac(organisation, ada, account, 'input', 'x')).toBe(mac);
      expect(await each.claims.holder(organisation, 'ADA@example.org')).toBe(ada);
      const again = each.claims.claimApart(organisation, 'ada@example.org', () => ada, 1);
      expect(await again).toBe(apart);
    }
    const fresh = await sealOne(vault, originOf(organisation, newPerson()), { after: true });
    expect(await other.open([fresh])).toEqual([{ after: true }]);
    expect(await epochsInUse()).toEqual([next]);
  });

  test('make an erasure final: no copy of the database that was taken before tells anything', async () => {
    const grace = newPerson();
    const scope = dossier();
    const blobs = [
      await sealOne(vault, originOf(organisation, ada), { fullName: 'Ada' }),
      await sealOne(vault, originOf(organisation, ada, scope), { reason: 'x' }),
      await sealOne(vault, originOf(organisation, grace), { kept: true }),
    ];
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    const copy = await copyOf(db);
    const epochFiles = () =>
      Buffer.concat(
        installation
          .epochs()
          .map((name) => readFileSync(join(installation.at('epoch-keys'), `${name}.key`))),
      );
    const oldEpochKeys = epochFiles();

    // Effective: the live database holds no row of hers.
    await vault.destroyPerson(organisation, ada);
    expect(await db.collection('vault_keys').countDocuments({ person: ada })).toBe(0);
    expect(await db.collection('vault_claims').countDocuments({ person: ada })).toBe(0);
    expect(await vault.open(blobs)).toEqual([erased, erased, { kept: true }]);
    // But not yet final: who steals the copy, the epoch key and the master keys, and has no list of
    // the destroyed, reads everything.
    const thief = await installation.database();
    await restore(thief, copy);
    const list = { fenceFile: installation.at('no-list.jsonl') };
    const stolen = await installation.open(thief, list);
    expect(await stolen.open(blobs)).toEqual([
      { fullName: 'Ada' },
      { reason: 'x' },
      { kept: true },
    ]);
    await stolen.close();
    expect(await unwrapped(copy)).toBe(4);

    await vault.rotateEpoch();
    expect(await unwrapped(copy)).toBe(0);
    expect(epochFiles().includes(oldEpochKeys)).toBe(false);
    await expect(installation.open(thief, list)).rejects.toThrow(EpochKeyMissing);
    expect(await vault.open(blobs)).toEqual([erased, erased, { kept: true }]);
  });

  describe('that are ended while a process is killed', () => {
    test.each([
      'epoch-made',
      'epoch-begun',
      'gates-switched',
      'batch-rewrapped',
      'epoch-destroyed',
    ] as const)('when it was at %s lose nothing, and end with the next call', async (point) => {
      const blobs = await vault.seal(
        Array.from({ length: 5 }, (_, n) => ({
          origin: originOf(organisation, newPerson()),
          values: { n },
        })),
      );
      const values = blobs.map((_, n) => ({ n }));
      const killed = (at: MongoVaultPoint) => {
        if (at === point) throw new Error('The process was killed.');
      };
      const dying = await installation.open(db, { rotationBatch: 2, faults: { at: killed } });
      await expect(dying.rotateEpoch()).rejects.toThrow('killed');

      const restarted = await installation.open(db);
      expect(await restarted.open(blobs)).toEqual(values);
      const meanwhile = await sealOne(restarted, originOf(organisation, ada), { n: 5 });
      const copy = await copyOf(db);
      await restarted.rotateEpoch();
      expect(await state()).toMatchObject({ retiring: null });
      expect(await epochsInUse()).toEqual([(await state())!.current]);
      expect(await unwrapped(copy)).toBe(0);
      for (const each of [vault, restarted, await installation.open(db)]) {
        expect(await each.open([...blobs, meanwhile])).toEqual([...values, { n: 5 }]);
      }
    });
  });

  test.each(['epoch-begun', 'gates-switched', 'batch-rewrapped', 'epoch-destroyed'] as const)(
    'lose no key, claim or erasure of another process when they end and are at %s',
    async (point) => {
      const other = await installation.open(db);
      const going = newPerson();
      const early = await sealOne(other, originOf(organisation, going), {});
      const made: SealedBlob[] = [];
      let times = 0;
      const meanwhile = async (at: MongoVaultPoint) => {
        if (at !== point || times++ > 0) return;
        made.push(await sealOne(other, originOf(organisation, ada), { fullName: 'Ada' }));
        await other.claims.claim(organisation, 'ada@example.org', ada, 0);
        await other.destroyPerson(organisation, going);
      };
      const rotating = await installation.open(db, { faults: { at: meanwhile } });
      await rotating.rotateEpoch();
      expect(times).toBe(1);
      for (const each of [other, await installation.open(db)]) {
        expect(await each.open([...made, early])).toEqual([{ fullName: 'Ada' }, erased]);
        expect(await each.claims.holder(organisation, 'ada@example.org')).toBe(ada);
      }
      expect(await epochsInUse()).toEqual(installation.epochs());
    },
  );

  test('end in several processes at once while keys come and go, and every key stays or goes for good', async () => {
    const vaults = [vault, await installation.open(db, { rotationBatch: 3 })];
    const living: SealedBlob[] = [];
    const gone: SealedBlob[] = [];
    for (let round = 0; round < 4; round += 1) {
      const people = Array.from({ length: 6 }, newPerson);
      await Promise.all([
        ...vaults.map((each) => each.rotateEpoch()),
        ...people.map(async (person, n) => {
          const each = vaults[n % 2]!;
          const blob = await sealOne(each, originOf(organisation, person), { n });
          if (n % 3 === 0) await vaults[(n + 1) % 2]!.destroyPerson(organisation, person);
          (n % 3 === 0 ? gone : living).push(blob);
        }),
      ]);
    }
    await vault.rotateEpoch();
    const fresh = await installation.open(db);
    expect((await fresh.open(gone)).every((values) => values === erased)).toBe(true);
    expect((await fresh.open(living)).filter((values) => values === erased)).toEqual([]);
    expect(await state()).toMatchObject({ retiring: null });
    expect(await epochsInUse()).toEqual(installation.epochs());
    for (const { origin } of gone) {
      await expect(fresh.seal([{ origin, values: {} }])).rejects.toThrow(KeyFenced);
    }
  });

  test('end although a key is damaged, and it is still told, not passed off as erased', async () => {
    const blob = await sealOne(vault, originOf(organisation, ada), {});
    const keys = db.collection<{ _id: string; wrapped: Buffer }>('vault_keys');
    await keys.updateOne({}, { $set: { wrapped: Buffer.alloc(90, 1) } });
    await sealOne(vault, originOf(organisation, newPerson()), {});
    const [old] = installation.epochs();
    expect(await vault.rotateEpoch()).toEqual({ rewrapped: 2, damaged: 1 });
    expect(existsSync(join(installation.at('epoch-keys'), `${old}.key`))).toBe(false);
    const other = await installation.open(await restored());
    await expect(other.open([blob])).rejects.toThrow(KeyDamaged);
  });

  /** A copy of the database that a start accepts: its first key is a whole one. */
  const restored = async (): Promise<Db> => {
    const copy = new Map(await copyOf(db));
    copy.set('vault_keys', [...(copy.get('vault_keys') ?? [])].reverse());
    const elsewhere = await installation.database();
    await restore(elsewhere, copy);
    return elsewhere;
  };
});
