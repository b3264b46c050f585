import { StoreUnavailable } from '@vivier/event-store';
import type { OrganisationId, StreamName } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import {
  connected,
  integratorOf,
  loggedIds,
  reading,
  type Integrator,
  type Told,
} from '../support/feed.ts';
import { chanceOf } from '../faults/chance.ts';
import { seed } from '../faults/seeded.ts';
import { registered, staffed, submitted, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let elsewhere: Staff;
let ivo: Integrator;
let invitation: string;
let applicationId: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  elsewhere = await staffed(house, 'elsewhere');
  ivo = await integratorOf(house, maison.slug);
  invitation = await maison.invite();
  const person = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  const { client } = await registered(house, maison, invitation, person);
  ({ applicationId } = await submitted(client, invitation));
});
afterAll(() => house.end());

const idsOf = (told: readonly Told[]) => told.map(({ eventId }) => eventId);
const logged = async (...types: readonly string[]) =>
  (await loggedIds(house, maison.slug))
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .map(({ id }) => id);

test('An integrator reads the past, then what happens, of its own organisation alone', async () => {
  const client = connected(ivo.client);
  const feed = reading(client);
  // The mails that follow by themselves have left.
  await house.server.house.settled();
  const past = await logged();
  await feed.until(past.length);
  await elsewhere.invite('Theirs');
  await maison.invite('Ours');
  await feed.find(({ data }) => data['campaign'] === 'Ours');
  expect(idsOf(feed.told)).toEqual(await logged());
  expect(feed.told.length).toBe(past.length + 1);
  await client.dispose();
});

test('An event says what happened to what, when, by whom and why, as the log has it', async () => {
  const client = connected(ivo.client);
  const feed = reading(client, { types: ['ApplicationSubmitted'] });
  const [submission] = await feed.until(1);
  const { store, identity } = house.server.house;
  const organisation = await identity.organisationBySlug(maison.slug);
  const records = await store.readStream(
    organisation?.organisationId as OrganisationId,
    `application-${applicationId}` as StreamName,
  );
  const record = records?.at(-1);
  const metadata = JSON.parse(Buffer.from(record?.metadata ?? []).toString()) as Told;
  expect(submission).toEqual({
    eventId: record?.id,
    type: 'ApplicationSubmitted',
    version: 1,
    aggregate: 'application',
    key: applicationId,
    at: metadata.at,
    by: { kind: 'account', id: metadata.by.id, role: 'candidate' },
    commandId: metadata.commandId,
    causationId: metadata.causationId,
    correlationId: metadata.correlationId,
    position: expect.any(String) as string,
    personId: metadata.personId,
    data: JSON.parse(Buffer.from(record?.data ?? []).toString()) as object,
  });
  await client.dispose();
});

test('Only the types come that were asked for, of the past and live', async () => {
  const client = connected(ivo.client);
  const types = ['InvitationCreated', 'ConsentGranted'];
  const feed = reading(client, { types });
  const past = await logged(...types);
  await feed.until(past.length);
  await maison.admin.do('setLegalBasis', { legalBasis: 'legitimate-interest' });
  await maison.admin.do('setLegalBasis', { legalBasis: 'consent' });
  await maison.invite('After a change of settings');
  await feed.until(past.length + 1);
  expect(idsOf(feed.told)).toEqual(await logged(...types));
  expect(new Set(feed.told.map(({ type }) => type))).toEqual(new Set(types));
  await client.dispose();
});

test('What is asked for wrongly is refused, with what would be right', async () => {
  const client = connected(ivo.client);
  const refusal = async (variables: object) => {
    const { refusals } = await reading(client, { ...variables }).ended;
    return refusals.map(({ extensions: { code, details } }) => ({ code, details }));
  };
  const known = expect.arrayContaining(['CandidateRegistered', 'DocumentAccepted']) as object;
  expect(await refusal({ types: ['CandidateRegistered', 'CandidatePromoted'] })).toEqual([
    { code: 'EventUnknown', details: { known } },
  ]);
  expect(await refusal({ types: [] })).toMatchObject([{ code: 'InvalidInput' }]);
  expect(await refusal({ types: 'everything', after: {} })).toMatchObject([
    { code: 'RequestNotUnderstood' },
  ]);
  expect(await refusal({ types: [{}] })).toMatchObject([{ code: 'RequestNotUnderstood' }]);
  expect(await refusal({ after: 'nowhere' })).toMatchObject([{ code: 'RequestNotUnderstood' }]);
  const beyond = Buffer.from('p99999999').toString('base64url');
  expect(await refusal({ after: beyond })).toMatchObject([{ code: 'PositionUnknown' }]);
  await client.dispose();
});

