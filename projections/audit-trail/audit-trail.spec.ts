import {
  applicationEvents,
  candidateEvents,
  erasureEvents,
  mailEvents,
  type LinkId,
  type MailId,
} from '@vivier/domain/events';
import type { DomainEvent } from '@vivier/kernel';
import {
  candidateSelf,
  givenProjection as given,
  inStream,
  operator,
  pastId,
  told,
} from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { auditTrail } from './audit-trail.ts';

const { adaId, cv, cvPlaced, dossierId, messageId, newerCv, newerCvPlaced } = history;
const inVault = inStream(history.adasVault);
const inDossier = inStream(history.dossierStream);
const events = told(applicationEvents);

const ada = candidateSelf(adaId);
const otto = operator('otto');
const byOf = ({ kind, id, role }: typeof otto) => ({ kind, id, role });
const at = '2026-04-01T08:00:00.000Z';
const reason = 'Illegible.';
const comment = 'Is it dated?';

/** What every entry says about an event of the past that happened under these circumstances. */
const entry = (index: number, by: typeof otto, command: string) => ({
  _id: pastId(index),
  position: index as never,
  candidateId: adaId,
  at,
  by: byOf(by),
  command,
  commandId: `command-${index}`,
  causationId: `cause-${index}`,
  documentId: null,
  version: null,
  contentHash: null,
  item: null,
  applicationId: null,
  from: null,
  to: null,
  reason: null,
  comment: null,
  words: {},
  facts: {},
});
const under = (index: number, by: typeof otto, command: string) => ({
  at,
  by,
  command,
  commandId: `command-${index}`,
  causationId: `cause-${index}`,
});
/** Rows for a table of tests, each under the name of its event. */
const named = <Row extends readonly [DomainEvent, ...unknown[]]>(
  rows: readonly Row[],
): (readonly [string, ...Row])[] => rows.map((row) => [row[0].type, ...row]);
const { item: _, ...cvOnly } = cvPlaced;
const { item: __, ...newerCvOnly } = newerCvPlaced;

/** What an entry says of a file besides which version it is. */
const fileOf = ({ fileId, fileName, mediaType, size }: typeof cv) => ({
  words: { fileName },
  facts: { fileId, mediaType, size },
});

test('R-026: what happened in the vault says who, when, which version and by which command', () => {
  given(
    auditTrail,
    inVault(history.cvAdded, under(0, ada, 'AddDocument')),
    inVault(history.cvReplaced, under(1, ada, 'ReplaceDocument')),
  )
    .then(pastId(0), {
      ...entry(0, ada, 'AddDocument'),
      ...cvOnly,
      event: 'DocumentAdded',
      ...fileOf(cv),
    })
    .then(pastId(1), {
      ...entry(1, ada, 'ReplaceDocument'),
      ...newerCvOnly,
      event: 'DocumentReplaced',
      ...fileOf(newerCv),
    })
    .redelivered()
    .thenUnchanged();
});

const inReview = { applicationId: dossierId, item: 'cv' };

test.each(
  named([
    [events.DocumentSelected({ ...cvPlaced, from: 'missing' }), 'missing', 'submitted', {}],
    [events.DocumentAccepted({ ...cvPlaced, from: 'refused' }), 'refused', 'valid', {}],
    [
      events.DocumentRefused({ ...cvPlaced, from: 'valid', reason }),
      'valid',
      'refused',
      { reason },
    ],
    [events.DocumentVerdictReset({ ...cvPlaced, from: 'valid' }), 'valid', 'submitted', {}],
    [
      events.DocumentRepinned({ ...cvPlaced, previousVersion: 1, from: 'refused' }),
      'refused',
      'refused',
      { facts: { previousVersion: 1 } },
    ],
    [events.DocumentDeselected({ ...cvPlaced, from: 'refused' }), 'refused', 'missing', {}],
    [
      events.DocumentMarkedNotApplicable({ ...cvPlaced, from: 'valid' }),
      'valid',
      'notApplicable',
      {},
    ],
    [
      events.DocumentAccepted({ ...cvPlaced, from: 'expired', validUntil: at }),
      'expired',
      'valid',
      { facts: { validUntil: at } },
    ],
    [
      events.DocumentExpired({ ...cvPlaced, from: 'valid', validUntil: at }),
      'valid',
      'expired',
      { facts: { validUntil: at } },
    ],
    [events.DocumentCommented({ ...cvPlaced, comment }), null, null, { comment }],
  ] as const),
)(
  'R-026: an entry of the review says from where to where, and why: %s',
  (_, event, from, to, words) => {
    given(auditTrail, inDossier(event, under(0, otto, 'Command')))
      .then(pastId(0), {
        ...entry(0, otto, 'Command'),
        ...cvOnly,
        ...inReview,
        ...words,
        event: event.type,
        from,
        to,
      })
      .redelivered()
      .thenUnchanged();
  },
);

