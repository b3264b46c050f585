import { smtpForTests, type ReceivedMail, type SmtpForTests } from '@vivier/mail/contract';
import {
  deposit,
  registered,
  staffed,
  submitted,
  type Registered,
  type Staff,
} from '../support/people.ts';
import { passUntil } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';

interface MailFacts {
  readonly mailId: string;
  readonly kind: string;
  readonly state: string;
  readonly through: string | null;
  readonly failure: string | null;
  readonly attempts: number;
  readonly templateVersion: number;
  readonly about: string;
}

let smtp: SmtpForTests;
let vivier: Running;
let maison: Staff;
beforeEach(async () => {
  smtp = await smtpForTests();
  vivier = await running({ smtpUrl: smtp.url });
  maison = await staffed(vivier);
});
afterEach(async () => {
  await vivier.end();
  await smtp.close();
});

const zoe = { fullName: 'Zoë d’Été', email: 'zoe@example.org' };
const arrives = async (): Promise<{
  readonly candidate: Registered;
  readonly applicationId: string;
  readonly revision: number;
}> => {
  const invitation = await maison.invite('Été 2027');
  const candidate = await registered(vivier, maison, invitation, zoe);
  const { applicationId, revision } = await submitted(candidate.client, invitation);
  await vivier.server.house.settled();
  return { candidate, applicationId, revision };
};
/** The mails that have a word in their subject. */
const about = (word: string): readonly ReceivedMail[] =>
  smtp.received.filter(({ email }) => email.subject?.includes(word));
const facts = async (candidateId: string, by = maison.compliance) => {
  await vivier.server.house.settled();
  const { mails } = await by.ask<{ mails: { edges: readonly { node: MailFacts }[] } }>(
    'query Mails($candidateId: ID!) { mails(candidateId: $candidateId) { edges { node { mailId kind state through failure attempts templateVersion about } } } }',
    { candidateId },
  );
  return mails.edges.map(({ node }) => node);
};
/** Of one kind, since registering and submitting write mails of their own. */
const only = async (candidateId: string, kind: string): Promise<MailFacts | undefined> =>
  (await facts(candidateId)).find((mail) => mail.kind === kind);
const returned = async (
  { applicationId, revision }: { readonly applicationId: string; readonly revision: number },
  reason: string,
) => {
  await maison.olu.do('returnApplication', { applicationId, seenRevision: revision, reason });
  await vivier.server.house.settled();
};

describe('A candidate is written to by a real mail server', () => {
  test('when the application has arrived, in their language, as text and HTML', async () => {
    const { candidate } = await arrives();
    const [mail, ...others] = about('candidature');
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ from: 'jobs@maison.example', to: [zoe.email] });
    expect(mail?.email).toMatchObject({
      subject: 'Nous avons reçu votre candidature',
      from: { name: 'The house maison', address: 'jobs@maison.example' },
      to: [{ name: zoe.fullName, address: zoe.email }],
    });
    expect(mail?.email.text).toContain('Bonjour Zoë d’Été,');
    expect(mail?.email.text).toContain('« Été 2027 »');
    // 9 o'clock in UTC, as it is told in Paris.
    expect(mail?.email.text).toContain('lundi 2 mars 2026 à 10:00');
    expect(mail?.email.html).toContain('<p>Bonjour Zoë d’Été,</p>');
    expect(await only(candidate.candidateId, 'submissionConfirmation')).toMatchObject({
      state: 'sent',
      through: 'smtp',
      attempts: 1,
      templateVersion: 0,
    });
  });

  test('when it is returned: with the reason, in the words of the organisation (R-031)', async () => {
    const dossier = await arrives();
    const { template } = await maison.admin.do('setMessageTemplate', {
      mailKind: 'correctionRequest',
      locale: 'fr',
      subject: 'À corriger : {{ campaign }}',
      body: 'Cher·e {{ name }},\n\nvoici pourquoi : {{ reason }}',
    });
    expect(template).toMatchObject({ kind: 'correctionRequest', templateVersion: 1 });
    await returned(dossier, 'La page 2 manque <ici> & là.');
    const [mail, ...others] = about('corriger');
    expect(others).toEqual([]);
    expect(mail?.email.subject).toBe('À corriger : Été 2027');
    expect(mail?.email.text?.trim()).toBe(
      'Cher·e Zoë d’Été,\n\nvoici pourquoi : La page 2 manque <ici> & là.',
    );
    expect(mail?.email.html).toContain('La page 2 manque &lt;ici&gt; &amp; là.');
    const fact = await only(dossier.candidate.candidateId, 'correctionRequest');
    expect(fact).toMatchObject({ state: 'sent', templateVersion: 1 });
    expect(mail?.email.messageId).toBe(`<${fact?.about}@${new URL(vivier.server.url).hostname}>`);
  });

  test('once, whatever is started again', async () => {
    const dossier = await arrives();
    await returned(dossier, 'Please correct it.');
    const before = smtp.received.length;
    vivier = await vivier.again();
    await vivier.server.house.settled();
    await vivier.server.house.ticker.tick();
    expect(smtp.received).toHaveLength(before);
  });
});

