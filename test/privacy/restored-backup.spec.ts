import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { candidateEvents } from '@vivier/domain/events';
import { streamName, type EventId, type OrganisationId, type PersonId } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { PASSWORD, registered, signIn, staffed, submitted } from '../support/people.ts';
import { running } from '../support/running.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

test('GDPR 17: keys, accounts and files of an old backup bring nobody back whom the log calls erased', async () => {
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
  await submitted(bob.client, invitation);
  const { folder } = day;
  await day.server.house.settled();
  await day.server.stop();
  // All but the log: it is the newest of all.
  const old = ['keys.sqlite', 'accounts.sqlite', 'documents.sqlite', 'documents'];
  for (const name of old) await cp(join(folder, name), join(backup, name), { recursive: true });

  // The event of an erasure, as the request for one will append it.
  const at = day.clock.now();
  const next = await running({ folder, at });
  const { store, identity } = next.server.house;
  const organisation = await identity.organisationBySlug(maison.slug);
  const organisationId = organisation?.organisationId as OrganisationId;
  const candidateId = ada.candidateId as PersonId;
  const { type, data } = candidateEvents.SubjectErased({ candidateId });
  const id = derive('erasure', candidateId) as EventId;
  const by = { kind: 'system', id: 'test', role: 'system' };
  const metadata = { at: new Date(at), by, organisationId, commandId: id, causationId: id };
  await store.append(organisationId, streamName('candidate', candidateId), 'exists', [
    {
      id,
      type: `${type}.v1`,
      contentType: 'application/json',
      data: bytes(data),
      metadata: bytes(metadata),
    },
  ]);
  await next.server.house.settled();
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
  expect(await vault.erasedUpTo()).toBe(await later.server.house.store.head());
  await later.end();
  await rm(backup, { recursive: true });
}, 120_000);
