import { staffed, type Staff } from '../support/people.ts';
import { passUntil, settled } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';
import { decide, mailsTo, newcomer, place, shown, spaceOf } from './support.ts';

let house: Running;
let maison: Staff;
beforeEach(async () => {
  house = await running();
  maison = await staffed(house);
  await maison.admin.do('setLegalBasis', { legalBasis: 'legitimate-interest' });
});
afterEach(() => house.end());

/** 2 March 2026 at nine o'clock (UTC) is day 0; the hour is local midnight in Paris. */
const DAY_23 = '2026-03-24T23:00:00.000Z';
const DAY_30 = '2026-03-31T22:00:00.000Z';
const justBefore = (instant: string): string => new Date(Date.parse(instant) - 1).toISOString();

const afterDays = (deleteAfterDays: number, remindBeforeDays: number) =>
  maison.admin.do('setIncompleteDeletion', { deleteAfterDays, remindBeforeDays });
/** A draft that somebody began on day 0. */
const draft = async () => {
  const candidate = await newcomer(house, maison);
  const { client, invitation } = candidate;
  const { applicationId } = await client.do('startApplication', { invitation });
  return { ...candidate, applicationId };
};
const reminders = async (candidateId: string) =>
  (await mailsTo(house, maison.compliance, candidateId))
    .filter(({ kind }) => kind === 'incompleteReminder')
    .map(({ at, state }) => [at, state]);
const erasedAt = async (candidateId: string) =>
  (await spaceOf(maison.compliance, candidateId)).erasedAt;

test('R-034, R-035: nothing disappears unless the organisation switches it on', async () => {
  const { candidateId, applicationId } = await draft();
  await passUntil(house, '2029-03-02T09:00:00.000Z');
  expect([
    await erasedAt(candidateId),
    (await shown(maison.olu, applicationId)).deletionWarning,
  ]).toEqual([null, null]);
});

test('R-033, R-036 to R-039: an incomplete dossier is warned of on day 23 and disappears with its account on day 30', async () => {
  await afterDays(30, 7);
  const { candidateId, applicationId, email } = await draft();
  await settled(house);
  // the operator sees it from the first day.
  expect((await shown(maison.olu, applicationId)).deletionWarning).toEqual({
    ...{ deleteAt: DAY_30, daysLeft: 30, rule: 'incomplete' },
    ...{ deleteAfterDays: 30, warned: false },
  });
  await passUntil(house, justBefore(DAY_23));
  expect(await reminders(candidateId)).toEqual([]);
  await passUntil(house, DAY_23);
  expect(await reminders(candidateId)).toEqual([[DAY_23, 'sent']]);
  expect((await shown(maison.olu, applicationId)).deletionWarning).toMatchObject({
    ...{ deleteAt: DAY_30, daysLeft: 7, warned: true },
  });
  await passUntil(house, justBefore(DAY_30));
  expect(await erasedAt(candidateId)).toBeNull();
  await passUntil(house, DAY_30);
  expect(await spaceOf(maison.olu, candidateId)).toMatchObject({
    erasedAt: DAY_30,
    fullName: null,
  });
  expect((await shown(maison.olu, applicationId)).state).toBe('erased');
  // The address is free again.
  const invitation = await maison.invite('Once more');
  await house.anybody.do('registerCandidate', {
    ...{ invitation, email, fullName: 'Ada Exemple', password: 'long enough for me' },
  });
});

test('R-038: the reminder tells what is missing in days, in the language of whom it is for', async () => {
  await afterDays(30, 7);
  const { candidateId } = await draft();
  await passUntil(house, DAY_23);
  const [mail] = (await mailsTo(house, maison.compliance, candidateId)).filter(
    ({ kind }) => kind === 'incompleteReminder',
  );
  const { mail: opened } = await maison.admin.ask<{ mail: { text: string } }>(
    'query M($mailId: ID!) { mail(mailId: $mailId) { subject text html to } }',
    { mailId: mail?.mailId },
  );
  expect(opened.text).toContain('Ada Exemple');
  expect(opened.text).toContain('1 avril 2026');
});

test('X-13, F-26: any own action cancels what was announced and starts the clock anew; signing in does not', async () => {
  await afterDays(30, 7);
  const { client, candidateId, applicationId, email } = await draft();
  await passUntil(house, '2026-03-27T09:00:00.000Z');
  await house.anybody.do('signIn', {
    ...{ organisation: maison.slug, email, password: 'correct horse battery' },
  });
  await settled(house);
  expect((await shown(maison.olu, applicationId)).deletionWarning).toMatchObject({
    deleteAt: DAY_30,
  });
  await place(client, applicationId, 'cv');
  await settled(house);
  // Day 25 is the new day 0.
  expect((await shown(maison.olu, applicationId)).deletionWarning).toEqual({
    ...{ deleteAt: '2026-04-25T22:00:00.000Z', daysLeft: 30, rule: 'incomplete' },
    ...{ deleteAfterDays: 30, warned: false },
  });
  await passUntil(house, DAY_30);
  expect(await erasedAt(candidateId)).toBeNull();
  await passUntil(house, '2026-04-25T22:00:00.000Z');
  expect(await erasedAt(candidateId)).toBe('2026-04-25T22:00:00.000Z');
});

