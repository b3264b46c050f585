import { recruiting, type Recruiting } from './recruiting.ts';

/** Rows "Incomplete…" of A.9, under the hand-set clock. */
let house: Recruiting;
const begin = async (start: string, deleteAfterDays: number, remindBeforeDays = 7) => {
  house = await recruiting(start);
  if (deleteAfterDays > 0) await house.deletes(deleteAfterDays, remindBeforeDays);
  const ada = await house.registers('ada');
  return { ada, dossier: await house.starts(ada) };
};
afterEach(async () => {
  expect(house.refused).toEqual([]);
  await house.end();
});

test('Incomplete, delete 30, remind 7: last action day 0, warned day 23, erased day 30', async () => {
  // Day 0 is the 1st of June.
  const { ada } = await begin('2026-06-01 15:30', 30);
  expect(await house.planned(ada)).toEqual([
    '2026-06-24 00:00 WarnDeletion',
    '2026-07-01 00:00 EraseSubject',
  ]);
  await house.until('2026-08-01 00:00');
  expect(house.story()).toEqual([
    '2026-06-24 00:00 DeletionWarned',
    '2026-07-01 00:00 SubjectErased',
  ]);
});

test('Incomplete, delete 30, remind 7: action on day 25 is the new day 0', async () => {
  const { ada } = await begin('2026-06-01 15:30', 30);
  await house.until('2026-06-26 10:00');
  await house.addsDocument(ada);
  await house.until('2026-09-01 00:00');
  expect(house.story()).toEqual([
    '2026-06-24 00:00 DeletionWarned',
    '2026-06-26 10:00 DeletionCancelled (activity)',
    '2026-07-19 00:00 DeletionWarned',
    '2026-07-26 00:00 SubjectErased',
  ]);
});

test('Incomplete, delete 0: never', async () => {
  const { ada } = await begin('2026-06-01 15:30', 0);
  await house.until('2036-06-01 00:00');
  expect(house.story()).toEqual([]);
  expect(await house.planned(ada)).toEqual([]);
});

test('Incomplete, delete 30, submitted day 10, returned day 70: the clock starts day 70, warned day 93, erased day 100', async () => {
  const { ada, dossier } = await begin('2026-06-01 15:30', 30);
  await house.until('2026-06-11 09:00');
  await house.submits(ada, dossier);
  expect(await house.planned(ada)).toEqual([]);
  await house.until('2026-08-10 17:00');
  await house.decides('ReturnApplication', dossier);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-09-02 00:00 DeletionWarned',
    '2026-09-09 00:00 SubjectErased',
  ]);
});

test('Incomplete, delete switched from 0 to 30 on a draft 90 days old, remind 7: warned at once, erased 7 days after the warning was handed over', async () => {
  await begin('2026-06-01 15:30', 0);
  await house.until('2026-08-30 10:00');
  house.mailsAre({ after: 20 });
  await house.deletes(30, 7);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-08-30 10:00 DeletionWarned',
    '2026-09-06 10:20 SubjectErased',
  ]);
});

test('Incomplete, delete 30, remind 7, over the night in spring that lacks an hour: both fall on midnight', async () => {
  const { ada } = await begin('2026-03-10 23:45', 30);
  await house.until('2026-05-01 00:00');
  expect(house.story()).toEqual([
    '2026-04-02 00:00 DeletionWarned',
    '2026-04-09 00:00 SubjectErased',
  ]);
  // Paris is two hours ahead by then; it was one hour on the day of the anchor.
  const { at } = house.events().at(-1) ?? {};
  expect(at).toBe('2026-04-08T22:00:00.000Z');
  expect(await house.planned(ada)).toEqual([]);
});

test('Incomplete, delete 30, remind 7, over the night in autumn that has an hour more: both fall on midnight', async () => {
  await begin('2026-10-01 00:15', 30);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-10-24 00:00 DeletionWarned',
    '2026-10-31 00:00 SubjectErased',
  ]);
  expect(house.events().at(-1)?.at).toBe('2026-10-30T23:00:00.000Z');
});

test('Incomplete, delete 30, remind 7: the reminder of the last week stays seven days of the calendar where one of them has 25 hours', async () => {
  await begin('2026-09-25 12:00', 30);
  house.mailsAre({ after: 90 });
  await house.until('2026-12-01 00:00');
  // Warned on the 18th, for the 25th, the day on which the hour is given back; the mail left at 1:30.
  expect(house.story()).toEqual([
    '2026-10-18 00:00 DeletionWarned',
    '2026-10-25 01:30 SubjectErased',
  ]);
});
