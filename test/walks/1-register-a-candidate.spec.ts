import { registered, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
});
afterAll(() => house.end());

const ada = { fullName: 'Ada Exemple', email: 'ada@example.org' };

test('R-022: who follows an invitation link sees who invites, to what, and what is asked for', async () => {
  const token = await maison.invite('Night shift');
  const { invitation } = await house.anybody.ask<{ invitation: object }>(
    'query Follow($token: String!) { invitation(token: $token) { campaign organisation { slug name } consentText { version } } }',
    { token },
  );
  expect(invitation).toEqual({
    campaign: 'Night shift',
    organisation: { slug: 'maison', name: 'The house maison' },
    consentText: { version: 'recruitment-1' },
  });
});

test('R-022, R-094: they register, sign in, and find their own space, empty and under their name', async () => {
  const invitation = await maison.invite('Home care');
  house.clock.set('2026-03-02T10:00:00.000Z');
  const { candidateId, client } = await registered(house, maison, invitation, ada);

  const { me } = await client.ask<{ me: object }>(
    `{ me { role name organisation { slug } candidateSpace {
      candidateId fullName email campaign registeredAt erasedAt
      documents { documentId } applications { applicationId } consents { consentId } } } }`,
  );
  expect(me).toEqual({
    role: 'candidate',
    name: 'Ada Exemple',
    organisation: { slug: 'maison' },
    candidateSpace: {
      candidateId,
      ...ada,
      campaign: 'Home care',
      registeredAt: '2026-03-02T10:00:00.000Z',
      erasedAt: null,
      documents: [],
      applications: [],
      consents: [],
    },
  });
});
