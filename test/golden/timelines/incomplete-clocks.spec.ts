import type { ApplicationId, CandidateId } from '@vivier/domain';
import { recruiting, type Recruiting } from './recruiting.ts';

/** Which states run a clock, what moves it, and whom it spares. */
let house: Recruiting;
let ada: CandidateId;
beforeEach(async () => {
  // Day 0 is the 1st of June; deletion after 30 days, a reminder 7 days before.
  house = await recruiting('2026-06-01 15:30');
  await house.deletes(30, 7);
  ada = await house.registers('ada');
});
afterEach(async () => {
  expect(house.refused).toEqual([]);
  await house.end();
});

const WARNED = '2026-06-24 00:00 DeletionWarned';
const ERASED = '2026-07-01 00:00 SubjectErased';

test('R-033: an account without any application has a clock of its own', async () => {
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([WARNED, ERASED]);
});

test('X-13: a submitted application has no clock, however long its review takes', async () => {
  await house.submits(ada, await house.starts(ada));
  await house.until('2029-06-01 00:00');
  expect(house.story()).toEqual([]);
  expect(await house.planned(ada)).toEqual([]);
});

test('R-024: an accepted application ends the clock, and what is warned of is off by the submission', async () => {
  const dossier = await house.starts(ada);
  await house.until('2026-06-25 10:00');
  await house.submits(ada, dossier);
  await house.until('2026-06-28 10:00');
  await house.settings('SetChecklist', { items: [] });
  await house.decides('AcceptApplication', dossier);
  await house.until('2028-06-01 00:00');
  expect(house.story()).toEqual([
    WARNED,
    '2026-06-25 10:00 DeletionCancelled (activity)',
    '2026-06-28 10:00 SpaceOpened',
  ]);
});

test('R-024: an acceptance of a warned dossier that was returned is a decision, which cancels', async () => {
  const dossier = await house.starts(ada);
  await house.submits(ada, dossier);
  await house.until('2026-06-02 10:00');
  await house.decides('ReturnApplication', dossier);
  await house.until('2026-06-27 10:00');
  await house.decides('AcceptApplication', dossier);
  await house.until('2026-06-29 10:00');
  await house.decides('ReturnApplication', dossier);
  await house.until('2026-07-15 00:00');
  expect(house.story()).toEqual([
    '2026-06-25 00:00 DeletionWarned',
    '2026-06-27 10:00 DeletionCancelled (decision)',
    '2026-06-27 10:00 SpaceOpened',
    '2026-06-29 10:00 SpaceLimited',
  ]);
  expect(await house.planned(ada)).toEqual([
    '2026-07-22 00:00 WarnDeletion',
    '2026-07-29 00:00 EraseSubject',
  ]);
});

test('X-13: an account whose applications are all withdrawn has a clock, from the withdrawal at the earliest', async () => {
  const dossier = await house.starts(ada);
  await house.submits(ada, dossier);
  await house.until('2026-06-21 10:00');
  await house.candidate(ada, 'WithdrawApplication', { applicationId: dossier });
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-07-14 00:00 DeletionWarned',
    '2026-07-21 00:00 SubjectErased',
  ]);
});

test('F-26: a withdrawal of a warned dossier cancels what was announced, and the account goes on', async () => {
  const dossier = await house.starts(ada);
  await house.until('2026-06-25 10:00');
  await house.candidate(ada, 'WithdrawApplication', { applicationId: dossier });
  await house.until('2026-06-26 00:00');
  expect(house.story()).toEqual([WARNED, '2026-06-25 10:00 DeletionCancelled (activity)']);
  expect(await house.planned(ada)).toEqual([
    '2026-07-18 00:00 WarnDeletion',
    '2026-07-25 00:00 EraseSubject',
  ]);
});

const actions: readonly (readonly [
  name: string,
  act: (dossier: ApplicationId, documentId: string) => Promise<unknown>,
])[] = [
  ['own information', () => house.candidate(ada, 'AmendOwnInformation', amended)],
  ['a document added', () => house.addsDocument(ada)],
  [
    'a document renamed',
    (_, documentId) => house.candidate(ada, 'RenameDocument', { documentId, fileName: 'new.pdf' }),
  ],
  [
    'a document removed',
    (_, documentId) => house.candidate(ada, 'RemoveDocument', { documentId }),
  ],
  [
    'a document selected',
    (applicationId, documentId) =>
      house.candidate(ada, 'SelectDocument', { applicationId, item: 'cv', documentId }),
  ],
  [
    'a status declared',
    (applicationId) =>
      house.candidate(ada, 'DeclareStatus', { applicationId, status: 'self-employed' }),
  ],
  [
    'a requirement declared',
    (applicationId) =>
      house.candidate(ada, 'DeclareRequirement', {
        ...{ applicationId, requirement: 'licence', claim: true },
      }),
  ],
  [
    'a message sent',
    (applicationId) => house.candidate(ada, 'SendMessage', { applicationId, text: 'Soon.' }),
  ],
];
const amended = { fields: ['telephone'], cleared: [], values: { telephone: '0600000000' } };

