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
  const other = await ada.client.do('startApplication', {
    invitation: await maison.invite('Night shift'),
  });
  const { documentId: letter } = await deposit(ada.client, 'letter.odt');
  const place = { applicationId: other.applicationId, item: 'cv', documentId: letter };
  await ada.client.do('selectDocument', place);
  await refused(one.applicationId, one.cv, 'Said in the first dossier.');
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
  const { cv } = await submitted(dee.client, link);
  const organisation = await first.server.house.identity.organisationBySlug('elsewhere');
  await first.server.house.vault.destroyPerson(
    organisation?.organisationId as OrganisationId,
    dee.candidateId as PersonId,
  );
  const second = await first.again();
  const staffInvites = async (where: Running): Promise<string> => {
    const admin = await signIn(where, 'elsewhere', 'alix@elsewhere.example');
    return (await admin.do('createInvitation', { campaign: 'Another' })).invitation.token;
  };
  const olu = await signIn(second, 'elsewhere', 'olu@elsewhere.example');
  const trail = await trailOf(olu, cv);
  expect(trail.map(({ event }) => event)).toEqual(['DocumentAdded', 'DocumentSelected']);
  expect(trail[0]?.by).toMatchObject({ role: 'candidate', name: null });
  // The fence holds: no new key is made, so that nothing can be added about them.
  const self = await signIn(second, 'elsewhere', 'dee@example.org');
  expect(
    (await self.tries('startApplication', { invitation: await staffInvites(second) })).code,
  ).toBe('ApplicationUnknown');
  await second.end();
});