const answer = 'I like gardens.';
const text = 'When can I begin?';

test.each(
  named([
    [
      events.StatusDeclared({ status: 'employee', from: 'self-employed' }),
      'self-employed',
      'employee',
      { facts: { status: 'employee' } },
    ],
    [
      events.ChecklistRecomputed({ status: 'employee', items: ['cv'] }),
      null,
      'employee',
      { facts: { status: 'employee', items: ['cv'] } },
    ],
    [
      events.RequirementDeclared({ requirement: 'why', outcome: 'answered', answer }),
      null,
      'answered',
      { facts: { requirement: 'why', outcome: 'answered' }, words: { answer } },
    ],
    [
      events.RequirementConfirmed({ requirement: 'why', confirmed: false, from: true, reason }),
      'true',
      'false',
      { facts: { requirement: 'why', confirmed: false }, reason },
    ],
    [
      events.ReviewerAssigned({ reviewerId: 'vera', from: 'otto' }),
      'otto',
      'vera',
      { facts: { reviewerId: 'vera' } },
    ],
    [events.ReviewerUnassigned({ from: 'vera' }), 'vera', 'nobody', {}],
    [
      events.MessageSent({ messageId, side: 'candidate', text }),
      null,
      null,
      { facts: { messageId, side: 'candidate' }, words: { text } },
    ],
    [
      events.MessagesRead({ side: 'organisation', upTo: messageId }),
      null,
      null,
      { facts: { side: 'organisation', upTo: messageId } },
    ],
    [
      applicationEvents.ApplicationSubmitted({ from: 'returned', legalBasis: 'pre-contract' }),
      'returned',
      'submitted',
      { facts: { legalBasis: 'pre-contract' } },
    ],
    [
      events.ApplicationAccepted({ from: 'submitted', overridden: ['cv'], overrideReason: reason }),
      'submitted',
      'accepted',
      { facts: { overridden: ['cv'] }, reason },
    ],
    [events.ApplicationReturned({ from: 'accepted', reason }), 'accepted', 'returned', { reason }],
    [
      events.ApplicationRejectedFinally({
        ...{ from: 'submitted', reason, eraseAt: at },
        afterwards: { kind: 'erase-now' },
      }),
      'submitted',
      'rejectedFinally',
      { facts: { afterwards: { kind: 'erase-now' }, eraseAt: at }, reason },
    ],
    [applicationEvents.ApplicationWithdrawn({ from: 'draft' }), 'draft', 'withdrawn', {}],
  ] as const),
)('R-026: what changes in a dossier says from where to where: %s', (_, event, from, to, more) => {
  given(auditTrail, inDossier(event, under(0, otto, 'Command')))
    .then(pastId(0), {
      ...entry(0, otto, 'Command'),
      ...{ applicationId: dossierId, event: event.type, from, to },
      ...more,
    })
    .redelivered()
    .thenUnchanged();
});

const inVaultTold = told(candidateEvents);
const linkId = '11110000-0000-4000-8000-000000000001' as LinkId;
const until = '2026-04-08T08:00:00.000Z';
const values = { town: 'Lyon' };
const email = 'ada@new.example';
const { documentId, version, contentHash } = cv;

test.each(
  named([
    [
      inVaultTold.DocumentRenamed({ documentId, version, contentHash, fileName: 'CV.pdf' }),
      { ...cvOnly, words: { fileName: 'CV.pdf' } },
    ],
    [
      candidateEvents.DocumentRemoved({ documentId, version, contentHash, files: [cv.fileId] }),
      { ...cvOnly, facts: { files: [cv.fileId] } },
    ],
    [
      inVaultTold.OwnInformationAmended({ fields: ['town'], filled: ['town'], values }),
      { facts: { fields: ['town'], filled: ['town'] }, words: { values } },
    ],
    [candidateEvents.ActivationRequested({ linkId, until }), { facts: { linkId, until } }],
    [candidateEvents.AccountConfirmed({ linkId }), { facts: { linkId } }],
    [candidateEvents.PasswordResetRequested({ linkId, until }), { facts: { linkId, until } }],
    [candidateEvents.PasswordReset({ linkId }), { facts: { linkId } }],
    [
      inVaultTold.AddressChangeRequested({ linkId, until, email }),
      { facts: { linkId, until }, words: { email } },
    ],
    [inVaultTold.LoginEmailChanged({ linkId, email }), { facts: { linkId }, words: { email } }],
    [candidateEvents.SpaceOpened({ applicationId: dossierId }), { applicationId: dossierId }],
    [candidateEvents.SpaceLimited({ applicationId: dossierId }), { applicationId: dossierId }],
    [
      candidateEvents.DeletionCancelled({
        candidateId: adaId,
        applicationId: dossierId,
        cause: 'activity',
      }),
      { applicationId: dossierId, facts: { cause: 'activity' } },
    ],
    [inVaultTold.PersonalDataOpened({ reason }), { reason }],
  ] as const),
)('R-026: what happens in an account leaves an entry: %s', (_, event, more) => {
  given(auditTrail, inVault(event, under(0, ada, 'Command')))
    .then(pastId(0), { ...entry(0, ada, 'Command'), event: event.type, ...more })
    .redelivered()
    .thenUnchanged();
});

