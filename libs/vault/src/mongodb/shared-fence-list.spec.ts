import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { Fence } from '../fence.ts';
import { FenceDamaged } from '../refusals.ts';
import { SharedFenceList } from './shared-fence-list.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fences-'));
  path = join(folder, 'erased.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fence = (person: string, scope: string | null = null): Fence => ({
  organisationId: 'acme' as OrganisationId,
  personId: person as PersonId,
  scope: scope as Scope | null,
  at: 7,
});
const read = () => {
  const { list, fences } = SharedFenceList.open(path);
  list.close();
  return fences;
};

test('several processes append to one list, and each reads what all wrote', () => {
  const lists = [1, 2].map(() => SharedFenceList.open(path).list);
  const written = Array.from({ length: 20 }, (_, n) =>
    fence(`person-${n}`, n % 3 ? `s-${n}` : null),
  );
  written.forEach((one, n) => lists[n % 2]!.append([one]));
  lists[0]!.append([]);
  for (const list of lists) list.close();
  expect(read()).toEqual(written);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a line that a crash left unended is stepped over, and cuts nothing of what others write', () => {
  const { list } = SharedFenceList.open(path);
  list.append([fence('ada')]);
  appendFileSync(path, '{"organisation":"acme","person":"gra');
  list.append([fence('joan'), fence('mary')]);
  list.close();
  expect(read()).toEqual([fence('ada'), fence('joan'), fence('mary')]);
});

test('a whole line that lacks only its end counts as said', () => {
  appendFileSync(path, '{"organisation":"acme","person":"ada","scope":null,"at":7}', {
    mode: 0o600,
  });
  expect(read()).toEqual([fence('ada')]);
  const { list } = SharedFenceList.open(path);
  list.append([fence('joan')]);
  list.close();
  expect(read()).toEqual([fence('ada'), fence('joan')]);
});

test('a damaged line keeps the list shut and is named', () => {
  appendFileSync(path, '{"organisation":"acme","person":"ada","scope":null,"at":7}\n{"org":1}\n', {
    mode: 0o600,
  });
  const before = readFileSync(path, 'utf8');
  expect(read).toThrow(FenceDamaged);
  expect(read).toThrow('Line 2');
  expect(readFileSync(path, 'utf8')).toBe(before);
});
