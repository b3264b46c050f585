import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { Client } from '../support/client.ts';
import {
  deposit,
  registered,
  signIn,
  staffed,
  submitted,
  type Registered,
  type Staff,
} from '../support/people.ts';
import { dossierOf, trailOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let organisationId: OrganisationId;
let invitation: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  invitation = await maison.invite('Home care');
  const { me } = await maison.admin.ask<{ me: { organisation: { organisationId: string } } }>(
    '{ me { organisation { organisationId } } }',
  );
  organisationId = me.organisation.organisationId as OrganisationId;
});
afterAll(() => house.end());

const refused = async (applicationId: string, documentId: string, reason: string) => {
  const { revision: seenRevision } = await dossierOf(maison.olu, applicationId);
  const decision = { applicationId, seenRevision, documentId, version: 1, reason };
  await maison.olu.do('refuseDocument', decision);
};

const reasonsOf = async (documentId: string) =>
  (await trailOf(maison.olu, documentId)).map(({ event, reason }) => [event, reason]);

const namesIn = async (reader: Client) => {
  const { dossiers } = await reader.ask<{
    dossiers: {
      edges: { node: { candidate: { candidateId: string; fullName: string | null } } }[];
    };
  }>('{ dossiers { edges { node { candidate { candidateId fullName } } } } }');
  return dossiers.edges.map(({ node }) => node.candidate);
};

const person = (name: string): Promise<Registered> =>
  registered(house, maison, invitation, {
    fullName: `${name} Exemple`,
    email: `${name.toLowerCase()}@example.org`,
  });

test('GDPR 17: one of two dossiers is forgotten, and the other reads on', async () => {
  const ada = await person('Ada');
  const one = await submitted(ada.client, invitation);
  await refused(one.applicationId, one.cv, 'Said in the first dossier.');
  const { revision } = await dossierOf(maison.olu, one.applicationId);
  const { applicationId: first } = one;
  const acceptance = { applicationId: first, seenRevision: revision, overrideReason: 'Urgent.' };
  await maison.olu.do('acceptApplication', acceptance);
  await house.server.house.settled();
  const other = await ada.client.do('startApplication', {
    invitation: await maison.invite('Night shift'),
  });
  const { documentId: letter } = await deposit(ada.client, 'letter.odt');
  const place = { applicationId: other.applicationId, item: 'cv', documentId: letter };
  await ada.client.do('selectDocument', place);
  await refused(other.applicationId, letter, 'Said in the second dossier.');

  await house.server.house.vault.destroyScope(
    organisationId,
    ada.candidateId as PersonId,
    `application-${one.applicationId}` as Scope,
  );
  expect(await reasonsOf(one.cv)).toEqual([
    ['DocumentAdded', null],
    ['DocumentSelected', null],
    ['DocumentRefused', null],
  ]);
  expect((await reasonsOf(letter)).at(-1)).toEqual([
    'DocumentRefused',
    'Said in the second dossier.',
  ]);
  // The person is still there, and so are the documents: they are theirs, not the dossier's.
  expect(await namesIn(maison.olu)).toContainEqual({
    candidateId: ada.candidateId,
    fullName: 'Ada Exemple',
  });
  const { items } = await dossierOf(maison.olu, one.applicationId);
  expect(items[0]?.document?.fileName).toBe('CV.pdf');

  // Nothing can be added where the key is gone, and the answer is that of an absent dossier.
  const { revision: seenRevision } = await dossierOf(maison.olu, one.applicationId);
  const { applicationId } = one;
  const returning = { applicationId, seenRevision, reason: 'More words.' };
  expect((await maison.olu.tries('returnApplication', returning)).code).toBe('ApplicationUnknown');
});

