import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { erased, type OrganisationId, type PersonId, type Scope } from '@vivier/kernel';
import {
  account,
  dossier,
  newOrganisation,
  newPerson,
  originOf,
  sealOne,
  vaultContract,
} from '../contract.ts';
import type { DestructionPoint } from './destroyer.ts';
import { openEmbeddedVault, type EmbeddedVaultOptions } from './vault.ts';
import { KeyFenced, type Vault } from '../port.ts';
import {
  DestructionUnfinished,
  FenceDamaged,
  KeyDamaged,
  MasterKeyMissing,
  SecretFileUnsafe,
} from '../refusals.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'vault-'));
  folders.push(folder);
  return folder;
};
const openIn = (folder: string, more: Partial<EmbeddedVaultOptions> = {}) =>
  openEmbeddedVault({
    keysFile: join(folder, 'keys.sqlite'),
    masterKeysFile: join(folder, 'master-keys.json'),
    fenceFile: join(folder, 'fences.jsonl'),
    ...more,
  });
/** Every slot of the key file: wrapped keys and the keyed hashes of claimed addresses. */
const slotsIn = (folder: string): { id: number; bytes: Buffer }[] => {
  const database = new DatabaseSync(join(folder, 'keys.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT id, bytes FROM slots').all();
  database.close();
  return rows.map((row) => ({
    id: row['id'] as number,
    bytes: Buffer.from(row['bytes'] as Uint8Array),
  }));
};
const everyByteIn = (folder: string) =>
  Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
const fenceLines = (folder: string) =>
  readFileSync(join(folder, 'fences.jsonl'), 'utf8').split('\n').filter(Boolean);

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

vaultContract('the embedded vault', () => openIn(newFolder(), { cachedKeys: 7 }));

describe('the files of the embedded vault', () => {
  let folder: string;
  let vault: Vault;
  let organisation: OrganisationId;
  let ada: PersonId;

  beforeEach(async () => {
    folder = newFolder();
    organisation = newOrganisation();
    ada = newPerson();
    vault = await openIn(folder, { clock: { now: () => 42 } });
    await vault.admitOrganisation(organisation);
  });
  afterEach(() => vault.close());

  test('open again with the same keys, hashes and claims', async () => {
    const blob = await sealOne(vault, originOf(organisation, ada), { fullName: 'Ada' });
    const mac = await vault.mac(organisation, ada, account, 'input', 'x');
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    await vault.close();
    vault = await openIn(folder);
    expect(await vault.open([blob])).toEqual([{ fullName: 'Ada' }]);
    expect(await vault.mac(organisation, ada, account, 'input', 'x')).toBe(mac);
    expect(await vault.claims.holder(organisation, 'ADA@example.org')).toBe(ada);
  });

  test('can be read and written by their owner only', async () => {
    await sealOne(vault, originOf(organisation, ada), {});
    for (const file of readdirSync(folder)) {
      expect(`${file} ${(statSync(join(folder, file)).mode & 0o777).toString(8)}`).toBe(
        `${file} 600`,
      );
    }
    await vault.close();
    chmodSync(join(folder, 'master-keys.json'), 0o640);
    await expect(openIn(folder)).rejects.toThrow(SecretFileUnsafe);
    chmodSync(join(folder, 'master-keys.json'), 0o600);
    vault = await openIn(folder);
  });

  test('hold no personal value and no address', async () => {
    await sealOne(vault, originOf(organisation, ada), { fullName: 'Canary Lovelace' });
    await vault.claims.claim(organisation, 'canary@example.org', ada, 0);
    await vault.destroyPerson(organisation, ada);
    expect(everyByteIn(folder).toString('latin1')).not.toMatch(/canary|lovelace|example\.org/i);
  });

  test('hold no byte of a destroyed key or claim, after thousands of them came and went', async () => {
    const living: { person: PersonId; scope: Scope }[] = [];
    const wasThere = new Map<number, Buffer>();
    for (let round = 0; round < 120; round += 1) {
      const fresh = Array.from({ length: 1 + (round % 23) }, (_, index) => ({
        person: newPerson(),
        scope: index % 2 === 0 ? account : dossier(randomUUID().slice(0, 1 + (round % 36))),
      }));
      await Promise.all([
        vault.seal(
          fresh.map(({ person, scope }) => ({
            origin: originOf(organisation, person, scope),
            values: {},
          })),
        ),
        ...fresh.map(({ person }) =>
          vault.claims.claim(organisation, `${person}@example.org`, person, 0),
        ),
      ]);
      living.push(...fresh);
      for (const { id, bytes } of slotsIn(folder)) if (!wasThere.has(id)) wasThere.set(id, bytes);
      const going = living.splice((round * 7) % living.length, round % 9);
      await Promise.all(
        going.map(({ person, scope }, index) =>
          index % 3 === 0
            ? vault.destroyScope(organisation, person, scope)
            : vault.destroyPerson(organisation, person),
        ),
      );
    }
    const now = new Map(slotsIn(folder).map(({ id, bytes }) => [id, bytes]));
    const everything = everyByteIn(folder);
    const gone = [...wasThere].filter(([id]) => now.get(id)!.every((byte) => byte === 0));
    const kept = [...wasThere].filter(([id, bytes]) => now.get(id)!.equals(bytes));
    expect(gone.length).toBeGreaterThan(500);
    expect(gone.length + kept.length).toBe(wasThere.size);
    // A third of what was written is enough to recognise it, wherever a page was cut.
    const found = gone.filter(([, bytes]) => everything.includes(bytes.subarray(8, 28)));
    expect(found).toHaveLength(0);
    expect(kept.every(([, bytes]) => everything.includes(bytes))).toBe(true);
    expect(statSync(join(folder, 'keys.sqlite-wal')).size).toBe(0);
  }, 60_000);

  test('hold no byte of a claim that was given back', async () => {
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    const [slot] = slotsIn(folder);
    expect(everyByteIn(folder).includes(slot!.bytes)).toBe(true);
    await vault.claims.release(organisation, ada);
    expect(everyByteIn(folder).includes(slot!.bytes)).toBe(false);
  });

  test('hold no byte of the claim of an address that was changed', async () => {
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    await vault.claims.confirm(organisation, ada);
    const [slot] = slotsIn(folder);
    expect(everyByteIn(folder).includes(slot!.bytes)).toBe(true);
    await vault.claims.settle(organisation, 'ada@new.example', ada, 0);
    expect(everyByteIn(folder).includes(slot!.bytes)).toBe(false);
  });

  test('name what was destroyed, once, by ids and time alone', async () => {
    const scope = dossier();
    await vault.destroyScope(organisation, ada, scope);
    await vault.destroyScope(organisation, ada, scope);
    await Promise.all([
      vault.destroyPerson(organisation, ada),
      vault.destroyPerson(organisation, ada),
    ]);
    await vault.destroyScope(organisation, ada, account);
    expect(new Set(fenceLines(folder).map((line) => JSON.stringify(JSON.parse(line))))).toEqual(
      new Set([
        JSON.stringify({ organisation, person: ada, scope, at: 42 }),
        JSON.stringify({ organisation, person: ada, scope: null, at: 42 }),
      ]),
    );
  });

  test('bring nobody back when an old key file is restored', async () => {
    const kept = await sealOne(vault, originOf(organisation, newPerson()), { kept: true });
    const blob = await sealOne(vault, originOf(organisation, ada), { fullName: 'Ada' });
    const scope = dossier();
    const grace = newPerson();
    const letter = await sealOne(vault, originOf(organisation, grace, scope), {});
    await vault.claims.claim(organisation, 'ada@example.org', ada, 0);
    await vault.close();
    const backup = readFileSync(join(folder, 'keys.sqlite'));
    vault = await openIn(folder);
    await vault.destroyPerson(organisation, ada);
    await vault.destroyScope(organisation, grace, scope);
    await vault.close();

    writeFileSync(join(folder, 'keys.sqlite'), backup);
    const slots = slotsIn(folder);
    vault = await openIn(folder);
    expect(await vault.open([blob, letter, kept])).toEqual([erased, erased, { kept: true }]);
    await expect(sealOne(vault, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
    expect(await vault.claims.holder(organisation, 'ada@example.org')).toBeUndefined();
    const everything = everyByteIn(folder);
    expect(slots.filter(({ bytes }) => everything.includes(bytes))).toHaveLength(1);
  });

  test('make a lost list of the destroyed whole again from the key file', async () => {
    await vault.destroyPerson(organisation, ada);
    await vault.close();
    const before = fenceLines(folder);
    rmSync(join(folder, 'fences.jsonl'));
    vault = await openIn(folder);
    expect(fenceLines(folder)).toEqual(before);
  });

  test.each(['fenced', 'deleted', 'truncated'] as const)(
    'finish at the next start a destruction that a crash stopped when it was %s',
    async (point) => {
      const crashed = newFolder();
      await vault.close();
      let copied: DestructionPoint | undefined;
      // What lies on the disk at that instant is what a killed process leaves.
      const copyThere = (reached: DestructionPoint) => {
        if (reached !== point) return;
        cpSync(folder, crashed, { recursive: true });
        copied = reached;
      };
      vault = await openIn(folder, { faults: { at: copyThere } });
      const kept = await sealOne(vault, originOf(organisation, newPerson()), { kept: true });
      const [blob] = await vault.seal([{ origin: originOf(organisation, ada), values: {} }]);
      const adas = slotsIn(folder).at(-1)!.bytes;
      await vault.destroyPerson(organisation, ada);
      expect(copied).toBe(point);
      expect(everyByteIn(crashed).includes(adas)).toBe(point !== 'truncated');

      const restarted = await openIn(crashed);
      expect(await restarted.open([blob!, kept])).toEqual([erased, { kept: true }]);
      await expect(sealOne(restarted, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
      expect(everyByteIn(crashed).includes(adas)).toBe(false);
      await restarted.destroyPerson(organisation, ada);
      await restarted.close();
    },
  );

  test('stay shut to the person when the deletion fails after the fence, until it succeeds', async () => {
    await vault.close();
    let failures = 1;
    const failOnce = (point: DestructionPoint) => {
      if (point === 'fenced' && failures-- > 0) throw new Error('The disk is full.');
    };
    vault = await openIn(folder, { faults: { at: failOnce } });
    const blob = await sealOne(vault, originOf(organisation, ada), {});
    const [slot] = slotsIn(folder);
    await expect(vault.destroyPerson(organisation, ada)).rejects.toThrow('The disk is full.');
    expect(await vault.open([blob])).toEqual([erased]);
    await expect(sealOne(vault, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
    await vault.destroyPerson(organisation, ada);
    expect(everyByteIn(folder).includes(slot!.bytes)).toBe(false);
    expect(fenceLines(folder)).toHaveLength(1);
  });

  test('say when another reader keeps destroyed bytes on disk, and are clean when it has gone', async () => {
    await sealOne(vault, originOf(organisation, ada), {});
    const [slot] = slotsIn(folder);
    const reader = new DatabaseSync(join(folder, 'keys.sqlite'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM slots').get();
    await expect(vault.destroyPerson(organisation, ada)).rejects.toThrow(DestructionUnfinished);
    reader.close();
    await vault.destroyPerson(organisation, ada);
    expect(everyByteIn(folder).includes(slot!.bytes)).toBe(false);
  });

  test('take a fence that the crash cut off as never promised, and one that is whole as said', async () => {
    await vault.destroyPerson(organisation, newPerson());
    await vault.close();
    const [whole] = fenceLines(folder);
    const unended = JSON.stringify({ organisation, person: ada, scope: null, at: 7 });
    appendFileSync(join(folder, 'fences.jsonl'), unended.slice(0, 30));
    await (await openIn(folder)).close();
    expect(fenceLines(folder)).toEqual([whole]);
    appendFileSync(join(folder, 'fences.jsonl'), unended);
    vault = await openIn(folder);
    expect(fenceLines(folder)).toEqual([whole, unended]);
    await expect(sealOne(vault, originOf(organisation, ada), {})).rejects.toThrow(KeyFenced);
  });

  test('keep the vault shut while the list of the destroyed is damaged', async () => {
    for (let count = 0; count < 3; count += 1) await vault.destroyPerson(organisation, newPerson());
    await vault.close();
    const lines = fenceLines(folder);
    writeFileSync(join(folder, 'fences.jsonl'), `${lines[0]}\n{"organisation":\n${lines[2]}\n`);
    await expect(openIn(folder)).rejects.toThrow(FenceDamaged);
    writeFileSync(join(folder, 'fences.jsonl'), `${lines.join('\n')}\n`);
    vault = await openIn(folder);
  });

  test('never pass a lost or foreign master key off as an erasure', async () => {
    await sealOne(vault, originOf(organisation, ada), {});
    await vault.close();
    const masterKeys = join(folder, 'master-keys.json');
    const own = readFileSync(masterKeys);
    rmSync(masterKeys);
    await expect(openIn(folder)).rejects.toThrow(MasterKeyMissing);
    const stranger = await openIn(newFolder(), { masterKeysFile: masterKeys });
    await stranger.admitOrganisation(organisation);
    await stranger.close();
    await expect(openIn(folder)).rejects.toThrow(KeyDamaged);
    writeFileSync(masterKeys, own.subarray(0, 60));
    await expect(openIn(folder)).rejects.toThrow(SecretFileUnsafe);
    writeFileSync(masterKeys, own);
    vault = await openIn(folder);
  });

  test('never pass a damaged key off as an erasure, and give it no new one', async () => {
    const blob = await sealOne(vault, originOf(organisation, ada), {});
    await sealOne(vault, originOf(organisation, ada, 'a-first-scope' as Scope), {});
    await vault.close();
    const database = new DatabaseSync(join(folder, 'keys.sqlite'));
    database.exec('UPDATE slots SET bytes = randomblob(61) WHERE id = 1');
    database.close();
    vault = await openIn(folder);
    await expect(vault.open([blob])).rejects.toThrow(KeyDamaged);
    await expect(vault.seal([{ origin: blob.origin, values: {} }])).rejects.toThrow(KeyDamaged);
  });

  test('do not let one wrapped key stand in for another', async () => {
    const blobs = await vault.seal(
      [ada, newPerson()].map((person) => ({ origin: originOf(organisation, person), values: {} })),
    );
    await sealOne(vault, originOf(organisation, ada, 'a-first-scope' as Scope), {});
    await vault.close();
    const database = new DatabaseSync(join(folder, 'keys.sqlite'));
    database.exec('UPDATE keys SET slot = 3 - slot WHERE slot < 3');
    database.close();
    vault = await openIn(folder);
    await expect(vault.open([blobs[0]!])).rejects.toThrow(KeyDamaged);
    await vault.close();
    const again = new DatabaseSync(join(folder, 'keys.sqlite'));
    again.exec('UPDATE keys SET slot = 3 - slot WHERE slot < 3');
    again.close();
    vault = await openIn(folder);
    expect(await vault.open(blobs)).toEqual([{}, {}]);
  });

  test('admit an organisation once, and keep its key when admitted again', async () => {
    const blob = await sealOne(vault, originOf(organisation, ada), { kept: true });
    const before = readFileSync(join(folder, 'master-keys.json'), 'utf8');
    await vault.admitOrganisation(organisation);
    expect(readFileSync(join(folder, 'master-keys.json'), 'utf8')).toBe(before);
    await vault.admitOrganisation(newOrganisation());
    expect(await vault.open([blob])).toEqual([{ kept: true }]);
  });

  test('are not written to when a batch of keys cannot be committed, and recover', async () => {
    const writer = new DatabaseSync(join(folder, 'keys.sqlite'));
    writer.exec('BEGIN IMMEDIATE');
    const origin = originOf(organisation, ada);
    await expect(vault.seal([{ origin, values: {} }])).rejects.toThrow(/locked/);
    writer.exec('ROLLBACK');
    writer.close();
    expect(slotsIn(folder)).toEqual([]);
    const blob = await sealOne(vault, origin, { second: 'try' });
    expect(await vault.open([blob])).toEqual([{ second: 'try' }]);
  });
});
