import { staffed, type Staff } from '../support/people.ts';
import { passUntil, settled } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';
import { accountLinks } from '../support/account-links.ts';
import { completed, configured, decide, mailsTo, newcomer, shown, spaceOf } from './support.ts';

let house: Running;
let maison: Staff;
beforeEach(async () => {
  house = await running();
  maison = await staffed(house);
  await configured(maison);
});
afterEach(() => house.end());

const sent = async () => {
  const candidate = await newcomer(house, maison);
  const made = await completed(candidate.client, candidate.invitation);
  await candidate.client.do('submitApplication', { applicationId: made.applicationId });
  return { ...candidate, ...made };
};
const kinds = async (candidateId: string) =>
  (await mailsTo(house, maison.compliance, candidateId)).map(({ kind }) => kind);
const overrideReason = 'Seen on paper.';

test('R-029, R-030: accepting sends the activation mail, once, and only to whom has not confirmed the account', async () => {
  const { client, applicationId, candidateId } = await sent();
  const before = await kinds(candidateId);
  const accept = () => decide(maison.olu, 'acceptApplication', applicationId, { overrideReason });
  const comesBack = async () => {
    await decide(maison.olu, 'returnApplication', applicationId);
    await client.do('submitApplication', { applicationId });
    await settled(house);
  };
  const activations = async () =>
    (await kinds(candidateId)).filter((kind) => kind === 'activation').length;
  await accept();
  expect(await kinds(candidateId)).toEqual([...before, 'activation']);
  const once = await activations();

  // Taken back and given again, it says nothing new while the link in that mail holds.
  for (let round = 0; round < 3; round += 1) {
    await comesBack();
    await accept();
  }
  expect(await activations()).toBe(once);
  // Who lost the mail asks for another one.
  await client.do('requestActivation', {});
  expect(await activations()).toBe(once + 1);

  await comesBack();
  await passUntil(house, new Date(house.clock.now() + 7 * 24 * 3_600_000).toISOString());
  await accept();
  expect(await activations()).toBe(once + 2);
});

test('R-030: accepting writes to nobody who has confirmed the account', async () => {
  const confirmed = await sent();
  const token = await (await accountLinks(house, maison)).mailed(confirmed, 'activation');
  await house.anybody.do('confirmAccount', { token });
  const earlier = await kinds(confirmed.candidateId);
  await decide(maison.olu, 'acceptApplication', confirmed.applicationId, { overrideReason });
  expect(await kinds(confirmed.candidateId)).toEqual(earlier);
});

test('R-029, R-031: returning sends the mail that asks for corrections, and the dossier can be changed again', async () => {
  const { client, applicationId, candidateId } = await sent();
  await decide(maison.olu, 'returnApplication', applicationId);
  expect((await kinds(candidateId)).at(-1)).toBe('correctionRequest');
  expect((await shown(client, applicationId)).state).toBe('returned');
  await client.do('submitApplication', { applicationId });
});

test('R-032, R-039: a final rejection tells the person, then erases them; the facts of it stay', async () => {
  const { client, applicationId, candidateId, email } = await sent();
  await decide(maison.olu, 'rejectApplicationFinally', applicationId);
  await passUntil(house, new Date(house.clock.now() + 60_000).toISOString());
  expect((await kinds(candidateId)).at(-1)).toBe('finalRejection');
  expect(await spaceOf(maison.olu, candidateId)).toMatchObject({
    fullName: null,
    erasedAt: '2026-03-02T09:00:00.000Z',
  });
  await expect(client.ask('{ me { role } }')).rejects.toThrow();
  const again = await house.anybody.tries('signIn', {
    ...{ organisation: maison.slug, email, password: 'correct horse battery' },
  });
  expect(again.code).toBe('SignInFailed');
  const { auditTrail } = await maison.compliance.ask<{
    auditTrail: { edges: readonly { node: { event: string } }[] };
  }>(
    'query T($candidateId: ID!) { auditTrail(candidateId: $candidateId, first: 100) { edges { node { event } } } }',
    { candidateId },
  );
  const events = auditTrail.edges.map(({ node }) => node.event);
  expect(events).toContain('ApplicationRejectedFinally');
  expect(events.slice(-4)).toEqual(['MailSent', 'SubjectErased', 'KeysDestroyed', 'CopiesCleaned']);
});

test('R-032, R-039: where another application of the person lives, the rejected dossier alone is forgotten', async () => {
  const { client, applicationId, candidateId } = await sent();
  await decide(maison.olu, 'acceptApplication', applicationId, { overrideReason });
  await settled(house);
  const invitation = await maison.invite('Second thoughts');
  const { applicationId: other } = await client.do('startApplication', { invitation });
  await decide(maison.olu, 'rejectApplicationFinally', applicationId);
  await passUntil(house, new Date(house.clock.now() + 60_000).toISOString());
  expect([
    (await shown(maison.olu, applicationId)).state,
    (await shown(client, other)).state,
  ]).toEqual(['forgotten', 'draft']);
  expect(await spaceOf(maison.olu, candidateId)).toMatchObject({
    fullName: 'Ada Exemple',
    erasedAt: null,
  });
});

test('X-23: restricted for three months, a dossier is open to compliance alone, then erased', async () => {
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'restrict', period: 'P3M' });
  const { applicationId, candidateId } = await sent();
  await decide(maison.olu, 'rejectApplicationFinally', applicationId);
  await settled(house);
  const { data, errors } = await maison.olu.send<{ dossier: object }>(
    'query D($applicationId: ID!) { dossier(applicationId: $applicationId) { state restricted reason candidate { fullName } } }',
    { applicationId },
  );
  expect(data?.dossier).toEqual({
    ...{ state: 'rejectedFinally', restricted: true, reason: null },
    candidate: { fullName: null },
  });
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(
    new Set(['NotYoursToOpen']),
  );
  const reason = 'They asked why.';
  const opened = await maison.compliance.do('openPersonalData', { candidateId, reason });
  expect(opened.fullName).toBe('Ada Exemple');

  await passUntil(house, '2026-06-01T21:59:59.000Z');
  expect((await spaceOf(maison.compliance, candidateId)).erasedAt).toBeNull();
  await passUntil(house, '2026-06-01T22:00:00.000Z');
  expect((await spaceOf(maison.compliance, candidateId)).erasedAt).toBe('2026-06-01T22:00:00.000Z');
});

test('X-23: an archived dossier stays, for compliance; a verdict that is taken back opens it again', async () => {
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'archive' });
  const { applicationId, candidateId } = await sent();
  await decide(maison.olu, 'rejectApplicationFinally', applicationId);
  await passUntil(house, '2031-03-02T09:00:00.000Z');
  expect((await spaceOf(maison.compliance, candidateId)).erasedAt).toBeNull();
  await decide(maison.olu, 'returnApplication', applicationId);
  const dossier = await shown(maison.olu, applicationId);
  expect([dossier.restricted, dossier.candidate?.fullName]).toEqual([false, 'Ada Exemple']);
});