const askingForEverything = async (): Promise<{ dossier: ApplicationId; documentId: string }> => {
  const field = { key: 'telephone', label: 'Telephone', mandatory: false, justification: 'To call.' };
  await house.settings('SetInformationFields', { fields: [field] });
  await house.settings('SetChecklist', { items: [{ key: 'cv', label: 'CV', required: false }] });
  await house.settings('SetAcceptedStatuses', { statuses: ['self-employed', 'employee'] });
  const requirement = { key: 'licence', label: 'Licence', mandatory: false };
  await house.settings('SetRequirements', {
    requirements: [{ ...requirement, kind: 'claim', confirmedByReviewer: false }],
  });
  const dossier = await house.starts(ada);
  await house.addsDocument(ada);
  const added = house.events().find(({ type }) => type === 'DocumentAdded');
  return { dossier, documentId: (added?.data as { documentId: string }).documentId };
};

test.each(actions)(
  'X-13, F-26: %s moves the clock and cancels what was announced',
  async (_, act) => {
    const { dossier, documentId } = await askingForEverything();
    await house.until('2026-06-26 10:00');
    await act(dossier, documentId);
    await house.until('2026-07-25 00:00');
    expect(house.story()).toEqual([
      WARNED,
      '2026-06-26 10:00 DeletionCancelled (activity)',
      '2026-07-19 00:00 DeletionWarned',
    ]);
    expect(await house.planned(ada)).toEqual(['2026-07-26 00:00 EraseSubject']);
  },
);

test('X-13: what the organisation does and what mails say never moves a clock', async () => {
  const dossier = await house.starts(ada);
  await house.until('2026-06-10 10:00');
  await house.operator('SendMessage', { applicationId: dossier, text: 'How is it going?' });
  await house.operator('AssignReviewer', { applicationId: dossier, reviewerId: 'account-otto' });
  await house.candidate(ada, 'MarkMessagesRead', { applicationId: dossier });
  await house.candidate(ada, 'RequestActivation', { candidateId: ada });
  await house.settings('SetChecklist', { items: [{ key: 'cv', label: 'CV', required: true }] });
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([WARNED, ERASED]);
});

describe('R-039: the person has another application,', () => {
  let first: ApplicationId;
  let second: ApplicationId;
  beforeEach(async () => {
    await house.invite('winter');
    first = await house.starts(ada);
    await house.submits(ada, first);
    await house.decides('AcceptApplication', first);
    second = await house.starts(ada, 'winter');
  });

  test('which lives: the incomplete one is forgotten, and the account stays', async () => {
    await house.until('2027-06-01 00:00');
    expect(house.story()).toEqual([
      '2026-06-01 15:30 SpaceOpened',
      WARNED,
      '2026-07-01 00:00 DossierForgotten',
    ]);
    const forgotten = house.events().find(({ type }) => type === 'DossierForgotten');
    expect(forgotten?.data).toMatchObject({ applicationId: second, because: 'incomplete' });
    expect(await house.planned(ada)).toEqual([]);
  });

  test('which is withdrawn in time: the person is erased', async () => {
    await house.until('2026-06-20 10:00');
    await house.candidate(ada, 'WithdrawApplication', { applicationId: first });
    await house.until('2027-06-01 00:00');
    expect(house.story()).toEqual([
      '2026-06-01 15:30 SpaceOpened',
      '2026-06-20 10:00 SpaceLimited',
      WARNED,
      ERASED,
    ]);
  });

  test('which is incomplete too: one is forgotten, and then the person is erased', async () => {
    await house.decides('ReturnApplication', first);
    await house.until('2027-06-01 00:00');
    expect(house.story()).toEqual([
      '2026-06-01 15:30 SpaceOpened',
      '2026-06-01 15:30 SpaceLimited',
      WARNED,
      WARNED,
      '2026-07-01 00:00 DossierForgotten',
      ERASED,
    ]);
  });

  test('which is kept for three months after its final rejection: until then only the incomplete one goes', async () => {
    await house.settings('SetFinalRejectionPolicy', {
      afterFinalRejection: { kind: 'restrict', period: 'P3M' },
    });
    await house.decides('RejectApplicationFinally', first);
    await house.until('2027-06-01 00:00');
    expect(house.story()).toEqual([
      '2026-06-01 15:30 SpaceOpened',
      '2026-06-01 15:30 SpaceLimited',
      WARNED,
      '2026-07-01 00:00 DossierForgotten',
      '2026-09-01 00:00 SubjectErased',
    ]);
  });
});

test('A withdrawn application that is begun anew has its clock from then on', async () => {
  const dossier = await house.starts(ada);
  await house.candidate(ada, 'WithdrawApplication', { applicationId: dossier });
  await house.until('2026-06-11 10:00');
  expect(await house.starts(ada)).toBe(dossier);
  await house.until('2026-12-01 00:00');
  expect(house.story()).toEqual([
    '2026-07-04 00:00 DeletionWarned',
    '2026-07-11 00:00 SubjectErased',
  ]);
});

test('One person’s actions leave another’s clock alone', async () => {
  const bob = await house.registers('bob');
  await house.until('2026-06-20 10:00');
  await house.addsDocument(bob);
  await house.until('2026-07-02 00:00');
  expect(house.story()).toEqual([WARNED, ERASED]);
  expect(await house.planned(bob)).toEqual([
    '2026-07-13 00:00 WarnDeletion',
    '2026-07-20 00:00 EraseSubject',
  ]);
});
