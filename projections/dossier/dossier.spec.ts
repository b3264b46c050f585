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
  documentId: null,
  version: null,
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
  reason: null,
};
const withCv = {
  ...fresh,
  items: [{ ...cvItem, documentId: cv.documentId, version: 1 }, letterItem],
};
const submitted = {
  ...withCv,
  state: 'submitted' as const,
  revision: 2,
  submittedAt: at(2),
  changedAt: at(2),
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
    items: [{ ...cvItem, documentId: cv.documentId, version: 2 }, letterItem],
    revision: 3,
    changedAt: at(3),
  });
});

test.each([
  events.DocumentAccepted({ ...cvPlaced, from: 'submitted' }),
  events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason }),
  events.DocumentCommented({ ...cvPlaced, comment: reason }),
])('Every event of the review moves the revision that a reader has seen: $type', (event) => {
  given(dossier, begun, selected, sent, inDossier(event)).then(dossierId, {
    ...submitted,
    revision: 3,
    changedAt: at(3),
  });
});

test.each([
  [
    'accepted',
    events.ApplicationAccepted({ from: 'submitted', overridden: ['cv'], overrideReason: reason }),
  ],
  ['returned', events.ApplicationReturned({ from: 'submitted', reason })],
  ['rejectedFinally', events.ApplicationRejectedFinally({ from: 'submitted', reason })],
] as const)('R-027: a dossier that was %s says so, and why', (state, event) => {
  given(dossier, begun, selected, sent, inDossier(event))
    .then(dossierId, { ...submitted, state, revision: 3, changedAt: at(3), reason })
    .redelivered()
    .thenUnchanged();
});

test('R-027: a dossier that was accepted without an override needs no reason', () => {
  const accepted = events.ApplicationAccepted({ from: 'submitted', overridden: [] });
  given(dossier, begun, selected, sent, inDossier(accepted)).then(dossierId, {
    ...submitted,
    state: 'accepted',
    revision: 3,
    changedAt: at(3),
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
  });
});

const returnedDossier = [
  begun,
  selected,
  sent,
  inDossier(events.ApplicationReturned({ from: 'submitted', reason })),
];

test('GDPR 17: a forgotten dossier keeps its facts and loses its words', () => {
  given(dossier, ...returnedDossier, inDossier(history.forgotten))
    .then(dossierId, { ...submitted, state: 'forgotten', revision: 4, changedAt: at(4) })
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
    .then(dossierId, { ...submitted, state: 'erased', revision: 3, changedAt: at(5) })
    .then(history.otherDossierId, {
      ...fresh,
      _id: history.otherDossierId,
      campaign: 'winter',
      state: 'erased',
      startedAt: at(4),
      changedAt: at(5),
    })
    .redelivered()
    .thenUnchanged();
});