test('R-039, X-23: finally rejected, a dossier goes alone while the person has another one', async () => {
  const { house: opened } = house.server;
  const eve = await person('Eve');
  const kept = await submitted(eve.client, invitation);
  const accepting = { applicationId: kept.applicationId, seenRevision: kept.revision };
  await maison.olu.do('acceptApplication', { ...accepting, overrideReason: 'Known to us.' });
  await opened.settled();
  const nights = await maison.invite('Nights');
  const { applicationId } = await eve.client.do('startApplication', { invitation: nights });
  await eve.client.do('sendMessage', { applicationId, text: 'About the nights.' });
  await eve.client.do('selectDocument', { applicationId, item: 'cv', documentId: kept.cv });
  await eve.client.do('selectDocument', {
    ...{ applicationId, item: 'diploma' },
    documentId: kept.diploma,
  });
  await eve.client.do('submitApplication', { applicationId });
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'eraseNow' });
  const { revision: seenRevision } = await dossierOf(maison.olu, applicationId);
  const reason = 'No nights for Eve.';
  await maison.olu.do('rejectApplicationFinally', { applicationId, seenRevision, reason });
  await opened.settled();
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'archive' });

  const trail = await maison.compliance.ask<{
    auditTrail: { edges: { node: { event: string; reason: string | null } }[] };
  }>(
    `query Of($applicationId: ID!) { auditTrail(applicationId: $applicationId, first: 100) {
      edges { node { event reason } } } }`,
    { applicationId },
  );
  const told = trail.auditTrail.edges.map(({ node }) => node);
  expect(told.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['ApplicationRejectedFinally', 'DossierForgotten']),
  );
  expect(told.every((entry) => entry.reason === null)).toBe(true);
  const keyed = (scope: string) =>
    opened.vault.mac(organisationId, eve.candidateId as PersonId, scope as Scope, 'spec', '');
  await expect(keyed(`application-${applicationId}`)).rejects.toMatchObject({ name: 'KeyFenced' });
  expect(await keyed(`application-${kept.applicationId}`)).toMatch(/^[0-9a-f]{64}$/);
  const facts = [];
  for await (const page of opened.store.readAll({ filter: { streamPrefixes: ['erasure-'] } }))
    for (const { stream, type } of page) facts.push([stream, type]);
  expect(facts).toEqual([
    [`erasure-${applicationId}`, 'KeysDestroyed.v1'],
    [`erasure-${applicationId}`, 'CopiesCleaned.v1'],
  ]);
  // The person, their files and the other dossier are as they were.
  expect(await namesIn(maison.olu)).toContainEqual({
    candidateId: eve.candidateId,
    fullName: 'Eve Exemple',
  });
  const { url } = await eve.client.do('requestDownload', { documentId: kept.cv, version: 1 });
  expect((await fetch(url)).status).toBe(200);
});

test('GDPR 17: a person is forgotten everywhere, and everybody else reads on', async () => {
  const [bo, cas] = [await person('Bo'), await person('Cas')];
  const [bos, cass] = [
    await submitted(bo.client, invitation),
    await submitted(cas.client, invitation),
  ];
  await refused(bos.applicationId, bos.cv, 'About Bo.');
  await refused(cass.applicationId, cass.cv, 'About Cas.');
  const before = await trailOf(maison.olu, bos.cv);
  const { url } = await bo.client.do('requestDownload', { documentId: bos.cv, version: 1 });

  await house.server.house.vault.destroyPerson(organisationId, bo.candidateId as PersonId);
  const named = await namesIn(maison.olu);
  expect(named).toContainEqual({ candidateId: bo.candidateId, fullName: null });
  expect(named).toContainEqual({ candidateId: cas.candidateId, fullName: 'Cas Exemple' });

  // The trail keeps who decided what, when and on which version; the words and the name are gone.
  const after = await trailOf(maison.olu, bos.cv);
  expect(after).toEqual(
    before.map((entry) => ({
      ...entry,
      reason: null,
      by: entry.by.role === 'candidate' ? { ...entry.by, name: null } : entry.by,
    })),
  );
  expect(after.at(-1)?.by.name).toBe('Olu of maison');
  expect((await reasonsOf(cass.cv)).at(-1)).toEqual(['DocumentRefused', 'About Cas.']);

  const { items } = await dossierOf(maison.olu, bos.applicationId);
  expect(items[0]?.document).toMatchObject({ version: 1, fileName: null });
  const gone = await fetch(url);
  expect([gone.status, ((await gone.json()) as { code: string }).code]).toEqual([
    404,
    'FileErased',
  ]);
  expect((await fetch(url)).status).toBe(404);
});

test('GDPR 17: forgotten stays forgotten after a restart, and cannot be made known again', async () => {
  const first = await running();
  const staff = await staffed(first, 'elsewhere');
  const link = await staff.invite();
  const dee = await registered(first, staff, link, {
    fullName: 'Dee Exemple',
    email: 'dee@example.org',
  });
  const { cv, applicationId } = await submitted(dee.client, link);
  const organisation = await first.server.house.identity.organisationBySlug('elsewhere');
  await first.server.house.vault.destroyPerson(
    organisation?.organisationId as OrganisationId,
    dee.candidateId as PersonId,
  );
  const second = await first.again();
  const olu = await signIn(second, 'elsewhere', 'olu@elsewhere.example');
  const trail = await trailOf(olu, cv);
  expect(trail.map(({ event }) => event)).toEqual(['DocumentAdded', 'DocumentSelected']);
  expect(trail[0]?.by).toMatchObject({ role: 'candidate', name: null });
  // The fence holds: no new key is made, so that nothing can be added about them.
  const self = await signIn(second, 'elsewhere', 'dee@example.org');
  const message = { applicationId, text: 'Is anybody there?' };
  expect((await self.tries('sendMessage', message)).code).toBe('ApplicationUnknown');
  await second.end();
});
