import {
  applicationEvents,
  candidateEvents,
  type ChecklistItem,
  type Requirement,
} from '@vivier/domain/events';
import type { DomainEvent } from '@vivier/kernel';
import { givenProjection as given, inStream, told, type Clear } from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { dossier, type DossierDocument } from './dossier.ts';

const { adaId, cv, cvPlaced, dossierId, letterId, messageId, newerCvPlaced } = history;
const inDossier = inStream(history.dossierStream);
const inVault = inStream(history.adasVault);
const events = told(applicationEvents);
const at = (minute: number): string => new Date(Date.UTC(2026, 2, 2, 9, minute)).toISOString();

const french: Requirement = {
  key: 'french',
  label: 'Parle français',
  mandatory: true,
  kind: 'language',
  language: 'fr',
  level: 'fluent',
  confirmedByReviewer: true,
};
const question: Requirement = { key: 'why', label: 'Why?', mandatory: false, kind: 'question' };
const information = [
  { key: 'town', label: 'Ville', mandatory: false, justification: 'To propose work near you.' },
];
const acceptedStatuses = ['employee', 'self-employed'];
const checklist: ChecklistItem[] = [
  { key: 'cv', label: 'CV', required: true, maximum: 2 },
  { key: 'permit', label: 'Titre de séjour', required: true, statuses: ['employee'] },
];
const started = events.ApplicationStarted({
  ...history.begun,
  checklist,
  information,
  requirements: [french, question],
  acceptedStatuses,
});

const undeclared = { outcome: null, level: null, answer: null, confirmed: null };
const empty = {
  state: 'missing' as const,
  documentId: null,
  version: null,
  validUntil: null,
  overridden: false,
};
const [cvItem, permitItem] = checklist;
if (!cvItem || !permitItem) throw new Error('The checklist of these tests has two items.');
const cvRow = { ...cvItem, asked: true, ...empty };
const permitRow = { ...permitItem, asked: false, ...empty };

const fresh: Clear<DossierDocument> = {
  _id: dossierId,
  candidateId: adaId,
  campaign: 'summer',
  state: 'draft',
  revision: 0,
  startedAt: at(0),
  submittedAt: null,
  changedAt: at(0),
  checklistVersion: 1,
  items: [cvRow, permitRow],
  information,
  acceptedStatuses,
  workerStatus: null,
  requirements: [
    { asked: french, ...undeclared },
    { asked: question, ...undeclared },
  ],
  queue: 'waitingForCandidate',
  waitingSince: at(0),
  reviewerId: '',
  unread: { candidate: 0, organisation: 0 },
  reason: null,
  deleteAt: null,
  eraseAt: null,
  restricted: false,
};

/** The dossier after these events, each a minute after the one before, with what they changed. */
const becomes = (after: readonly DomainEvent[], changed: Partial<Clear<DossierDocument>>) => {
  const n = after.length;
  given(dossier, ...[started, ...after].map((event) => inDossier(event)))
    .then(dossierId, { ...fresh, revision: n, changedAt: at(n), ...changed })
    .redelivered()
    .thenUnchanged();
};

test('R-018: a started dossier says what is asked, and that nothing is declared', () => {
  becomes([], {});
});

test('R-019: a requirement shows what was declared, in words that are the candidate’s alone', () => {
  const declared = events.RequirementDeclared({
    requirement: 'french',
    outcome: 'met',
    level: 'native',
  });
  const answer = 'I like gardens.';
  const answered = events.RequirementDeclared({ requirement: 'why', outcome: 'answered', answer });
  becomes([declared, answered], {
    requirements: [
      { asked: french, outcome: 'met', level: 'native', answer: null, confirmed: null },
      { asked: question, outcome: 'answered', level: null, answer, confirmed: null },
    ],
  });
});