test(`Nothing is missed and nothing comes twice, wherever a reader reconnects (VIVIER_SEED=${seed})`, async () => {
  const chance = chanceOf(seed);
  const all: Told[] = [];
  let writing = true;
  const written = (async () => {
    for (let number = 0; number < 150; number += 1)
      await Promise.all([
        maison.invite(`Campaign ${number}`),
        chance.once(3) ? elsewhere.invite(`Their campaign ${number}`) : undefined,
      ]);
    writing = false;
  })();
  for (let rounds = 0; writing || all.length < (await logged()).length; rounds += 1) {
    const client = connected(ivo.client);
    const feed = reading(client, { after: all.at(-1)?.position });
    const left = (await logged()).length - all.length;
    await feed.until(Math.min(1 + chance.below(40), Math.max(left, 0)));
    feed.leave();
    all.push(...feed.told);
    await client.dispose();
    expect(rounds).toBeLessThan(1_000);
  }
  await written;
  expect(idsOf(all)).toEqual(await logged());
});

test('Several readers on several connections read the same, each its own', async () => {
  const clients = [connected(ivo.client), connected(ivo.client)];
  const feeds = clients.flatMap((client) => [reading(client), reading(client)]);
  const past = await logged();
  await Promise.all(feeds.map((feed) => feed.until(past.length)));
  await maison.invite('For all of them');
  await Promise.all(feeds.map((feed) => feed.until(past.length + 1)));
  const expected = await logged();
  for (const feed of feeds) expect(idsOf(feed.told)).toEqual(expected);
  for (const client of clients) await client.dispose();
});

test('A log that is away for a while ends a reading of the past with where to go on', async () => {
  const { store } = house.server.house;
  const readAll = store.readAll.bind(store);
  const away = () => {
    throw new StoreUnavailable('read', 'The test says so.');
  };
  Object.assign(store, { readAll: away });
  const client = connected(ivo.client);
  const feed = reading(client);
  const { refusals } = await feed.ended;
  Object.assign(store, { readAll });
  expect(feed.told).toEqual([]);
  expect(refusals).toMatchObject([
    { extensions: { code: 'StoreUnavailable', retry: 'later', details: { resumeAfter: null } } },
  ]);
  await reading(client).until(1);
  await client.dispose();
});

describe('An event that only a newer program reads', () => {
  const encoded = new TextEncoder().encode('{}');
  let newer: Running;
  let theirs: Staff;
  beforeAll(async () => {
    newer = await running();
    theirs = await staffed(newer);
    await staffed(newer, 'elsewhere');
    await theirs.invite('Before');
    await newer.server.house.settled();
  });
  afterAll(() => expect(newer.end()).rejects.toThrow('stands still'));

  test('stops the feed before it, with where to go on, of the past and live', async () => {
    const mine = await integratorOf(newer, theirs.slug);
    const other = await integratorOf(newer, 'elsewhere', 'Eli');
    const client = connected(mine.client);
    const live = reading(client);
    const narrow = reading(client, { types: ['InvitationCreated'] });
    await live.until(2);
    const elsewhere = reading(connected(other.client));
    await elsewhere.until(1);
    const { store, identity } = newer.server.house;
    const organisation = await identity.organisationBySlug(theirs.slug);
    await store.append(
      organisation?.organisationId as OrganisationId,
      'mystery-1' as StreamName,
      'none',
      [
        {
          id: derive('mystery') as never,
          type: 'MysteryHappened.v1',
          contentType: 'application/json',
          data: encoded,
          metadata: encoded,
        },
      ],
    );
    const { refusals } = await live.ended;
    const details = { event: 'MysteryHappened.v1', resumeAfter: live.told.at(-1)?.position };
    expect(refusals).toMatchObject([{ extensions: { code: 'UpgradeNeeded', details } }]);

    const past = reading(client);
    expect((await past.ended).refusals).toMatchObject([
      { extensions: { code: 'UpgradeNeeded', details } },
    ]);
    expect(past.told).toEqual(live.told);
    // Who asked for other types is not stopped by it, nor is another organisation.
    await theirs.admin.send(
      'mutation { createInvitation(input: { campaign: "After" }) { position } }',
    );
    await narrow.find(({ data }) => data['campaign'] === 'After');
    expect(elsewhere.told).toHaveLength(1);
    await client.dispose();
  });
});
