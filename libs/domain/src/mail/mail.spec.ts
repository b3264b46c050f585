import { admin, deciderWords, told } from '@vivier/testing';
import type { Actor } from '@vivier/kernel';
import { aggregates } from '../aggregates.ts';
import type { CandidateId } from '../candidate/candidate.events.ts';
import { rights } from '../rights.ts';
import { mailEvents, type MailId } from './mail.events.ts';
import { mail } from './mail.ts';

const given = deciderWords(aggregates, rights);
const { MailNotSent, MailSent } = told(mailEvents);
const by: Actor = { kind: 'saga', id: 'sendMail', role: 'system' };
const mailId = 'a11e0000-0000-4000-8000-000000000001' as MailId;
const facts = {
  mailId,
  candidateId: 'ada00000-0000-4000-8000-000000000001' as CandidateId,
  kind: 'activation',
  locale: 'fr',
  templateVersion: 0,
  about: 'e1e00000-0000-4000-8000-000000000001',
  attempts: 1,
} as const;
const sent = { ...facts, through: 'smtp' } as const;
const notSent = { ...facts, failure: 'Refused550' } as const;

const past = (...events: readonly ReturnType<typeof MailSent | typeof MailNotSent>[]) => ({
  of: mail,
  key: mailId as string,
  events: events as never,
});

test('A mail that left is on record with its template’s version and how it left', () =>
  given().when('RecordMailSent', sent, { by }).then(MailSent(sent)));

test('A mail that was given up is on record with why', () =>
  given().when('RecordMailNotSent', notSent, { by }).then(MailNotSent(notSent)));

test('A mail that left has left: neither is recorded again', async () => {
  const again = { ...sent, attempts: 2 };
  await given(past(MailSent(sent)))
    .when('RecordMailSent', again, { by })
    .then();
  await given(past(MailSent(sent)))
    .when('RecordMailNotSent', notSent, { by })
    .then();
});

test('A mail that was given up may leave later, and is given up once', async () => {
  await given(past(MailNotSent(notSent)))
    .when('RecordMailSent', sent, { by })
    .then(MailSent(sent));
  await given(past(MailNotSent(notSent)))
    .when('RecordMailNotSent', { ...notSent, attempts: 11 }, { by })
    .then();
});

test('Nobody but the program itself records it', () =>
  given()
    .when('RecordMailSent', sent, { by: admin('alix') })
    .thenRejected('NotAllowed'));
