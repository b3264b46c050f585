import type { OrganisationId, PersonId } from '@vivier/kernel';
import { publishedFolder } from '@vivier/published';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { connected, integratorOf, reading, type Integrator, type Told } from '../support/feed.ts';
import { registered, staffed, submitted, type Registered, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let ivo: Integrator;
let ada: Registered;
let invitation: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await staffed(house, 'elsewhere');
  ivo = await integratorOf(house, maison.slug);
  invitation = await maison.invite();
  ada = await someone('Ada');
  const { applicationId, cv, revision } = await submitted(ada.client, invitation);
  await maison.olu.do('refuseDocument', {
    applicationId,
    documentId: cv,
    version: 1,
    seenRevision: revision,
    reason: 'The second page is missing.',
  });
});
afterAll(() => house.end());

const someone = (name: string): Promise<Registered> =>
  registered(house, maison, invitation, {
    fullName: `${name} Exemple`,
    email: `${name.toLowerCase()}@example.org`,
  });

const registrationOf = (told: readonly Told[], { candidateId }: Registered) =>
  told.find(({ type, key }) => type === 'CandidateRegistered' && key === candidateId)?.data;

/** All of the past, as it is told at this moment. */
const past = async (who: Integrator = ivo): Promise<readonly Told[]> => {
  const client = connected(who.client);
  const mark = `Mark ${Math.random()}`;
  await maison.invite(mark);
  const feed = reading(client);
  await feed.find(({ data }) => data['campaign'] === mark);
  await client.dispose();
  return feed.told;
};

const decide = (name: 'grantPersonalFeed' | 'withdrawPersonalFeed', reason: string) =>
  maison.admin.do(name, { integratorId: ivo.id, reason });

const personalWords = ['Exemple', 'example.org', 'CV.pdf', 'CV.docx', 'The second page'];

test('Personal values are absent unless they were granted', async () => {
  const text = JSON.stringify(await past());
  for (const word of personalWords) expect(text).not.toContain(word);
});

describe('Where an admin granted them', () => {
  test('they are there from the next event on, and in the past', async () => {
    const client = connected(ivo.client);
    const live = reading(client, { types: ['CandidateRegistered'] });
    await live.until(1);
    await decide('grantPersonalFeed', 'They send the payslips.');
    const bo = await someone('Bo');
    await live.until(2);
    expect(registrationOf(live.told, ada)).not.toHaveProperty('fullName');
    expect(registrationOf(live.told, bo)).toMatchObject({
      fullName: 'Bo Exemple',
      email: 'bo@example.org',
    });
    const text = JSON.stringify(await past());
    for (const word of personalWords) expect(text).toContain(word);
    await client.dispose();
  });

  test('another integrator reads facts alone', async () => {
    const text = JSON.stringify(await past(await integratorOf(house, maison.slug, 'Ines')));
    for (const word of personalWords) expect(text).not.toContain(word);
  });

  test('compliance sees who has them, since when, by whom and why', async () => {
    const { personalFeedAccess } = await maison.compliance.ask<{ personalFeedAccess: object[] }>(
      '{ personalFeedAccess { integratorId granted at by { role name } reason } }',
    );
    expect(personalFeedAccess).toEqual([
      {
        integratorId: ivo.id,
        granted: true,
        at: '2026-03-02T09:00:00.000Z',
        by: { role: 'admin', name: 'Alix of maison' },
        reason: 'They send the payslips.',
      },
    ]);
  });

  test('what was erased is null, and what is somebody else’s is still there', async () => {
    const cas = await someone('Cas');
    const { vault, identity } = house.server.house;
    const organisation = await identity.organisationBySlug(maison.slug);
    const organisationId = organisation?.organisationId as OrganisationId;
    await vault.destroyPerson(organisationId, cas.candidateId as PersonId);
    const told = await past();
    expect(registrationOf(told, cas)).toMatchObject({ fullName: null, email: null });
    expect(registrationOf(told, ada)).toMatchObject({ fullName: 'Ada Exemple' });
  });

  test('every event is what its published schema says', async () => {
    const told = await past();
    const types = new Set(told.map(({ type }) => type));
    expect(types.size).toBeGreaterThan(8);
    for (const { type, version, data } of told) {
      const file = new URL(`events/${type}.v${version}.schema.json`, publishedFolder);
      const schema = z.fromJSONSchema(JSON.parse(await readFile(file, 'utf8')) as never);
      expect([type, schema.safeParse(data).error]).toEqual([type, undefined]);
    }
  });

  test('they are gone with the next event once the grant is withdrawn, also from the past', async () => {
    const client = connected(ivo.client);
    const live = reading(client, { types: ['CandidateRegistered'] });
    const before = await live.find(({ data }) => data['fullName'] === 'Ada Exemple');
    expect(before.data['email']).toBe('ada@example.org');
    await decide('withdrawPersonalFeed', 'The contract ended.');
    const dee = await someone('Dee');
    await live.find(({ key }) => key === dee.candidateId);
    expect(registrationOf(live.told, dee)).not.toHaveProperty('fullName');
    const text = JSON.stringify(await past());
    for (const word of personalWords) expect(text).not.toContain(word);
    await client.dispose();
  });
});

