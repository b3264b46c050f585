import { applicationEvents } from '@vivier/domain/events';
import { givenProjection as given, inStream, operator, told } from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { reviewSynthesis } from './review-synthesis.ts';

const { adaId, cvPlaced, dossierId, newerCvPlaced } = history;
const inDossier = inStream(history.dossierStream);
const events = told(applicationEvents);
const otto = operator('otto');
const by = { kind: otto.kind, id: otto.id, role: otto.role };
const at = '2026-04-01T08:00:00.000Z';
const then = { by: otto, at };
const reason = 'Illegible.';
const begun = inDossier(history.started);
const selected = inDossier(history.cvSelected);

const [cvEntry, letterEntry] = history.checklist.map(({ key, ...item }) => ({
  item: key,
  ...item,
  state: 'missing' as const,
  documentId: null,
  version: null,
  contentHash: null,
  verdict: null,
  comments: [],
}));
if (!cvEntry || !letterEntry) throw new Error('The checklist of these tests has two items.');

const fresh = {
  _id: dossierId,
  candidateId: adaId,
  state: 'draft' as const,
  revision: 0,
  entries: [cvEntry, letterEntry],
  decision: null,
};
const cvInReview = { ...cvEntry, ...cvPlaced, state: 'submitted' as const };
const refused = inDossier(events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason }), then);

test('R-028: there is one entry for each place of the checklist', () => {
  given(reviewSynthesis, begun).then(dossierId, fresh).redelivered().thenUnchanged();
});

test('A.4: a selected document is to be reviewed', () => {
  given(reviewSynthesis, begun, selected).then(dossierId, {
    ...fresh,
    revision: 1,
    entries: [cvInReview, letterEntry],
  });
});

test('A.4: a verdict shows who, when and why, in both directions', () => {
  const accepted = events.DocumentAccepted({ ...cvPlaced, from: 'refused' });
  given(reviewSynthesis, begun, selected, refused)
    .then(dossierId, {
      ...fresh,
      revision: 2,
      entries: [{ ...cvInReview, state: 'refused', verdict: { by, at, reason } }, letterEntry],
    })
    .redelivered()
    .thenUnchanged();
  given(reviewSynthesis, begun, selected, refused, inDossier(accepted, then)).then(dossierId, {
    ...fresh,
    revision: 3,
    entries: [{ ...cvInReview, state: 'valid', verdict: { by, at, reason: null } }, letterEntry],
  });
});

test('R-026: a new version has no verdict yet and keeps the remarks on the old one', () => {
  const comment = 'Is it dated?';
  const repinned = events.DocumentRepinned({
    ...newerCvPlaced,
    previousVersion: 1,
    from: 'refused',
  });
  const reset = events.DocumentVerdictReset({ ...newerCvPlaced, from: 'refused' });
  given(
    reviewSynthesis,
    begun,
    selected,
    inDossier(events.DocumentCommented({ ...cvPlaced, comment }), then),
    refused,
    inDossier(repinned),
    inDossier(reset),
  )
    .then(dossierId, {
      ...fresh,
      revision: 5,
      entries: [
        { ...cvInReview, ...newerCvPlaced, comments: [{ by, at, version: 1, comment }] },
        letterEntry,
      ],
    })
    .redelivered()
    .thenUnchanged();
});

test.each([
  ['accepted', events.ApplicationAccepted({ from: 'submitted', overridden: [] }), null],
  [
    'accepted',
    events.ApplicationAccepted({ from: 'submitted', overridden: ['cv'], overrideReason: reason }),
    reason,
  ],
  ['returned', events.ApplicationReturned({ from: 'submitted', reason }), reason],
  ['rejectedFinally', events.ApplicationRejectedFinally({ from: 'submitted', reason }), reason],
] as const)('R-027: the whole is %s, with who, when and why', (state, event, why) => {
  given(reviewSynthesis, begun, inDossier(history.submitted), inDossier(event, then))
    .then(dossierId, { ...fresh, state, revision: 2, decision: { by, at, reason: why } })
    .redelivered()
    .thenUnchanged();
});

test('R-031: sent again, the dossier waits for a new decision', () => {
  const again = applicationEvents.ApplicationSubmitted({ from: 'returned', legalBasis: 'consent' });
  const returned = events.ApplicationReturned({ from: 'submitted', reason });
  given(
    reviewSynthesis,
    begun,
    inDossier(history.submitted),
    inDossier(returned, then),
    inDossier(again),
  ).then(dossierId, { ...fresh, state: 'submitted', revision: 3 });
});

test.each([
  ['forgotten', inDossier(history.forgotten), 3],
  ['erased', inStream(history.adasVault)(history.erasedAda), 2],
] as const)('X-24: once %s, verdicts stay and their words go', (state, event, revision) => {
  given(reviewSynthesis, begun, selected, refused, event)
    .then(dossierId, {
      ...fresh,
      state,
      revision,
      entries: [
        { ...cvInReview, state: 'refused', verdict: { by, at, reason: null } },
        letterEntry,
      ],
    })
    .redelivered()
    .thenUnchanged();
});