test('R-033, X-13: what was sent is safe however slow the review; a return starts the clock', async () => {
  await afterDays(30, 7);
  const { client, candidateId, applicationId } = await draft();
  await place(client, applicationId, 'cv');
  await place(client, applicationId, 'diploma', 'CV.docx');
  await passUntil(house, '2026-03-12T09:00:00.000Z');
  await client.do('submitApplication', { applicationId });
  await passUntil(house, '2026-05-11T09:00:00.000Z');
  await decide(maison.olu, 'returnApplication', applicationId);
  await passUntil(house, '2026-06-02T22:00:00.000Z');
  expect(await reminders(candidateId)).toEqual([['2026-06-02T22:00:00.000Z', 'sent']]);
  await passUntil(house, justBefore('2026-06-09T22:00:00.000Z'));
  expect(await erasedAt(candidateId)).toBeNull();
  await passUntil(house, '2026-06-09T22:00:00.000Z');
  expect(await erasedAt(candidateId)).toBe('2026-06-09T22:00:00.000Z');
});

test('R-033, X-13: an account without an application, and one that withdrew, disappear as well', async () => {
  await afterDays(30, 7);
  const idle = await newcomer(house, maison);
  const gone = await draft();
  await gone.client.do('withdrawApplication', { applicationId: gone.applicationId });
  await settled(house);
  expect((await spaceOf(maison.olu, idle.candidateId)).deletionWarning).toMatchObject({
    deleteAt: DAY_30,
  });
  await passUntil(house, DAY_30);
  expect([await erasedAt(idle.candidateId), await erasedAt(gone.candidateId)]).toEqual([
    DAY_30,
    DAY_30,
  ]);
});

test('R-039: where another application lives, the dossier alone disappears', async () => {
  const { client, candidateId, applicationId } = await draft();
  await place(client, applicationId, 'cv');
  await place(client, applicationId, 'diploma', 'CV.docx');
  await client.do('submitApplication', { applicationId });
  await decide(maison.olu, 'acceptApplication', applicationId, { overrideReason: 'Seen.' });
  await settled(house);
  const invitation = await maison.invite('Another');
  const { applicationId: second } = await client.do('startApplication', { invitation });
  await afterDays(30, 7);
  await passUntil(house, DAY_30);
  expect([
    (await shown(maison.olu, second)).state,
    (await shown(maison.olu, applicationId)).state,
    (await spaceOf(maison.olu, candidateId)).fullName,
  ]).toEqual(['forgotten', 'accepted', 'Ada Exemple']);
});

test('R-035, R-036, A.9: switched on for a draft of 90 days, it warns at once and deletes 7 days after', async () => {
  const { candidateId } = await draft();
  await passUntil(house, '2026-05-31T09:00:00.000Z');
  await afterDays(30, 7);
  await settled(house);
  await house.server.house.ticker.tick();
  expect(await reminders(candidateId)).toEqual([['2026-05-31T09:00:00.000Z', 'sent']]);
  await passUntil(house, justBefore('2026-06-07T09:00:00.000Z'));
  expect(await erasedAt(candidateId)).toBeNull();
  await passUntil(house, '2026-06-07T09:00:00.000Z');
  expect(await erasedAt(candidateId)).toBe('2026-06-07T09:00:00.000Z');
});

test('R-035: 0 switches it off at once, also for whom a deletion was announced; R-036: 0 reminds of nothing', async () => {
  await afterDays(30, 7);
  const { candidateId, applicationId } = await draft();
  await passUntil(house, DAY_23);
  await afterDays(0, 7);
  await settled(house);
  await house.server.house.ticker.tick();
  await settled(house);
  expect((await shown(maison.olu, applicationId)).deletionWarning).toBeNull();
  await passUntil(house, '2026-06-01T09:00:00.000Z');
  expect(await erasedAt(candidateId)).toBeNull();
  const silent = await draft();
  const before = await reminders(silent.candidateId);
  await afterDays(10, 0);
  await passUntil(house, '2026-06-10T22:00:00.000Z');
  expect([before, await reminders(silent.candidateId), await erasedAt(silent.candidateId)]).toEqual(
    [[], [], '2026-06-10T22:00:00.000Z'],
  );
});

test('R-017: while the module is off no clock runs, and afterwards what was left is left', async () => {
  await afterDays(30, 7);
  const { candidateId, applicationId } = await draft();
  await passUntil(house, '2026-03-12T09:00:00.000Z');
  await maison.admin.do('switchRecruitmentModuleOff', {});
  await settled(house);
  expect((await shown(maison.olu, applicationId)).deletionWarning).toBeNull();
  // The clocks of Paris went forward meanwhile.
  await passUntil(house, '2026-06-12T08:00:00.000Z');
  expect([await erasedAt(candidateId), await reminders(candidateId)]).toEqual([null, []]);
  await maison.admin.do('switchRecruitmentModuleOn', {});
  await settled(house);
  // 20 of its days were left on 12 March, and are on 12 June.
  expect((await shown(maison.olu, applicationId)).deletionWarning).toMatchObject({
    deleteAt: '2026-07-01T22:00:00.000Z',
  });
});

test('R-036: a reminder that would leave before the clock starts is refused, with what to do', async () => {
  const refusal = await maison.admin.tries('setIncompleteDeletion', {
    ...{ deleteAfterDays: 30, remindBeforeDays: 30 },
  });
  expect([refusal.code, refusal.details]).toEqual(['ReminderBeforeStart', { deleteAfterDays: 30 }]);
});