test('R-019: what a reviewer confirmed is shown until the candidate declares anew', () => {
  const declared = (level: 'native' | 'basic', outcome: 'met' | 'unmet') =>
    events.RequirementDeclared({ requirement: 'french', outcome, level });
  const refuted = events.RequirementConfirmed({ requirement: 'french', confirmed: false });
  const other = { asked: question, ...undeclared };
  becomes([declared('native', 'met'), refuted], {
    requirements: [
      { asked: french, outcome: 'met', level: 'native', answer: null, confirmed: false },
      other,
    ],
  });
  becomes([declared('native', 'met'), refuted, declared('basic', 'unmet')], {
    requirements: [
      { asked: french, outcome: 'unmet', level: 'basic', answer: null, confirmed: null },
      other,
    ],
  });
});

const status = (of: string, items: string[]) => [
  events.StatusDeclared({ status: of }),
  events.ChecklistRecomputed({ status: of, items }),
];
const employee = status('employee', ['cv', 'permit']);
const selfEmployed = status('self-employed', ['cv']);
const permit = { ...cvPlaced, item: 'permit' };
const permitSelected = events.DocumentSelected({ ...permit, from: 'missing' });
const notApplicable = events.DocumentMarkedNotApplicable({ ...permit, from: 'submitted' });
const permitHeld = { ...permitRow, asked: true, documentId: cv.documentId, version: 1 };

describe('R-021: by the declared status', () => {
  test('places are asked for', () => {
    becomes(employee, { workerStatus: 'employee', items: [cvRow, { ...permitRow, asked: true }] });
  });

  test('what lies in a place that is asked for no more is not applicable', () => {
    becomes([...employee, permitSelected, ...selfEmployed, notApplicable], {
      workerStatus: 'self-employed',
      items: [cvRow, { ...permitHeld, asked: false, state: 'notApplicable' }],
    });
  });

  test('it stays so in a newer version, and waits for a verdict once it is asked for again', () => {
    const before = [...employee, permitSelected, ...selfEmployed, notApplicable];
    const newer = { ...newerCvPlaced, item: 'permit' };
    const repinned = events.DocumentRepinned({
      ...newer,
      previousVersion: 1,
      from: 'notApplicable',
    });
    becomes([...before, repinned], {
      workerStatus: 'self-employed',
      items: [cvRow, { ...permitHeld, version: 2, asked: false, state: 'notApplicable' }],
    });
    const reset = events.DocumentVerdictReset({ ...newer, from: 'notApplicable' });
    becomes([...before, repinned, ...employee, reset], {
      workerStatus: 'employee',
      items: [cvRow, { ...permitHeld, version: 2, state: 'submitted' }],
    });
  });
});

describe('R-028: a place for several documents', () => {
  const letter = { ...cvPlaced, documentId: letterId };
  const [first, second] = [cvPlaced, letter].map((pinned) =>
    events.DocumentSelected({ ...pinned, from: 'missing' }),
  );
  if (!first || !second) throw new Error('These tests select two documents.');
  const held = (documentId: typeof letterId) => ({
    ...cvRow,
    documentId,
    version: 1,
    state: 'submitted' as const,
  });

  test('has a row for each, in the order in which they were put there', () => {
    becomes([first], { items: [held(cv.documentId), permitRow] });
    becomes([first, second], { items: [held(cv.documentId), held(letterId), permitRow] });
  });

  test('has one row less when one is taken out, and an empty one after the last', () => {
    const out = (pinned: typeof cvPlaced) =>
      events.DocumentDeselected({ ...pinned, from: 'submitted' });
    becomes([first, second, out(cvPlaced)], { items: [held(letterId), permitRow] });
    becomes([first, second, out(cvPlaced), out(letter)], { items: [cvRow, permitRow] });
  });

  test('shows the verdict of each', () => {
    const validUntil = '2026-06-30T22:00:00.000Z';
    const accepted = events.DocumentAccepted({ ...letter, from: 'submitted', validUntil });
    becomes([first, second, accepted], {
      items: [held(cv.documentId), { ...held(letterId), state: 'valid', validUntil }, permitRow],
    });
  });
});

