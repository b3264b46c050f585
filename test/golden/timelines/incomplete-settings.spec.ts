import type { CandidateId } from '@vivier/domain';
import { recruiting, type Recruiting } from './recruiting.ts';

/** Running dossiers follow the settings in force, and the mail that announces a deletion (A.3). */
let house: Recruiting;
let ada: CandidateId;
beforeEach(async () => {
  // Day 0 is the 1st of June.
  house = await recruiting('2026-06-01 15:30');
  await house.deletes(30, 7);
  ada = await house.registers('ada');
  await house.starts(ada);
});
afterEach(async () => {
  expect(house.refused).toEqual([]);
  await house.end();
});

const WARNED = '2026-06-24 00:00 DeletionWarned';
const ERASED = '2026-07-01 00:00 SubjectErased';

describe('A.3: the mail that announces a deletion', () => {
  test('which left two days late moves it to the full reminder period after its hand-over', async () => {
    house.mailsAre({ after: 2 * 24 * 60 + 90 });
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([WARNED, '2026-07-03 01:30 SubjectErased']);
  });

  test('which is given up for good leaves the day as it was', async () => {
    house.mailsAre('given up');
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([WARNED, ERASED]);
  });

  test('of which there is no word is waited for, seven days and no longer', async () => {
    await house.deletes(30, 2);
    house.mailsAre('no word');
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      '2026-06-29 00:00 DeletionWarned',
      '2026-07-06 00:00 SubjectErased',
    ]);
  });

  test('which leaves late because the program was away announces a day that lies far enough ahead', async () => {
    await house.away('2026-08-15 11:00');
    house.mailsAre({ after: 0 });
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      '2026-08-15 11:00 DeletionWarned',
      '2026-08-22 11:00 SubjectErased',
    ]);
    const [warned] = house.events().filter(({ type }) => type === 'DeletionWarned');
    expect(warned?.data).toMatchObject({
      deleteAt: '2026-08-21T22:00:00.000Z',
      deleteAfterDays: 30,
      remindBeforeDays: 7,
    });
  });
});

describe('R-035, R-036: the settings are changed:', () => {
  test('to 0, which cancels what was announced at once, and for ever', async () => {
    await house.until('2026-06-26 10:00');
    await house.deletes(0, 7);
    await house.until('2030-01-01 00:00');
    expect(house.story()).toEqual([WARNED, '2026-06-26 10:00 DeletionCancelled (settings)']);
    expect(await house.planned(ada)).toEqual([]);
  });

  test('to 0 and back, which warns anew and gives the full reminder period', async () => {
    await house.until('2026-06-26 10:00');
    await house.deletes(0, 7);
    await house.until('2026-08-01 09:00');
    await house.deletes(30, 7);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      WARNED,
      '2026-06-26 10:00 DeletionCancelled (settings)',
      '2026-08-01 09:00 DeletionWarned',
      '2026-08-08 09:00 SubjectErased',
    ]);
  });

  test('to fewer days, which warns at once and deletes no sooner than the reminder says', async () => {
    await house.until('2026-06-16 10:00');
    await house.deletes(10, 5);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      '2026-06-16 10:00 DeletionWarned',
      '2026-06-21 10:00 SubjectErased',
    ]);
  });

  test('to fewer days after the warning, which stands: nobody goes before the day they were told', async () => {
    await house.until('2026-06-25 10:00');
    await house.deletes(24, 1);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([WARNED, ERASED]);
  });

  test('to fewer days than have passed, without any reminder, which deletes at once', async () => {
    await house.until('2026-06-16 10:00');
    await house.deletes(10, 0);
    expect(house.story()).toEqual(['2026-06-16 10:00 SubjectErased']);
  });

  test('to more days after the warning, which is taken back and given again at its time', async () => {
    await house.until('2026-06-26 10:00');
    await house.deletes(60, 7);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      WARNED,
      '2026-06-26 10:00 DeletionCancelled (settings)',
      '2026-07-24 00:00 DeletionWarned',
      '2026-07-31 00:00 SubjectErased',
    ]);
  });

  test('to a longer reminder after the warning, which is given again with its full period', async () => {
    await house.until('2026-06-26 10:00');
    await house.deletes(30, 14);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      WARNED,
      '2026-06-26 10:00 DeletionCancelled (settings)',
      '2026-06-26 10:00 DeletionWarned',
      '2026-07-10 10:00 SubjectErased',
    ]);
  });

  test('to another reminder in time, which only moves the warning', async () => {
    await house.until('2026-06-05 10:00');
    await house.deletes(30, 3);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual(['2026-06-28 00:00 DeletionWarned', ERASED]);
  });

  test('while the program is away, and no old deletion is sent when it comes back', async () => {
    await house.until('2026-06-24 10:00');
    expect(house.story()).toEqual([WARNED]);
    await house.deletes(90, 7);
    await house.away('2026-07-15 10:00');
    expect(house.story()).toEqual([WARNED, '2026-06-24 10:00 DeletionCancelled (settings)']);
    await house.until('2026-12-01 00:00');
    expect(house.story().slice(2)).toEqual([
      '2026-08-23 00:00 DeletionWarned',
      '2026-08-30 00:00 SubjectErased',
    ]);
  });
});

