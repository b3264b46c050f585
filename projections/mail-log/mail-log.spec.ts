import { mailEvents, type MailId } from '@vivier/domain/events';
import type { Scope } from '@vivier/kernel';
import { givenProjection as given, inStream, told } from '@vivier/testing';
import { adaId, dossierId } from '../history.fixtures.ts';
import { mailLog } from './mail-log.ts';

const { MailNotSent, MailSent } = told(mailEvents);
const mailId = 'a11e0000-0000-4000-8000-000000000001' as MailId;
const inMail = inStream({
  category: 'mail',
  key: mailId,
  personId: adaId,
  scope: 'account' as Scope,
});
const facts = {
  candidateId: adaId,
  kind: 'correctionRequest',
  locale: 'fr',
  templateVersion: 2,
  about: 'e1e00000-0000-4000-8000-000000000001',
} as const;
const givenUp = inMail(
  MailNotSent({ mailId, ...facts, applicationId: dossierId, attempts: 11, failure: 'Deferred451' }),
  { at: '2026-03-05T12:00:00.000Z' },
);
const sent = inMail(
  MailSent({ mailId, ...facts, applicationId: dossierId, attempts: 1, through: 'smtp' }),
  { at: '2026-03-06T08:00:00.000Z' },
);
const entry = { _id: mailId, ...facts, applicationId: dossierId };

test('A mail that was given up says why and after how many attempts', () => {
  given(mailLog, givenUp).then(mailId, {
    ...entry,
    state: 'notSent',
    through: null,
    failure: 'Deferred451',
    attempts: 11,
    at: '2026-03-05T12:00:00.000Z',
    position: expect.any(Number) as never,
  });
});

test('One that left after all says how, and telling both again changes nothing', () => {
  given(mailLog, givenUp, sent)
    .then(mailId, {
      ...entry,
      state: 'sent',
      through: 'smtp',
      failure: null,
      attempts: 1,
      at: '2026-03-06T08:00:00.000Z',
      position: expect.any(Number) as never,
    })
    .redelivered()
    .thenUnchanged();
});

test('A mail about no dossier says so', () => {
  const activation = { ...facts, kind: 'activation', attempts: 1, through: 'folder' } as const;
  given(mailLog, inMail(MailSent({ mailId, ...activation }))).then(mailId, {
    _id: mailId,
    ...activation,
    applicationId: null,
    state: 'sent',
    failure: null,
    at: expect.any(String) as string,
    position: expect.any(Number) as never,
  });
});