test('Who looks after a dossier is shown, until nobody does', () => {
  const assigned = events.ReviewerAssigned({ reviewerId: 'vera' });
  becomes([assigned], { reviewerId: 'vera' });
  becomes([assigned, events.ReviewerUnassigned({ from: 'vera' })], { reviewerId: '' });
});

test('R-024: each side sees how many messages of the other it has not read', () => {
  const said = (side: 'candidate' | 'organisation') =>
    events.MessageSent({ messageId, side, text: 'Hello?' });
  const read = events.MessagesRead({ side: 'organisation', upTo: messageId });
  const before = [said('candidate'), said('candidate'), said('organisation')];
  becomes(before, { unread: { candidate: 1, organisation: 2 } });
  becomes([...before, read], { unread: { candidate: 1, organisation: 0 } });
  becomes([...before, read, said('candidate')], { unread: { candidate: 1, organisation: 1 } });
});

test('A.4: what was withdrawn waits for nobody, and begins anew from nothing', () => {
  const withdrawn = applicationEvents.ApplicationWithdrawn({ from: 'draft' });
  const gone = { state: 'withdrawn', queue: 'none', waitingSince: at(3) } as const;
  const items = [cvRow, { ...permitRow, asked: true }];
  becomes([...employee, withdrawn], { ...gone, workerStatus: 'employee', items });
  becomes([...employee, withdrawn, started], { startedAt: at(4), waitingSince: at(4) });
});

describe('R-037: the deletion that a candidate was warned of', () => {
  const deleteAt = '2026-04-01T22:00:00.000Z';
  const warned = (applicationId?: string) =>
    inVault(
      candidateEvents.DeletionWarned({
        candidateId: adaId,
        ...(applicationId !== undefined && { applicationId }),
        ...{ deleteAt, deleteAfterDays: 30, remindBeforeDays: 7, settingsRevision: 3 },
      }),
    );
  const cancelled = inVault(
    candidateEvents.DeletionCancelled({
      candidateId: adaId,
      applicationId: dossierId,
      cause: 'activity',
    }),
  );
  const begun = inDossier(started);

  test('is shown on the dossier that it is about, and moves no revision', () => {
    given(dossier, begun, warned(dossierId)).then(dossierId, { ...fresh, deleteAt });
    given(dossier, begun, warned()).then(dossierId, fresh);
  });

  test('is shown no more once it is cancelled, or the dossier is sent or gone', () => {
    const submitted = events.ApplicationSubmitted({ from: 'draft', legalBasis: 'consent' });
    given(dossier, begun, warned(dossierId), cancelled).then(dossierId, fresh);
    given(dossier, begun, warned(dossierId), inDossier(submitted)).then(dossierId, {
      ...fresh,
      ...{ state: 'submitted', revision: 1, submittedAt: at(2), changedAt: at(2) },
      ...{ queue: 'toReview', waitingSince: at(2) },
    });
    given(dossier, begun, warned(dossierId), inDossier(history.forgotten)).then(dossierId, {
      ...fresh,
      ...{ state: 'forgotten', revision: 1, changedAt: at(2), queue: 'none', waitingSince: at(2) },
    });
  });
});

test.each([
  ['erase-now', { kind: 'erase-now' }, at(2), false],
  ['restrict', { kind: 'restrict', period: 'P3M' }, '2026-06-02T22:00:00.000Z', true],
  ['archive', { kind: 'archive' }, undefined, true],
] as const)(
  'X-23: a final rejection under %s says when it erases and who may look',
  (_, afterwards, eraseAt, restricted) => {
    const reason = 'Another person was chosen.';
    const rejected = events.ApplicationRejectedFinally({
      ...{ from: 'submitted', reason, afterwards },
      ...(eraseAt && { eraseAt }),
    });
    const back = events.ApplicationReturned({ from: 'rejectedFinally', reason });
    becomes([rejected], {
      ...{ state: 'rejectedFinally', reason, eraseAt: eraseAt ?? null, restricted },
      ...{ queue: 'none', waitingSince: at(1) },
    });
    becomes([rejected, back], { state: 'returned', reason, waitingSince: at(2) });
  },
);
