import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import { erase, writeForgetting } from '../support/erased.ts';
import { PASSWORD, registered, signIn, staffed, submitted } from '../support/people.ts';
import { running } from '../support/running.ts';

test('GDPR 17: keys, accounts and files of an old backup bring nobody and no dossier back that the log calls erased', async () => {
  const backup = await mkdtemp(join(tmpdir(), 'vivier-old-backup-'));
  const day = await running();
  const maison = await staffed(day);
  const invitation = await maison.invite();
  const person = (name: string) =>
    registered(day, maison, invitation, {
      fullName: `${name} Exemple`,
      email: `${name.toLowerCase()}@example.org`,
    });
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  await submitted(ada.client, invitation);
  const bobs = await submitted(bob.client, invitation);
  const about = { documentId: bobs.cv, version: 1, reason: 'Said of Bob alone.' };
  const seen = { applicationId: bobs.applicationId, seenRevision: bobs.revision };
  await maison.olu.do('refuseDocument', { ...seen, ...about });
  const { folder } = day;
  await day.server.house.settled();
  await day.server.stop();
  // All but the log, also what lists the erased: the log is the newest of all.
  const old = ['keys.sqlite', 'erased.jsonl', 'accounts.sqlite', 'documents.sqlite', 'documents'];
  for (const name of old) await cp(join(folder, name), join(backup, name), { recursive: true });

  const at = day.clock.now();
  const next = await running({ folder, at });
  const { identity } = next.server.house;
  const organisation = await identity.organisationBySlug(maison.slug);
  const organisationId = organisation?.organisationId as OrganisationId;
  await writeForgetting(next.server.house, organisationId, bob.candidateId, bobs.applicationId);
  await erase(next.server.house, organisationId, ada.candidateId);
  await next.server.stop();
  for (const name of old) {
    await rm(join(folder, name), { recursive: true });
    await rm(join(folder, `${name}-wal`), { force: true });
    await rm(join(folder, `${name}-shm`), { force: true });
    await cp(join(backup, name), join(folder, name), { recursive: true });
  }

  const later = await running({ folder, at });
  const olu = await signIn(later, maison.slug, 'olu@maison.example');
  const { dossiers } = await olu.ask<{
    dossiers: { edges: { node: { candidate: { fullName: string | null } } }[] };
  }>('{ dossiers { edges { node { candidate { fullName } } } } }');
  const names = dossiers.edges.map(({ node }) => node.candidate.fullName);
  expect(names.filter((name) => name !== null)).toEqual(['Bob Exemple']);
  const credentials = { organisation: maison.slug, email: 'ada@example.org', password: PASSWORD };
  expect((await later.anybody.tries('signIn', credentials)).code).toBe('SignInFailed');
  expect(await signIn(later, maison.slug, 'bob@example.org')).toBeDefined();
  const { vault } = later.server.house;
  expect(await vault.claims.holder(organisationId, 'ada@example.org')).toBeUndefined();
  expect(await vault.claims.holder(organisationId, 'bob@example.org')).toBe(bob.candidateId);
  const keyed = (personId: string, scope: string) =>
    vault.mac(organisationId, personId as PersonId, scope as Scope, 'spec', '');
  const fenced = { name: 'KeyFenced' };
  await expect(keyed(ada.candidateId, 'account')).rejects.toMatchObject(fenced);
  await expect(keyed(bob.candidateId, `application-${bobs.applicationId}`)).rejects.toMatchObject(
    fenced,
  );
  expect(await keyed(bob.candidateId, 'account')).toMatch(/^[0-9a-f]{64}$/);
  expect(await vault.erasedUpTo()).toBe(await later.server.house.store.head());
  await later.end();
  await rm(backup, { recursive: true });
}, 120_000);