test('R-036: without a reminder the deletion comes without a warning', async () => {
  await house.deletes(30, 0);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([ERASED]);
});

test('R-037: the warning says which settings led to it', async () => {
  await house.until('2026-06-24 00:00');
  const warned = house.events().find(({ type }) => type === 'DeletionWarned');
  const settings = house.events().filter(({ type }) => type === 'IncompleteDeletionSet');
  expect(warned?.data).toMatchObject({
    settingsRevision: settings.at(-1)?.revision,
    deleteAt: '2026-06-30T22:00:00.000Z',
  });
});

describe('R-017: the module is switched off', () => {
  test('before the warning: the clock goes on with what was left', async () => {
    await house.until('2026-06-11 10:00');
    await house.settings('SwitchRecruitmentModuleOff');
    expect(await house.planned(ada)).toEqual([]);
    await house.until('2026-08-20 10:00');
    await house.settings('SwitchRecruitmentModuleOn');
    // Seventy days later than without.
    expect(await house.planned(ada)).toEqual([
      '2026-09-02 00:00 WarnDeletion',
      '2026-09-09 00:00 EraseSubject',
    ]);
    await house.until('2026-12-01 00:00');
    expect(house.story()).toEqual([
      '2026-09-02 00:00 DeletionWarned',
      '2026-09-09 00:00 SubjectErased',
    ]);
  });

  test('after the warning, which stands: what was left of it is left when it is on again', async () => {
    await house.until('2026-06-26 10:00');
    await house.settings('SwitchRecruitmentModuleOff');
    await house.until('2026-08-10 11:00');
    expect(house.story()).toEqual([WARNED]);
    await house.settings('SwitchRecruitmentModuleOn');
    await house.until('2026-12-01 00:00');
    // From the 26th of June to the 10th of August: 45 days and an hour, of which nobody loses any.
    expect(house.story()).toEqual([WARNED, '2026-08-16 00:00 SubjectErased']);
  });

  test('twice, and what happens meanwhile begins when it is on again', async () => {
    await house.settings('SwitchRecruitmentModuleOff');
    await house.until('2026-06-03 15:30');
    await house.settings('SwitchRecruitmentModuleOn');
    await house.settings('SwitchRecruitmentModuleOff');
    await house.until('2026-06-10 15:30');
    await house.addsDocument(ada);
    await house.until('2026-06-13 15:30');
    await house.settings('SwitchRecruitmentModuleOn');
    expect(await house.planned(ada)).toEqual([
      '2026-07-06 00:00 WarnDeletion',
      '2026-07-13 00:00 EraseSubject',
    ]);
  });

  test('and an action meanwhile takes back what was announced', async () => {
    await house.until('2026-06-26 10:00');
    await house.settings('SwitchRecruitmentModuleOff');
    await house.addsDocument(ada);
    await house.until('2026-06-27 10:00');
    expect(house.story()).toEqual([WARNED, '2026-06-26 10:00 DeletionCancelled (activity)']);
  });
});
