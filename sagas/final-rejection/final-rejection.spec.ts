import type { DomainEvent, PersonId, Scope } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  mailEvents,
  type ApplicationId,
  type MailId,
} from '@vivier/domain/events';
import { givenSaga as given, inStream, pastId, told } from '@vivier/testing';
import { finalRejection } from './final-rejection.ts';

const events = told(applicationEvents);

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;
const winter = 'd0551e40-0000-4000-8000-000000000002' as ApplicationId;
const at = '2026-04-01T08:00:00.000Z';

const stream = (category: string, key: string) =>
  inStream({ category, key, personId: ada, scope: 'account' as Scope });
const inSummer = (event: DomainEvent) => stream('application', summer)(event, { at });
const inWinter = (event: DomainEvent) => stream('application', winter)(event, { at });

const started = (applicationId: ApplicationId): DomainEvent =>
  events.ApplicationStarted({
    ...{ applicationId, candidateId: ada, campaign: 'summer' },
    ...{
      invitationId: '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1101',
      checklistVersion: 1,
      checklist: [],
    },
  });
const rejected = (eraseAt?: string): DomainEvent =>
  events.ApplicationRejectedFinally({
    ...{ from: 'submitted', reason: 'No.' },
    ...(eraseAt !== undefined && { eraseAt }),
  });
const held = inSummer(started(summer));

const mail = {
  ...{ mailId: '1a110000-0000-4000-8000-000000000001' as MailId, candidateId: ada },
  ...({ kind: 'finalRejection', locale: 'fr', templateVersion: 0, attempts: 1 } as const),
};
const handedOver = (about: number, instant: string) =>
  stream('mail', 'mail')(mailEvents.MailSent({ ...mail, about: pastId(about), through: 'smtp' }), {
    at: instant,
  });
const givenUp = (about: number, instant: string) =>
  stream('mail', 'mail')(
    mailEvents.MailNotSent({ ...mail, about: pastId(about), failure: 'Refused' }),
    { at: instant },
  );

const erase = (due: string, applicationIds = [summer]) => ({
  ...{ due, because: pastId(1) },
  command: {
    name: 'EraseSubject' as const,
    input: {
      ...{ candidateId: ada, applicationId: summer, applicationIds, since: at },
      because: 'finalRejection' as const,
    },
  },
});

test('R-032: the erasure waits for word of the mail, seven days at most', () => {
  given(finalRejection, held, inSummer(rejected(at))).thenPlans([
    erase('2026-04-08T08:00:00.000Z'),
  ]);
});

test('R-032: with the mail handed over, or given up, the time has come', () => {
  const later = '2026-04-01T08:05:00.000Z';
  for (const word of [handedOver, givenUp])
    given(finalRejection, held, inSummer(rejected(at)), word(1, later)).thenPlans([erase(later)]);
  given(finalRejection, held, inSummer(rejected(at)), handedOver(0, later)).thenPlans([
    erase('2026-04-08T08:00:00.000Z'),
  ]);
});

test('X-23: what is kept for a while goes when the while is over', () => {
  const end = '2026-06-30T22:00:00.000Z';
  const sent = handedOver(1, '2026-04-01T08:05:00.000Z');
  given(finalRejection, held, inSummer(rejected(end)), sent).thenPlans([erase(end)]);
});

test('X-23: what is archived stays', () => {
  given(finalRejection, held, inSummer(rejected())).thenPlans([]);
});

test('A.4: a verdict that is taken back plans nothing', () => {
  const accepted = events.ApplicationAccepted({ from: 'rejectedFinally', overridden: [] });
  const returned = events.ApplicationReturned({ from: 'rejectedFinally', reason: 'Look again.' });
  for (const decision of [accepted, returned])
    given(finalRejection, held, inSummer(rejected(at)), inSummer(decision)).thenPlans([]);
});

test('R-039: where another application lives the dossier alone goes', () => {
  given(finalRejection, held, inSummer(rejected(at)), inWinter(started(winter))).thenPlans([
    {
      ...erase('2026-04-08T08:00:00.000Z'),
      command: {
        name: 'ForgetDossier',
        input: { applicationId: summer, because: 'finalRejection' },
      },
    },
  ]);
});

test('R-039: where the others are withdrawn or forgotten the person goes', () => {
  const past = [held, inSummer(rejected(at)), inWinter(started(winter))];
  const withdrawn = events.ApplicationWithdrawn({ from: 'draft' });
  given(finalRejection, ...past, inWinter(withdrawn)).thenPlans([
    erase('2026-04-08T08:00:00.000Z', [summer, winter]),
  ]);
  const forgotten = events.DossierForgotten({ applicationId: winter, candidateId: ada });
  given(finalRejection, ...past, inWinter(forgotten)).thenPlans([
    erase('2026-04-08T08:00:00.000Z'),
  ]);
});

test('GDPR 17: nothing is known of whoever is erased', () => {
  const erased = told(candidateEvents).SubjectErased({ candidateId: ada });
  given(finalRejection, held, inSummer(rejected(at)), stream('candidate', ada)(erased)).thenPlans(
    [],
  );
});