test('R-026: mails sent and not sent, and what an erasure destroyed, are entries too', () => {
  const facts = {
    mailId: '3a110000-0000-4000-8000-000000000001' as MailId,
    ...({ kind: 'correctionRequest', locale: 'fr', templateVersion: 2 } as const),
    ...{ about: 'the event', attempts: 1 },
  };
  const about = { candidateId: adaId, applicationId: dossierId };
  const sent = mailEvents.MailSent({ ...about, ...facts, through: 'smtp' });
  const not = mailEvents.MailNotSent({ ...about, ...facts, failure: 'refused' });
  const places = [{ place: 'documents', removed: 2 }];
  const inMail = inStream({ ...history.adasVault, category: 'mail', key: facts.mailId });
  const inErasure = inStream({ ...history.adasVault, category: 'erasure' });
  given(
    auditTrail,
    inMail(sent, under(0, otto, 'C')),
    inMail(not, under(1, otto, 'C')),
    inErasure(erasureEvents.KeysDestroyed({ candidateId: adaId }), under(2, otto, 'C')),
    inErasure(erasureEvents.CopiesCleaned({ ...about, places }), under(3, otto, 'C')),
  )
    .then(pastId(0), {
      ...entry(0, otto, 'C'),
      ...{ event: 'MailSent', applicationId: dossierId, facts: { ...facts, through: 'smtp' } },
    })
    .then(pastId(1), {
      ...entry(1, otto, 'C'),
      ...{
        event: 'MailNotSent',
        applicationId: dossierId,
        facts: { ...facts, failure: 'refused' },
      },
    })
    .then(pastId(2), { ...entry(2, otto, 'C'), event: 'KeysDestroyed' })
    .then(pastId(3), {
      ...entry(3, otto, 'C'),
      ...{ event: 'CopiesCleaned', applicationId: dossierId, facts: { places } },
    })
    .redelivered()
    .thenUnchanged();
});

test('R-026: every event about a candidate or an application leaves an entry', () => {
  const declared = [applicationEvents, candidateEvents, mailEvents, erasureEvents];
  expect(Object.keys(auditTrail.on).sort()).toEqual(declared.flatMap(Object.keys).sort());
});

test('X-24: a dossier that is forgotten loses its words, what is beside it keeps its own', () => {
  const forgotten = inDossier(
    applicationEvents.DossierForgotten({
      applicationId: dossierId,
      candidateId: adaId,
      because: 'incomplete',
    }),
    under(2, otto, 'C'),
  );
  given(
    auditTrail,
    inVault(history.cvAdded, under(0, ada, 'C')),
    inDossier(events.MessageSent({ messageId, side: 'candidate', text }), under(1, ada, 'C')),
    forgotten,
  )
    .then(pastId(0), {
      ...entry(0, ada, 'C'),
      ...{ event: 'DocumentAdded', ...cvOnly, ...fileOf(cv) },
    })
    .then(pastId(1), {
      ...entry(1, ada, 'C'),
      ...{ event: 'MessageSent', applicationId: dossierId },
      ...{ facts: { messageId, side: 'candidate' }, words: { text: null } },
    })
    .then(pastId(2), {
      ...entry(2, otto, 'C'),
      ...{ event: 'DossierForgotten', applicationId: dossierId, to: 'forgotten' },
      facts: { because: 'incomplete' },
    })
    .redelivered()
    .thenUnchanged();
});

test('R-026: entries are added and never changed by what comes after', () => {
  given(
    auditTrail,
    inDossier(
      events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason }),
      under(0, otto, 'C'),
    ),
    inDossier(events.DocumentAccepted({ ...cvPlaced, from: 'refused' }), under(1, otto, 'C')),
  ).then(pastId(0), {
    ...entry(0, otto, 'C'),
    ...cvOnly,
    ...inReview,
    event: 'DocumentRefused',
    from: 'submitted',
    to: 'refused',
    reason,
  });
});

test('X-24: when the person goes the words go and the facts stay', () => {
  given(
    auditTrail,
    inDossier(
      events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason }),
      under(0, otto, 'C'),
    ),
    inVault(history.erasedAda),
  )
    .then(pastId(0), {
      ...entry(0, otto, 'C'),
      ...cvOnly,
      ...inReview,
      event: 'DocumentRefused',
      from: 'submitted',
      to: 'refused',
    })
    .redelivered()
    .thenUnchanged();
});
