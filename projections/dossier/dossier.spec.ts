import { applicationEvents } from '@vivier/domain/events';
import { givenProjection as given, inStream, told } from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { dossier } from './dossier.ts';

const { adaId, cv, cvPlaced, dossierId, newerCvPlaced } = history;
const inVault = inStream(history.adasVault);
const inDossier = inStream(history.dossierStream);
const events = told(applicationEvents);
const at = (minute: number): string => `2026-03-02T09:0${minute}:00.000Z`;
const begun = inDossier(history.started);
const selected = inDossier(history.cvSelected);
const sent = inDossier(history.submitted);
const reason = 'A date is missing.';

const [cvItem, letterItem] = history.checklist.map((item) => ({
  ...item,
  asked: true,
  state: 'missing' as const,
  documentId: null,
  version: null,
  validUntil: null,
  overridden: false,
}));
if (!cvItem || !letterItem) throw new Error('The checklist of these tests has two items.');

const fresh = {
  _id: dossierId,
  candidateId: adaId,
  campaign: 'summer',
  state: 'draft' as const,
  revision: 0,
  startedAt: at(0),
  submittedAt: null,
  changedAt: at(0),
  checklistVersion: 1,
  items: [cvItem, letterItem],
  information: [],
  acceptedStatuses: null,
  workerStatus: null,
  requirements: [],
  queue: 'waitingForCandidate' as const,
  waitingSince: at(0),
  reviewerId: '',
  unread: { candidate: 0, organisation: 0 },
  reason: null,
  deleteAt: null,
  eraseAt: null,
  restricted: false,
};
const cvInReview = {
  ...cvItem,
  state: 'submitted' as const,
  documentId: cv.documentId,
  version: 1,
};
const withCv = { ...fresh, items: [cvInReview, letterItem] };
const submitted = {
  ...withCv,
  state: 'submitted' as const,
  revision: 2,
  submittedAt: at(2),
  changedAt: at(2),
  queue: 'toReview' as const,
  waitingSince: at(2),
};

test('R-018: a started dossier lists the places of its own checklist', () => {
  given(dossier, begun).then(dossierId, fresh).redelivered().thenUnchanged();
});

test('R-025: a place shows the document and version that lie in it', () => {
  given(dossier, begun, selected)
    .then(dossierId, { ...withCv, revision: 1, changedAt: at(1) })
    .redelivered()
    .thenUnchanged();
});

test('R-026: after a replacement the place shows the new version', () => {
  const repinned = events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'valid' });
  const reset = events.DocumentVerdictReset({ ...newerCvPlaced, from: 'valid' });
  given(dossier, begun, selected, inDossier(repinned), inDossier(reset)).then(dossierId, {
    ...withCv,
    items: [{ ...cvInReview, version: 2 }, letterItem],
    revision: 3,
    changedAt: at(3),
  });
});

test.each([
  ['valid', events.DocumentAccepted({ ...cvPlaced, from: 'submitted' })],
  ['refused', events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason })],
  ['submitted', events.DocumentCommented({ ...cvPlaced, comment: reason })],
  ['notApplicable', events.DocumentMarkedNotApplicable({ ...cvPlaced, from: 'submitted' })],
  ['expired', events.DocumentExpired({ ...cvPlaced, from: 'valid', validUntil: at(3) })],
] as const)('R-025: a place shows where its review stands: %s', (state, event) => {
  given(dossier, begun, selected, sent, inDossier(event))
    .then(dossierId, {
      ...submitted,
      items: [{ ...cvInReview, state }, letterItem],
      revision: 3,
      changedAt: at(3),
    })
    .redelivered()
    .thenUnchanged();
});

test.each([
  [
    'accepted',
    events.ApplicationAccepted({ from: 'submitted', overridden: ['cv'], overrideReason: reason }),
  ],
  ['returned', events.ApplicationReturned({ from: 'submitted', reason })],
  ['rejectedFinally', events.ApplicationRejectedFinally({ from: 'submitted', reason })],
] as const)('R-027: a dossier that was %s says so, and why', (state, event) => {
  const queue = state === 'returned' ? 'waitingForCandidate' : 'none';
  const overridden = state === 'accepted';
  given(dossier, begun, selected, sent, inDossier(event))
    .then(dossierId, {
      ...submitted,
      items: [{ ...cvInReview, overridden }, letterItem],
      ...{ state, revision: 3, changedAt: at(3), reason },
      ...{ queue, waitingSince: at(3) },
    })
    .redelivered()
    .thenUnchanged();
});

