import { staffed, type Staff } from '../support/people.ts';
import { settled } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';
import { completed, configured, decide, newcomer, shown, spaceOf } from './support.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await configured(maison);
});
afterAll(() => house.end());

test('R-024: until their dossier is accepted a candidate completes it and nothing else; it returns when the acceptance is taken back', async () => {
  const { client, candidateId, invitation } = await newcomer(house, maison);
  const { applicationId } = await completed(client, invitation);
  const other = await maison.invite('Another campaign');
  const another = () =>
    client.send(
      'mutation Start($input: StartApplicationInput!) { startApplication(input: $input) { applicationId } }',
      { input: { invitation: other } },
    );
  const codeOf = async () => (await another()).errors[0]?.extensions.code;
  const limited = async () => (await spaceOf(maison.olu, candidateId)).limited;

  expect([await limited(), await codeOf()]).toEqual([true, 'SpaceLimited']);
  await client.do('submitApplication', { applicationId });
  expect(await codeOf()).toBe('SpaceLimited');

  await decide(maison.olu, 'acceptApplication', applicationId, {
    overrideReason: 'Seen on paper.',
  });
  await settled(house);
  expect(await limited()).toBe(false);

  await decide(maison.olu, 'returnApplication', applicationId);
  await settled(house);
  expect([await limited(), await codeOf()]).toEqual([true, 'SpaceLimited']);

  await client.do('submitApplication', { applicationId });
  await decide(maison.olu, 'acceptApplication', applicationId, {
    overrideReason: 'Seen on paper.',
  });
  await settled(house);
  expect([await codeOf(), await limited()]).toEqual([undefined, false]);
});

test('R-024: while the module is off no space is limited', async () => {
  const paused = await staffed(house, 'paused');
  const { candidateId } = await newcomer(house, paused);
  await paused.admin.do('switchRecruitmentModuleOff', {});
  expect((await spaceOf(paused.olu, candidateId)).limited).toBe(false);
});

test('R-024: meanwhile messages, consents and the vault are open to them', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId } = await client.do('startApplication', { invitation });
  await client.do('sendMessage', { applicationId, text: 'Which diploma do you mean?' });
  await client.do('amendOwnInformation', { information: [{ key: 'phone', value: '06 01' }] });
  await client.do('grantConsent', { textVersion: 'recruitment-1' });
});

test('R-024: a thread lies on the dossier, with what each side has not read', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId } = await client.do('startApplication', { invitation });
  await client.do('sendMessage', { applicationId, text: 'Is a copy enough?' });
  await client.do('sendMessage', { applicationId, text: 'Of my diploma, I mean.' });
  expect((await shown(maison.olu, applicationId)).unread).toEqual({
    candidate: 0,
    organisation: 2,
  });
  await maison.olu.do('markMessagesRead', { applicationId });
  await maison.noor.do('sendMessage', { applicationId, text: 'Yes, a copy is enough.' });
  expect((await shown(client, applicationId)).unread).toEqual({ candidate: 1, organisation: 0 });
  await settled(house);
  const thread = (reader = client) =>
    reader.ask<{ messages: { edges: readonly { node: object }[] } }>(
      'query Thread($applicationId: ID!) { messages(applicationId: $applicationId) { edges { node { side text by { role } } } } }',
      { applicationId },
    );
  expect((await thread()).messages.edges.map(({ node }) => node)).toEqual([
    { side: 'candidate', text: 'Is a copy enough?', by: { role: 'candidate' } },
    { side: 'candidate', text: 'Of my diploma, I mean.', by: { role: 'candidate' } },
    { side: 'organisation', text: 'Yes, a copy is enough.', by: { role: 'operator' } },
  ]);
  const stranger = await newcomer(house, maison);
  await expect(thread(stranger.client)).rejects.toThrow('ApplicationUnknown');
});

test('A message is no reason to decide anew: who decides on the whole has seen the same dossier', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId } = await completed(client, invitation);
  await client.do('submitApplication', { applicationId });
  const { revision: seenRevision } = await shown(maison.olu, applicationId);
  await client.do('sendMessage', { applicationId, text: 'Any news?' });
  await maison.noor.do('assignReviewer', { applicationId, reviewerId: maison.ids.olu });
  const reason = 'The register is missing a page.';
  await maison.olu.do('returnApplication', { applicationId, seenRevision, reason });
});
