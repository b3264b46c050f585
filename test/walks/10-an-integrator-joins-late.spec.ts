import { connected, integratorOf, reading, type Integrator, type Told } from '../support/feed.ts';
import { registered, staffed, submitted, type Registered, type Staff } from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let ada: Registered;
let applicationId: string;
let payroll: Integrator;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite('Night shift');
  ada = await registered(house, maison, invitation, {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  ({ applicationId } = await submitted(ada.client, invitation));
});
afterAll(() => house.end());

/** What people did; what follows by itself, such as mails, comes when it comes. */
const typesOf = (told: readonly Told[]) =>
  told.filter(({ by }) => by.role !== 'system').map(({ type }) => type);
const decide = async (decision: 'returnApplication' | 'acceptApplication', more: object) => {
  const { revision: seenRevision } = await dossierOf(maison.olu, applicationId);
  await maison.olu.do(decision, { applicationId, seenRevision, ...more });
};

/** What the program has of the log, and where it stands: all that it has to keep. */
const kept: Told[] = [];

test('A program that joins when much has happened reads all of it, in the order of the log', async () => {
  payroll = await integratorOf(house, maison.slug, 'Payroll');
  const client = connected(payroll.client);
  const feed = reading(client);
  await feed.find(({ type }) => type === 'ApplicationSubmitted');
  expect(typesOf(feed.told)).toEqual([
    'ChecklistSet',
    'InvitationCreated',
    'CandidateRegistered',
    'ActivationRequested',
    'ConsentGranted',
    'ApplicationStarted',
    'DocumentAdded',
    'DocumentAdded',
    'DocumentSelected',
    'DocumentSelected',
    'ApplicationSubmitted',
  ]);
  kept.push(...feed.told);
  await client.dispose();
});

test('It comes back after a pause to what it missed, and stays for what comes', async () => {
  await decide('returnApplication', { reason: 'Please add a telephone number.' });
  await ada.client.do('submitApplication', { applicationId });

  const client = connected(payroll.client);
  const feed = reading(client, { after: kept.at(-1)?.position });
  await feed.until(2);
  await decide('acceptApplication', { overrideReason: 'Seen on paper.' });
  const acceptance = await feed.find(({ type }) => type === 'ApplicationAccepted');
  expect(typesOf(feed.told)).toEqual([
    'ApplicationReturned',
    'ApplicationSubmitted',
    'ApplicationAccepted',
  ]);
  expect(acceptance).toMatchObject({
    aggregate: 'application',
    key: applicationId,
    by: { id: maison.ids.olu, role: 'operator' },
    personId: ada.candidateId,
  });
  await client.dispose();
});

test('It reads facts and no names, until an admin grants them, for a reason that compliance reads', async () => {
  const registrations = async (): Promise<object> => {
    const client = connected(payroll.client);
    const feed = reading(client, { types: ['CandidateRegistered'] });
    const [registration] = await feed.until(1);
    await client.dispose();
    return registration?.data ?? {};
  };
  expect(await registrations()).toMatchObject({ candidateId: ada.candidateId });
  expect(await registrations()).not.toHaveProperty('fullName');

  await maison.admin.do('grantPersonalFeed', {
    integratorId: payroll.id,
    reason: 'They write the contracts.',
  });
  expect(await registrations()).toMatchObject({
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  const { personalFeedAccess } = await maison.compliance.ask<{ personalFeedAccess: object[] }>(
    '{ personalFeedAccess { integratorId granted reason } }',
  );
  expect(personalFeedAccess).toEqual([
    { integratorId: payroll.id, granted: true, reason: 'They write the contracts.' },
  ]);

  await maison.admin.do('withdrawPersonalFeed', {
    integratorId: payroll.id,
    reason: 'The contract with them ended.',
  });
  expect(await registrations()).not.toHaveProperty('fullName');
});