test('R-027: a dossier that was accepted without an override needs no reason', () => {
  const verdict = events.DocumentAccepted({ ...cvPlaced, from: 'submitted' });
  const accepted = events.ApplicationAccepted({ from: 'submitted', overridden: [] });
  given(dossier, begun, selected, sent, inDossier(verdict), inDossier(accepted)).then(dossierId, {
    ...submitted,
    items: [{ ...cvInReview, state: 'valid' }, letterItem],
    ...{ state: 'accepted', revision: 4, changedAt: at(4) },
    ...{ queue: 'none', waitingSince: at(4) },
  });
});

test('A.4: an expired verdict on what was accepted is a task, and its replacement is to be reviewed', () => {
  const verdict = events.DocumentAccepted({ ...cvPlaced, from: 'submitted', validUntil: at(5) });
  const accepted = events.ApplicationAccepted({ from: 'submitted', overridden: [] });
  const expired = events.DocumentExpired({ ...cvPlaced, from: 'valid', validUntil: at(5) });
  const repinned = events.DocumentRepinned({
    ...newerCvPlaced,
    previousVersion: 1,
    from: 'expired',
  });
  const past = [begun, selected, sent, inDossier(verdict), inDossier(accepted)];
  given(dossier, ...past, inDossier(expired)).then(dossierId, {
    ...submitted,
    items: [{ ...cvInReview, state: 'expired' }, letterItem],
    ...{ state: 'accepted', revision: 5, changedAt: at(5) },
    ...{ queue: 'expired', waitingSince: at(5) },
  });
  given(dossier, ...past, inDossier(expired), inDossier(repinned)).then(dossierId, {
    ...submitted,
    items: [{ ...cvInReview, version: 2 }, letterItem],
    ...{ state: 'accepted', revision: 6, changedAt: at(6) },
    ...{ queue: 'toReview', waitingSince: at(6) },
  });
});

test('R-031: sent again, the reason of the return is settled', () => {
  const again = applicationEvents.ApplicationSubmitted({ from: 'returned', legalBasis: 'consent' });
  const returned = events.ApplicationReturned({ from: 'submitted', reason });
  given(dossier, begun, selected, sent, inDossier(returned), inDossier(again)).then(dossierId, {
    ...submitted,
    revision: 4,
    submittedAt: at(4),
    changedAt: at(4),
    waitingSince: at(4),
  });
});

/** Nobody has to do anything about it since then. */
const gone = (minute: number) => ({
  queue: 'none' as const,
  changedAt: at(minute),
  waitingSince: at(minute),
});

const returnedDossier = [
  begun,
  selected,
  sent,
  inDossier(events.ApplicationReturned({ from: 'submitted', reason })),
];

test('GDPR 17: a forgotten dossier keeps its facts and loses its words', () => {
  given(dossier, ...returnedDossier, inDossier(history.forgotten))
    .then(dossierId, { ...submitted, ...gone(4), state: 'forgotten', revision: 4 })
    .redelivered()
    .thenUnchanged();
});

test('GDPR 17: with the person every dossier of theirs is erased', () => {
  given(
    dossier,
    ...returnedDossier,
    inStream(history.otherDossierStream)(history.otherStarted),
    inVault(history.erasedAda),
  )
    .then(dossierId, {
      ...submitted,
      ...gone(5),
      ...{ state: 'erased', revision: 3, waitingSince: at(3) },
    })
    .then(history.otherDossierId, {
      ...fresh,
      _id: history.otherDossierId,
      campaign: 'winter',
      state: 'erased',
      startedAt: at(4),
      ...{ ...gone(5), waitingSince: at(4) },
    })
    .redelivered()
    .thenUnchanged();
});