describe('A mail about what is no longer so', () => {
  /** The waits are over, and everything has happened. */
  const serverIsBack = async (): Promise<void> => {
    smtp.refuse(undefined);
    vivier.clock.advance(5_000);
    await vivier.server.house.ticker.tick();
    await vivier.server.house.settled();
  };

  test('is not sent: a final rejection that was taken back while the server refused it', async () => {
    const { candidate, applicationId, revision: seenRevision } = await arrives();
    smtp.refuse('DATA', 451, 'Not now');
    const reason = 'It cannot be.';
    const rejected = await maison.olu.do('rejectApplicationFinally', {
      ...{ applicationId, seenRevision, reason },
    });
    await vivier.server.house.settled();
    expect(await only(candidate.candidateId, 'finalRejection')).toBeUndefined();
    await maison.olu.do('acceptApplication', {
      ...{ applicationId, seenRevision: rejected.revision, overrideReason: 'A mistake.' },
    });
    const before = smtp.received.length;
    await serverIsBack();
    expect(smtp.received.slice(before).map(({ email }) => email.subject)).toEqual([
      'Activez votre compte chez The house maison',
    ]);
    expect(await only(candidate.candidateId, 'finalRejection')).toMatchObject({
      ...{ state: 'notSent', failure: 'Cancelled', attempts: 2 },
    });
    expect(await vivier.server.house.outbox.dead(10)).toEqual([]);
  });

  test('is not sent: a request for corrections that were made meanwhile', async () => {
    const dossier = await arrives();
    smtp.refuse('DATA', 451, 'Not now');
    await returned(dossier, 'Please correct it.');
    await dossier.candidate.client.do('submitApplication', {
      applicationId: dossier.applicationId,
    });
    await serverIsBack();
    expect(about('corriger')).toEqual([]);
    expect(await only(dossier.candidate.candidateId, 'correctionRequest')).toMatchObject({
      ...{ state: 'notSent', failure: 'Cancelled' },
    });
    expect(await vivier.server.house.outbox.dead(10)).toEqual([]);
  });

  test('is not sent: a reminder of a deletion that the candidate has put off meanwhile', async () => {
    await maison.admin.do('setIncompleteDeletion', { deleteAfterDays: 30, remindBeforeDays: 7 });
    const invitation = await maison.invite();
    const { candidateId, client } = await registered(vivier, maison, invitation, zoe);
    await client.do('startApplication', { invitation });
    await vivier.server.house.settled();
    const before = smtp.received.length;
    smtp.refuse('DATA', 451, 'Not now');
    await passUntil(vivier, '2026-03-24T23:00:00.000Z');
    expect(await vivier.server.house.outbox.nextDue()).toBeDefined();
    await deposit(client, 'CV.pdf');
    await vivier.server.house.settled();
    await serverIsBack();
    expect(smtp.received).toHaveLength(before);
    expect(await only(candidateId, 'incompleteReminder')).toMatchObject({
      ...{ state: 'notSent', failure: 'Cancelled' },
    });
    expect(await vivier.server.house.outbox.dead(10)).toEqual([]);
  });
});

describe('A mail that cannot be handed over', () => {
  test('is tried again after ever longer waits, under the same Message-ID', async () => {
    const dossier = await arrives();
    const { candidateId } = dossier.candidate;
    smtp.refuse('DATA', 451, 'Not now');
    await returned(dossier, 'Please correct it.');
    expect(await only(candidateId, 'correctionRequest')).toBeUndefined();
    const due = await vivier.server.house.outbox.nextDue();
    expect((due ?? 0) - vivier.clock.now()).toBe(5_000);
    smtp.refuse(undefined);
    vivier.clock.advance(4_999);
    await vivier.server.house.ticker.tick();
    expect(about('corriger')).toEqual([]);
    vivier.clock.advance(1);
    await vivier.server.house.ticker.tick();
    expect(about('corriger')).toHaveLength(1);
    expect(await only(candidateId, 'correctionRequest')).toMatchObject({
      state: 'sent',
      attempts: 2,
    });
  });

  test('F-31: is given up at once where the address is refused for good: an event says so', async () => {
    const dossier = await arrives();
    smtp.refuse('RCPT', 550, '5.1.1 No such user');
    await returned(dossier, 'Please correct it.');
    const fact = await only(dossier.candidate.candidateId, 'correctionRequest');
    expect(fact).toMatchObject({ state: 'notSent', failure: 'Refused550', attempts: 1 });
    const dead = await vivier.server.house.outbox.dead(10);
    expect(dead).toMatchObject([{ effect: 'sendMail', failure: 'FailedForGood' }]);
    expect(JSON.stringify(dead)).not.toMatch(/zoe|example\.org/i);

    // Somebody looks after it and has it tried again.
    smtp.refuse(undefined);
    await vivier.server.house.outbox.revive('sendMail', fact?.about as never, vivier.clock.now());
    await vivier.server.house.ticker.tick();
    expect(about('corriger')).toHaveLength(1);
    expect(await only(dossier.candidate.candidateId, 'correctionRequest')).toMatchObject({
      state: 'sent',
      failure: null,
    });
  });

  test('is given up after the last attempt, days later: an event says so', async () => {
    const dossier = await arrives();
    smtp.refuse('DATA', 451, 'Not now');
    await returned(dossier, 'Please correct it.');
    const { outbox, ticker } = vivier.server.house;
    for (;;) {
      const due = await outbox.nextDue();
      if (due === undefined) break;
      vivier.clock.set(due);
      await ticker.tick();
    }
    expect(await only(dossier.candidate.candidateId, 'correctionRequest')).toMatchObject({
      state: 'notSent',
      failure: 'Deferred451',
      attempts: 11,
    });
    expect(about('corriger')).toEqual([]);
  });
});

test('What was sent is no text of the log’s: admins see facts where a server took the mail away', async () => {
  const { candidate } = await arrives();
  const mail = await only(candidate.candidateId, 'submissionConfirmation');
  const { mail: opened } = await maison.admin.ask<{ mail: object }>(
    'query Mail($mailId: ID!) { mail(mailId: $mailId) { mail { state } to subject text html } }',
    { mailId: mail?.mailId },
  );
  expect(opened).toEqual({
    mail: { state: 'sent' },
    to: null,
    subject: null,
    text: null,
    html: null,
  });
});
