import type { AccountId } from '@vivier/identity';
import type { PersonId } from '@vivier/kernel';
import type { Client } from '../support/client.ts';
import {
  CHECKLIST,
  deposit,
  opened,
  PASSWORD,
  registered,
  sample,
  signIn,
  staffed,
  upload,
  type Staff,
} from '../support/people.ts';
import { trailOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
});
afterAll(() => house.end());

const newcomer = async (name: string, invitation: string): Promise<Client> =>
  (
    await registered(house, maison, invitation, {
      fullName: `${name} Exemple`,
      email: `${name.toLowerCase()}@example.org`,
    })
  ).client;

test('R-026: one commandId sent to two applications leaves its trace in both', async () => {
  const [first, second] = [await maison.invite('Mornings'), await maison.invite('Evenings')];
  const ada = await newcomer('Ada', first);
  const one = await opened(house, maison, ada, first);
  const { applicationId: other } = await ada.do('startApplication', { invitation: second });
  await ada.do('selectDocument', { applicationId: other, item: 'cv', documentId: one.cv });
  const commandId = '0f0f0f0f-0000-4000-8000-000000000001';
  const verdict = { documentId: one.cv, version: 1, commandId };
  await maison.olu.do('refuseDocument', {
    ...verdict,
    applicationId: one.applicationId,
    seenRevision: one.revision,
    reason: 'It cannot be read.',
  });
  await maison.olu.do('refuseDocument', {
    ...verdict,
    applicationId: other,
    seenRevision: 1,
    reason: 'It cannot be read here either.',
  });
  const trail = await trailOf(maison.olu, one.cv);
  const refusals = trail.filter(({ event }) => event === 'DocumentRefused');
  expect(refusals.map(({ applicationId }) => applicationId)).toEqual([one.applicationId, other]);
  expect(new Set(refusals.map(({ eventId }) => eventId)).size).toBe(2);
});

describe('A reviewer downloads', () => {
  test('the version that lies in the dossier, and none that was never shown to them', async () => {
    const invitation = await maison.invite('Afternoons');
    const bob = await newcomer('Bob', invitation);
    const { applicationId } = await bob.do('startApplication', { invitation });
    const { documentId } = await deposit(bob, 'CV.pdf');
    const uploadId = await upload(bob, await sample('CV.docx'));
    await bob.do('replaceDocument', { documentId, uploadId, fileName: 'CV.docx' });
    await bob.do('selectDocument', { applicationId, item: 'cv', documentId });
    const ask = (version: number) =>
      maison.olu.do('requestDownload', { applicationId, documentId, version });
    expect((await ask(2)).url).toContain('/downloads/');
    await expect(ask(1)).rejects.toThrow('DocumentUnknown');
  });

  test('nothing that a candidate tried in a draft and took out again', async () => {
    const invitation = await maison.invite('Nights');
    const eve = await newcomer('Eve', invitation);
    const { applicationId } = await eve.do('startApplication', { invitation });
    const { documentId: tried } = await deposit(eve, 'CV.pdf');
    const { documentId: chosen } = await deposit(eve, 'CV.docx');
    for (const documentId of [tried, chosen])
      await eve.do('selectDocument', { applicationId, item: 'cv', documentId });
    const ask = (documentId: string) =>
      maison.olu.do('requestDownload', { applicationId, documentId, version: 1 });
    expect((await ask(chosen)).url).toContain('/downloads/');
    await expect(ask(tried)).rejects.toThrow('DocumentUnknown');
  });
});

test('A required place is empty until it holds a document, whatever its key is called', async () => {
  const words = await staffed(house, 'words', [
    ...CHECKLIST.map((item) => ({ ...item, required: false })),
    { key: 'constructor', label: 'Proof of trade', required: true },
  ]);
  const invitation = await words.invite();
  const { client: mia } = await registered(house, words, invitation, {
    fullName: 'Mia Exemple',
    email: 'mia@example.org',
  });
  await mia.do('grantConsent', { textVersion: 'recruitment-1' });
  const { applicationId } = await mia.do('startApplication', { invitation });
  await expect(mia.do('submitApplication', { applicationId })).rejects.toThrow(
    'ApplicationIncomplete',
  );
});

test('An address whose registration broke off can be registered by a new try after 15 minutes', async () => {
  const { house: inside } = house.server;
  const invitation = await maison.invite('Weekends');
  const organisation = await inside.identity.organisationBySlug(maison.slug);
  if (!organisation) throw new Error('There is no such organisation.');
  const { organisationId } = organisation;
  const email = 'zoe@example.org';
  const personId = '0e0e0e0e-0000-4000-8000-000000000002' as PersonId;
  // A process that died between the account and the event leaves these two.
  await inside.vault.claims.claim(organisationId, email, personId, house.clock.now());
  await inside.identity.addAccount({
    accountId: personId as string as AccountId,
    organisationId,
    personId,
    role: 'candidate',
    email,
    password: PASSWORD,
  });
  const zoe = { invitation, fullName: 'Zoe Exemple', email, password: `${PASSWORD} again` };
  await expect(house.anybody.do('registerCandidate', zoe)).rejects.toThrow('AddressTaken');
  house.clock.advance(15 * 60_000 + 1);
  const { candidateId } = await house.anybody.do('registerCandidate', zoe);
  expect(candidateId).not.toBe(personId);
  await signIn(house, maison.slug, email, zoe.password);
  await expect(signIn(house, maison.slug, email)).rejects.toThrow('SignInFailed');
});

test('Tries at one address at once make one candidate, who can sign in', async () => {
  const invitation = await maison.invite('Holidays');
  const email = 'kim@example.org';
  const tries = await Promise.allSettled(
    Array.from({ length: 6 }, () =>
      house.anybody.do('registerCandidate', {
        invitation,
        fullName: 'Kim Exemple',
        email,
        password: PASSWORD,
      }),
    ),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await signIn(house, maison.slug, email);
});

test('GDPR 17: the ids of a registration follow from a text that goes with its claim', async () => {
  const { claims } = house.server.house.vault;
  const organisation = await house.server.house.identity.organisationBySlug(maison.slug);
  if (!organisation) throw new Error('There is no such organisation.');
  const { organisationId } = organisation;
  const personOf = (apart: string) => apart as PersonId;
  const claim = () => claims.claimApart(organisationId, 'lou@example.org', personOf, 0);
  const first = await claim();
  expect(await claim()).toBe(first);
  await claims.release(organisationId, first as PersonId);
  expect(await claim()).not.toBe(first);

  const invitation = await maison.invite('Once');
  const commandId = '0f0f0f0f-0000-4000-8000-000000000003';
  const ned = { invitation, fullName: 'Ned Exemple', password: PASSWORD, commandId };
  const made = await house.anybody.do('registerCandidate', { ...ned, email: 'ned@example.org' });
  const again = await house.anybody.do('registerCandidate', { ...ned, email: 'ned@example.org' });
  expect(again).toEqual(made);
});
