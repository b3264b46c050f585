import type { DomainEvent, PersonId, Scope } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  mailEvents,
  recruitmentModuleEvents,
  type ApplicationId,
  type InvitationId,
  type MailId,
} from '@vivier/domain/events';
import { givenSaga as given, inStream, organisation, pastId, told } from '@vivier/testing';
import { incompleteDossier } from './incomplete-dossier.ts';

const { CandidateRegistered, DeletionWarned, DeletionCancelled, DocumentAdded, SubjectErased } =
  told(candidateEvents);
const applications = told(applicationEvents);
const { IncompleteDeletionSet, RecruitmentModuleSwitchedOff, RecruitmentModuleSwitchedOn } =
  recruitmentModuleEvents;

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;
const winter = 'd0551e40-0000-4000-8000-000000000002' as ApplicationId;
const link = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1101' as InvitationId;

const stream = (category: string, key: string, personId?: PersonId) =>
  inStream({ category, key, personId, scope: 'account' as Scope });
const inAccount = stream('candidate', ada, ada);
const inModule = stream('recruitmentModule', organisation);
const inMail = stream('mail', 'mail', ada);
const inDossier = (event: DomainEvent, applicationId = summer, at?: string) =>
  stream('application', applicationId, ada)(event, at === undefined ? {} : { at });

// Events happen on the 2nd of March, a minute apart from ten o'clock in Paris on.
const settings = (deleteAfterDays = 30, remindBeforeDays = 7, at?: string) =>
  inModule(
    IncompleteDeletionSet({ deleteAfterDays, remindBeforeDays, zone: 'Europe/Paris' }),
    at === undefined ? {} : { at },
  );
const registered = inAccount(
  CandidateRegistered({
    ...{ candidateId: ada, fullName: 'Ada', email: 'ada@example.org' },
    ...{ invitationId: link, campaign: 'summer' },
  }),
);
const started = (applicationId = summer) =>
  inDossier(
    applications.ApplicationStarted({
      ...{ applicationId, candidateId: ada, invitationId: link, campaign: 'summer' },
      ...{ checklistVersion: 1, checklist: [] },
    }),
    applicationId,
  );

const DAY_23 = '2026-03-24T23:00:00.000Z';
const DAY_30 = '2026-03-31T22:00:00.000Z';
const warned = inAccount(
  DeletionWarned({
    ...{ candidateId: ada, deleteAt: DAY_30, settingsRevision: 0 },
    ...{ deleteAfterDays: 30, remindBeforeDays: 7 },
  }),
  { at: DAY_23 },
);
const account = { candidateId: ada, applicationIds: [], since: '2026-03-02T09:01:00.000Z' };
const warn = {
  due: DAY_23,
  because: pastId(1),
  command: { name: 'WarnDeletion' as const, input: { ...account, deleteAt: DAY_30 } },
};
const erase = (because: number, due = DAY_30) => ({
  due,
  because: pastId(because),
  command: { name: 'EraseSubject' as const, input: { ...account, because: 'incomplete' as const } },
});

test('R-035, R-036: a warning and a deletion are planned from the last action', () => {
  given(incompleteDossier, settings(), registered).thenPlans([warn, erase(1)]);
});

test('R-034: where nothing was set nothing is planned', () => {
  given(incompleteDossier, registered).thenPlans([]);
});

test('R-035: settings that come later hold for who is there', () => {
  given(incompleteDossier, registered, settings()).thenPlans([
    { ...warn, because: pastId(0), command: sinceRegistered(warn.command) },
    { ...erase(0), command: sinceRegistered(erase(0).command) },
  ]);
});

const sinceRegistered = <Command extends { readonly input: object }>(
  command: Command,
): Command => ({
  ...command,
  input: { ...command.input, since: '2026-03-02T09:00:00.000Z' },
});

test('R-036: once the warning was given the deletion alone is planned, and waits for word of the mail', () => {
  given(incompleteDossier, settings(), registered, warned).thenPlans([erase(2)]);
});

