import type { ApplicationId, CandidateId } from '@vivier/domain';
import { recruiting, type Recruiting } from './recruiting.ts';

/** What follows a final rejection. */
let house: Recruiting;
let ada: CandidateId;
let dossier: ApplicationId;
beforeEach(async () => {
  house = await recruiting('2026-06-01 15:30');
  ada = await house.registers('ada');
  dossier = await house.starts(ada);
  await house.submits(ada, dossier);
});
afterEach(async () => {
  expect(house.refused).toEqual([]);
  await house.end();
});

const policy = (afterFinalRejection: unknown) =>
  house.settings('SetFinalRejectionPolicy', { afterFinalRejection });
const reject = (applicationId = dossier) =>
  house.decides('RejectApplicationFinally', applicationId);

test('R-032: erase-now erases the person as soon as the mail was handed over', async () => {
  house.mailsAre({ after: 45 });
  await reject();
  expect(house.story()).toEqual([]);
  await house.until('2026-06-02 00:00');
  expect(house.story()).toEqual(['2026-06-01 16:15 SubjectErased']);
  expect(house.events().at(-1)?.data).toMatchObject({ because: 'finalRejection' });
});

test('R-032: a mail that is given up keeps nobody', async () => {
  house.mailsAre('given up');
  await reject();
  expect(house.story()).toEqual(['2026-06-01 15:30 SubjectErased']);
});

test('R-032: without word of the mail the erasure waits seven days and no longer', async () => {
  house.mailsAre('no word');
  await reject();
  await house.until('2026-07-01 00:00');
  expect(house.story()).toEqual(['2026-06-08 15:30 SubjectErased']);
});

test('X-23: restrict P3M erases three months later, at midnight', async () => {
  await policy({ kind: 'restrict', period: 'P3M' });
  await reject();
  expect(await house.planned(ada, 'finalRejection')).toEqual(['2026-09-01 00:00 EraseSubject']);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual(['2026-09-01 00:00 SubjectErased']);
});

test('X-23: a policy that is changed later holds for later rejections', async () => {
  await policy({ kind: 'restrict', period: 'P3M' });
  await reject();
  await policy({ kind: 'archive' });
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual(['2026-09-01 00:00 SubjectErased']);
});

test('X-23: archive erases nobody', async () => {
  await policy({ kind: 'archive' });
  await reject();
  await house.until('2036-06-01 00:00');
  expect(house.story()).toEqual([]);
});

test.each(['AcceptApplication', 'ReturnApplication'])(
  'A.4: a verdict that is taken back in time takes the erasure back: %s',
  async (decision) => {
    await policy({ kind: 'restrict', period: 'P3M' });
    await reject();
    await house.until('2026-08-01 10:00');
    await house.decides(decision, dossier);
    await house.until('2027-06-01 00:00');
    expect(house.story().filter((line) => line.includes('Erased'))).toEqual([]);
    expect(await house.planned(ada, 'finalRejection')).toEqual([]);
  },
);

test('R-039: where another application lives only the rejected one is forgotten', async () => {
  await house.invite('winter');
  await house.decides('AcceptApplication', dossier);
  const winter = await house.starts(ada, 'winter');
  await house.submits(ada, winter);
  await reject(winter);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-06-01 15:30 SpaceOpened',
    '2026-06-01 15:30 DossierForgotten',
  ]);
});

test('R-039: of two that are rejected one is forgotten, and with the other the person goes', async () => {
  await policy({ kind: 'restrict', period: 'P3M' });
  await house.invite('winter');
  await house.decides('AcceptApplication', dossier);
  const winter = await house.starts(ada, 'winter');
  await house.submits(ada, winter);
  await reject(winter);
  await reject(dossier);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-06-01 15:30 SpaceOpened',
    '2026-06-01 15:30 SpaceLimited',
    '2026-09-01 00:00 DossierForgotten',
    '2026-09-01 00:00 SubjectErased',
  ]);
});
