import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { administer, restore, type BackupPlaces } from '@vivier/server';
import { deposit, registered, signIn, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let place: string;
let house: Running;
let maison: Staff;
let invitation: string;
let organisationId: OrganisationId;
let backup: BackupPlaces;
/** Registered before the backup; erased after it. */
let ada: string;
let bela: string;

const ME = '{ candidateSpace { fullName documents { current { fileName } } } }';
const ORGANISATION = '{ me { organisation { organisationId } } }';

const person = (name: string) =>
  registered(house, maison, invitation, {
    fullName: `${name} Exemple`,
    email: `${name.toLowerCase()}@example.org`,
  });

const backedUp = (to: BackupPlaces) => administer(house.server.house, { do: 'backUp', ...to });

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'vivier-backup-'));
  house = await running();
  maison = await staffed(house);
  invitation = await maison.invite();
  const { me } = await maison.admin.ask<{ me: { organisation: { organisationId: string } } }>(
    ORGANISATION,
  );
  organisationId = me.organisation.organisationId as OrganisationId;
  const first = await person('Ada');
  ada = first.candidateId;
  await deposit(first.client, 'letter.odt');
  bela = (await person('Bela')).candidateId;

  backup = { data: join(place, 'data'), keys: join(place, 'keys') };
  expect(await backedUp(backup)).toHaveProperty('done.begunAt');

  await person('Chen');
  await house.server.house.vault.destroyPerson(organisationId, ada as PersonId);
  await house.server.stop();
});
afterAll(async () => {
  await rm(place, { recursive: true, force: true });
  await rm(house.folder, { recursive: true, force: true });
});

/** A server on a folder of its own into which the backup was put. */
const restored = async (name: string, fence: boolean) => {
  const folder = await mkdtemp(join(place, `${name}-`));
  if (fence) await cp(join(house.folder, 'erased.jsonl'), join(folder, 'erased.jsonl'));
  const result = await restore(folder, backup);
  return { folder, result, again: await running({ folder, at: house.clock.now() }) };
};

const everybody = async (there: Running) => {
  const admin = await signIn(there, maison.slug, `alix@${maison.slug}.example`);
  const { people } = await admin.ask<{
    people: { edges: { node: { candidateId: string; fullName: string | null } }[] };
  }>('{ people(first: 50) { edges { node { candidateId fullName } } } }');
  return people.edges.map(({ node }) => node);
};

test('What is restored is as it was backed up, files and accounts included.', async () => {
  const { again } = await restored('whole', false);
  try {
    const client = await signIn(again, maison.slug, 'bela@example.org');
    expect(await client.ask(ME)).toMatchObject({ candidateSpace: { fullName: 'Bela Exemple' } });
    await expect(signIn(again, maison.slug, 'chen@example.org')).rejects.toThrow();
    // Life goes on: the restored keys seal, and the restored files take more.
    expect((await deposit(client, 'letter.odt')).documentId).toEqual(expect.any(String));
  } finally {
    await again.end();
  }
});

test('With the list of erasures nobody comes back who was erased after the backup.', async () => {
  const { again, result } = await restored('fenced', true);
  try {
    expect(result.erasuresUnknownSince).toBeUndefined();
    const named = await everybody(again);
    expect(named.map(({ candidateId }) => candidateId)).not.toContain(ada);
    expect(named).toContainEqual({ candidateId: bela, fullName: 'Bela Exemple' });
  } finally {
    await again.end();
  }
});

test('Without it a restore names the instant after which erasures are unknown.', async () => {
  const folder = await mkdtemp(join(place, 'unknown-'));
  const { begunAt, erasuresUnknownSince } = await restore(folder, backup);
  expect(erasuresUnknownSince).toBe(begunAt);
});

describe('A backup is refused', () => {
  test('into a folder that holds something.', async () => {
    const folder = await mkdtemp(join(place, 'full-'));
    await writeFile(join(folder, 'mine'), '');
    await expect(restore(folder, backup)).rejects.toThrow(/holds data/);
    expect(await readFile(join(folder, 'mine'), 'utf8')).toBe('');
  });

  test('whose keys belong to another one.', async () => {
    await expect(restore(join(place, 'nowhere'), { ...backup, keys: backup.data })).rejects.toThrow(
      /two folders/,
    );
  });

  test('of which a byte is another one.', async () => {
    const data = join(place, 'changed');
    await cp(backup.data, data, { recursive: true });
    const log = await readFile(join(data, 'log.sqlite'));
    log[log.length - 1]! ^= 1;
    await writeFile(join(data, 'log.sqlite'), log);
    await expect(restore(join(place, 'nowhere'), { ...backup, data })).rejects.toThrow(
      /log\.sqlite .* missing or changed/,
    );
  });

  test('of which a file is missing.', async () => {
    const data = join(place, 'lacking');
    await cp(backup.data, data, { recursive: true });
    await rename(join(data, 'accounts.sqlite'), join(place, 'accounts.sqlite'));
    await expect(restore(join(place, 'nowhere'), { ...backup, data })).rejects.toThrow(
      /accounts\.sqlite .* missing or changed/,
    );
  });
});

test('A restore that was cut off is not taken for a whole one, and can be run again.', async () => {
  const folder = await mkdtemp(join(place, 'cut-'));
  await writeFile(join(folder, 'restore-unfinished'), '');
  await writeFile(join(folder, 'log.sqlite'), 'half of it');
  await expect(running({ folder })).rejects.toThrow(/cut off/);
  await restore(folder, backup);
  const again = await running({ folder, at: house.clock.now() });
  expect((await everybody(again)).length).toBe(2);
  await again.end();
});