test('What is decided twice is written once, and every decision is in the feed itself', async () => {
  await decide('grantPersonalFeed', 'Again.');
  const { access } = await decide('grantPersonalFeed', 'And again.');
  expect(access).toMatchObject({ granted: true, reason: 'Again.' });
  await decide('withdrawPersonalFeed', 'No.');
  const told = await past();
  expect(
    told.filter(({ aggregate }) => aggregate === 'integrator').map(({ type, by }) => [type, by.id]),
  ).toEqual([
    ['PersonalFeedGranted', maison.ids.admin],
    ['PersonalFeedWithdrawn', maison.ids.admin],
    ['PersonalFeedGranted', maison.ids.admin],
    ['PersonalFeedWithdrawn', maison.ids.admin],
  ]);
});

test('Nothing is granted to who is no integrator of the organisation', async () => {
  const stranger = await integratorOf(house, 'elsewhere', 'Eli');
  const reason = 'Because.';
  for (const integratorId of [maison.ids.olu, stranger.id, ada.candidateId])
    expect(await maison.admin.tries('grantPersonalFeed', { integratorId, reason })).toMatchObject({
      code: 'IntegratorUnknown',
    });
});

test('What cannot be opened ends the stream before it, and comes again to who goes on there', async () => {
  const broken = await running();
  const staff = await staffed(broken);
  const program = await integratorOf(broken, staff.slug);
  const link = await staff.invite();
  await staff.admin.do('grantPersonalFeed', { integratorId: program.id, reason: 'For a test.' });
  const bo = { fullName: 'Bo Exemple', email: 'bo@example.org' };
  await registered(broken, staff, link, bo);
  const { vault } = broken.server.house;
  const open = vault.open.bind(vault);
  Object.assign(vault, { open: () => Promise.reject(new Error('Bo Exemple cannot be opened.')) });

  const client = connected(program.client);
  const feed = reading(client, { types: ['InvitationCreated', 'CandidateRegistered'] });
  const { refusals } = await feed.ended;
  const [last, ...more] = feed.told;
  expect([last?.type, more]).toEqual(['InvitationCreated', []]);
  expect(refusals).toMatchObject([
    { extensions: { code: 'FeedFailed', details: { resumeAfter: last?.position } } },
  ]);
  expect(JSON.stringify(refusals)).not.toContain('Exemple');

  Object.assign(vault, { open });
  const again = reading(client, { after: last?.position, types: ['CandidateRegistered'] });
  const [registration] = await again.until(1);
  expect(registration?.data).toMatchObject(bo);
  await client.dispose();
  await expect(broken.end()).rejects.toThrow('The feed of a subscriber has failed.');
});
