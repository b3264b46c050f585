import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { OrganisationId } from '@vivier/kernel';
import { openMasterKeysFolder } from './master-keys.ts';
import { MasterKeyMissing, SecretFileUnsafe } from './refusals.ts';
import { openSecretFolder } from './secret-folder.ts';

let parent: string;
let path: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'secrets-'));
  path = join(parent, 'keys', 'of-here');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('a secret is kept once, for its owner alone, and found by every process', () => {
  const [one, other] = [openSecretFolder(path), openSecretFolder(path)];
  const [first, second] = [randomBytes(32), randomBytes(32)];
  expect(one.find('a')).toBeUndefined();
  expect(one.add('a', first)).toBe(true);
  expect(other.add('a', second)).toBe(false);
  for (const folder of [one, other]) expect(folder.find('a')).toEqual(first);
  expect(readdirSync(path)).toEqual(['a.key']);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, 'a.key')).mode & 0o777).toBe(0o600);
});

test('a destroyed secret is overwritten where it lies, not only unlinked', () => {
  const folder = openSecretFolder(path);
  const secret = randomBytes(32);
  folder.add('a', secret);
  // A second name for the same bytes shows what became of them.
  linkSync(join(path, 'a.key'), join(parent, 'same'));
  folder.destroy('a');
  folder.destroy('a');
  expect(folder.find('a')).toBeUndefined();
  const left = readFileSync(join(parent, 'same'));
  expect(left.length).toBe(45);
  expect(left.every((byte) => byte === 0)).toBe(true);
});

test('a secret that is not whole or that others may read is refused, and no name leads out', () => {
  const folder = openSecretFolder(path);
  folder.add('a', randomBytes(32));
  chmodSync(join(path, 'a.key'), 0o640);
  expect(() => folder.find('a')).toThrow(SecretFileUnsafe);
  chmodSync(join(path, 'a.key'), 0o600);
  writeFileSync(join(path, 'a.key'), readFileSync(join(path, 'a.key')).subarray(0, 40));
  expect(() => folder.find('a')).toThrow(SecretFileUnsafe);
  writeFileSync(join(parent, 'out.key'), 'x', { mode: 0o600 });
  expect(folder.find('../../out')).toBeUndefined();
  expect(() => folder.add('../../new', randomBytes(32))).toThrow(RangeError);
});

test('processes that admit organisations at once share their master keys, and none loses one', async () => {
  const processes = [1, 2, 3].map(() => openMasterKeysFolder(path));
  const organisations = Array.from({ length: 6 }, (_, n) => `organisation-${n}` as OrganisationId);
  await expect(processes[0]!.mac(organisations[0]!, 'link', 'x')).rejects.toThrow(MasterKeyMissing);
  await Promise.all(
    organisations.flatMap((organisation) => processes.map((each) => each.admit(organisation))),
  );
  for (const organisation of organisations) {
    const wrapped = await processes[0]!.wrap(organisation, Buffer.from('a data key'), 'of ada');
    for (const each of processes) {
      const plain = await each.unwrap(organisation, wrapped, 'of ada');
      expect(Buffer.from(plain).toString()).toBe('a data key');
    }
  }
});
