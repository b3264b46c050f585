import { candidate } from '@vivier/domain';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { administer } from '@vivier/server';
import { randomUUID } from 'node:crypto';
import {
  PASSWORD,
  registered,
  signIn,
  staffed,
  type Registered,
  type Staff,
} from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let organisationId: OrganisationId;
let officerId: string;
let invitation: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  invitation = await maison.invite();
  const { me } = await maison.compliance.ask<{
    me: { accountId: string; organisation: { organisationId: string } };
  }>('{ me { accountId organisation { organisationId } } }');
  officerId = me.accountId;
  organisationId = me.organisation.organisationId as OrganisationId;
});
afterAll(() => house.end());

const person = (name: string): Promise<Registered> =>
  registered(house, maison, invitation, {
    fullName: `${name} Exemple`,
    email: `${name.toLowerCase()}@example.org`,
  });

/** What the log holds of openings of a person's name. */
const openings = async (candidateId: string) => {
  const { events } = await house.server.house.load(organisationId, candidate, candidateId);
  return events
    .filter(({ type }) => type === 'PersonalDataOpened')
    .map(({ at, by, command, data }) => ({ at, by, command, data: JSON.stringify(data) }));
};

const reason = 'She asked what we know of her (GDPR 15).';

test('GDPR 5(2): compliance opens a name and an address with a reason; who, when and in which role is kept', async () => {
  const { candidateId } = await person('Ada');
  const opened = await maison.compliance.do('openPersonalData', { candidateId, reason });
  expect(opened).toMatchObject({
    candidateId,
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
    position: expect.any(String) as string,
  });
  expect(await openings(candidateId)).toEqual([
    {
      at: new Date(house.clock.now()).toISOString(),
      by: { kind: 'account', id: officerId, role: 'compliance' },
      command: 'OpenPersonalData',
      // The reason is sealed with the person's own key: it goes when they go.
      data: '{"reason":"[sealed]"}',
    },
  ]);
});

test('What was opened stands in that answer alone: everything else stays facts', async () => {
  const { candidateId } = await person('Bo');
  await maison.compliance.do('openPersonalData', { candidateId, reason });
  const query = `{ candidateSpace(candidateId: "${candidateId}") { campaign fullName } }`;
  const { data, errors, text } = await maison.compliance.send(query);
  expect(data).toEqual({ candidateSpace: { campaign: 'Home care', fullName: null } });
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['NotYoursToOpen']);
  expect(text).not.toContain('Bo Exemple');
});

test('No reason opens nothing and writes nothing', async () => {
  const { candidateId } = await person('Cleo');
  for (const none of ['', '  \n']) {
    const { code, details } = await maison.compliance.tries('openPersonalData', {
      candidateId,
      reason: none,
    });
    expect([code, Object.keys(details?.['fields'] as object)]).toEqual([
      'InvalidInput',
      ['reason'],
    ]);
  }
  expect(await openings(candidateId)).toEqual([]);
});

test('Sent again after a lost answer it shows the same and is written once; for ten minutes', async () => {
  const { candidateId } = await person('Dee');
  const input = { candidateId, reason, commandId: randomUUID() };
  const first = await maison.compliance.do('openPersonalData', input);
  house.clock.advance(10 * 60_000);
  expect(await maison.compliance.do('openPersonalData', input)).toEqual(first);
  house.clock.advance(1);
  expect((await maison.compliance.tries('openPersonalData', input)).code).toBe('OpeningEnded');
  expect(await openings(candidateId)).toHaveLength(1);
  const anew = { ...input, commandId: randomUUID() };
  expect((await maison.compliance.do('openPersonalData', anew)).fullName).toBe('Dee Exemple');
  expect(await openings(candidateId)).toHaveLength(2);
  const other = { ...anew, reason: 'Another one.' };
  expect((await maison.compliance.tries('openPersonalData', other)).code).toBe('CommandIdReused');
});

test('GDPR 17: what was erased is null, for who opens it as for everybody, and the opening stays a fact', async () => {
  const { candidateId } = await person('Eve');
  const input = { candidateId, reason, commandId: randomUUID() };
  await maison.compliance.do('openPersonalData', input);
  await house.server.house.vault.destroyPerson(organisationId, candidateId as PersonId);
  const again = await maison.compliance.do('openPersonalData', input);
  expect([again.fullName, again.email]).toEqual([null, null]);
  expect(await openings(candidateId)).toHaveLength(1);
});

test('A member of the staff is no candidate: there is nothing to open', async () => {
  for (const candidateId of [officerId, maison.ids.olu, randomUUID()]) {
    const { code } = await maison.compliance.tries('openPersonalData', { candidateId, reason });
    expect(code).toBe('CandidateUnknown');
  }
});

test('Each officer’s opening is their own, also under the same command id', async () => {
  const { candidateId } = await person('Fay');
  const input = { candidateId, reason, commandId: randomUUID() };
  await maison.compliance.do('openPersonalData', input);
  const answer = await administer(house.server.house, {
    do: 'addUser',
    organisation: 'maison',
    role: 'compliance',
    email: 'gil@maison.example',
    fullName: 'Gil of maison',
    password: PASSWORD,
  });
  expect(answer).toHaveProperty('done');
  const gil = await signIn(house, 'maison', 'gil@maison.example');
  await gil.do('openPersonalData', input);
  expect(new Set((await openings(candidateId)).map(({ by }) => by.id)).size).toBe(2);
});