test('A.3: the mail’s hand-over moves the deletion, its failure does not', () => {
  const mail = {
    ...{ mailId: '1a110000-0000-4000-8000-000000000001' as MailId, candidateId: ada },
    ...({ kind: 'incompleteReminder', locale: 'fr', templateVersion: 0 } as const),
    ...{ about: pastId(2), attempts: 1 },
  };
  const sent = mailEvents.MailSent({ ...mail, through: 'smtp' });
  const at = '2026-03-26T10:00:00.000Z';
  given(incompleteDossier, settings(), registered, warned, inMail(sent, { at })).thenPlans([
    // Seven days of the calendar: the clocks go forward in between.
    erase(2, '2026-04-02T09:00:00.000Z'),
  ]);
  const notSent = mailEvents.MailNotSent({ ...mail, failure: 'Refused' });
  given(incompleteDossier, settings(), registered, warned, inMail(notSent, { at })).thenPlans([
    erase(2),
  ]);
  // A mail about something else tells nothing.
  const other = mailEvents.MailSent({ ...mail, about: pastId(0), through: 'smtp' });
  given(incompleteDossier, settings(), registered, warned, inMail(other, { at })).thenPlans([
    erase(2),
  ]);
});

test('F-26: an action cancels the warning at once, and plans anew', () => {
  const at = '2026-03-27T10:00:00.000Z';
  const added = inAccount(
    DocumentAdded({
      ...{
        documentId: 'd0c00000-0000-4000-8000-000000000001',
        version: 1,
        fileId: 'f11e0000-0000-4000-8000-000000000001',
        fileName: 'CV.pdf',
      },
      ...{ mediaType: 'application/pdf', size: 1, contentHash: 'hash' },
    }),
    { at },
  );
  const again = {
    ...{ candidateId: ada, applicationIds: [], since: at },
  };
  const planned = [
    {
      due: '2026-04-18T22:00:00.000Z',
      because: pastId(3),
      command: {
        name: 'WarnDeletion' as const,
        input: { ...again, deleteAt: '2026-04-25T22:00:00.000Z' },
      },
    },
    {
      due: '2026-04-25T22:00:00.000Z',
      because: pastId(3),
      command: {
        name: 'EraseSubject' as const,
        input: { ...again, because: 'incomplete' as const },
      },
    },
  ];
  const cancel = {
    due: at,
    because: pastId(3),
    command: {
      name: 'CancelDeletion' as const,
      input: { candidateId: ada, cause: 'activity' as const },
    },
  };
  given(incompleteDossier, settings(), registered, warned, added).thenPlans([cancel, ...planned]);
  const cancelled = inAccount(DeletionCancelled({ candidateId: ada, cause: 'activity' }), { at });
  given(incompleteDossier, settings(), registered, warned, added, cancelled).thenPlans(planned);
});

test('R-035: a delay of 0 cancels what was announced, whatever the reminder says', () => {
  const at = '2026-03-27T10:00:00.000Z';
  given(incompleteDossier, settings(), registered, warned, settings(0, 7, at)).thenPlans([
    {
      due: at,
      because: pastId(3),
      command: { name: 'CancelDeletion', input: { candidateId: ada, cause: 'settings' } },
    },
  ]);
});

test('R-017: while the module is off nothing is planned, and afterwards what was left', () => {
  const off = inModule(RecruitmentModuleSwitchedOff({}), { at: '2026-03-12T10:00:00.000Z' });
  const on = inModule(RecruitmentModuleSwitchedOn({}), { at: '2026-03-15T10:00:00.000Z' });
  given(incompleteDossier, settings(), registered, off).thenPlans([]);
  const later = '2026-04-03T22:00:00.000Z';
  given(incompleteDossier, settings(), registered, off, on).thenPlans([
    {
      ...{ due: '2026-03-27T23:00:00.000Z', because: pastId(1) },
      command: { name: 'WarnDeletion', input: { ...account, deleteAt: later } },
    },
    erase(1, later),
  ]);
});

test('R-039: of two incomplete dossiers each is warned of, and goes as a dossier as long as the other is there', () => {
  const { forgotten } = dossiers();
  given(incompleteDossier, settings(30, 0), registered, started(), started(winter)).thenPlans([
    forgotten(summer),
    forgotten(winter),
  ]);
});

const dossiers = () => ({
  forgotten: (applicationId: ApplicationId) => ({
    ...{ due: DAY_30, because: pastId(3) },
    command: {
      name: 'ForgetDossier' as const,
      input: { applicationId, because: 'incomplete' as const },
    },
  }),
});

test('GDPR 17: nothing is known of whoever is erased, whatever is told about them later', () => {
  const erased = inAccount(SubjectErased({ candidateId: ada, because: 'incomplete' }));
  given(incompleteDossier, settings(), registered, erased).thenPlans([]);
  given(incompleteDossier, settings(), registered, erased, started()).thenPlans([]);
  expect(incompleteDossier.evolve['SubjectErased']?.({} as never, {} as never)).toEqual(
    incompleteDossier.initial,
  );
});
