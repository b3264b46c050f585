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
  asked: true,
  state: 'missing' as const,
  documentId: null,
  version: null,
  contentHash: null,
  validUntil: null,
  verdict: null,
  comments: [],
}));
if (!cvEntry || !letterEntry) throw new Error('The checklist of these tests has two items.');

const fresh = {
  _id: dossierId,
  candidateId: adaId,
  state: 'draft' as const,
  restricted: false,
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

test('R-028: several documents of one place have an entry each, and leave it one by one', () => {
  const checklist = history.checklist.map((item) => ({ ...item, maximum: 2 }));
  const several = applicationEvents.ApplicationStarted({ ...history.begun, checklist });
  const letter = { ...cvPlaced, documentId: history.letterId };
  const letterSelected = applicationEvents.DocumentSelected({ ...letter, from: 'missing' });
  const out = applicationEvents.DocumentDeselected({ ...cvPlaced, from: 'refused' });
  const last = applicationEvents.DocumentDeselected({ ...letter, from: 'submitted' });
  const two = { ...cvEntry, maximum: 2 };
  const first = {
    ...cvInReview,
    maximum: 2,
    state: 'refused' as const,
    verdict: { by, at, reason },
  };
  const second = { ...cvInReview, ...letter, maximum: 2 };
  const other = { ...letterEntry, maximum: 2 };
  const begins = [inDossier(several), selected, inDossier(letterSelected), refused];
  given(reviewSynthesis, ...begins).then(dossierId, {
    ...fresh,
    revision: 3,
    entries: [first, second, other],
  });
  given(reviewSynthesis, ...begins, inDossier(out))
    .then(dossierId, { ...fresh, revision: 4, entries: [second, other] })
    .redelivered()
    .thenUnchanged();
  given(reviewSynthesis, ...begins, inDossier(out), inDossier(last)).then(dossierId, {
    ...fresh,
    revision: 5,
    entries: [two, other],
  });
});

test('R-026: another document in a place takes neither verdict nor remarks with it', () => {
  const letter = { ...cvPlaced, documentId: history.letterId };
  const comment = inDossier(events.DocumentCommented({ ...cvPlaced, comment: 'Dated?' }), then);
  const instead = inDossier(applicationEvents.DocumentSelected({ ...letter, from: 'refused' }));
  given(reviewSynthesis, begun, selected, comment, refused, instead).then(dossierId, {
    ...fresh,
    revision: 4,
    entries: [{ ...cvInReview, ...letter }, letterEntry],
  });
});

test('R-021: a place that is asked of another status is not asked, and its document not applicable', () => {
  const [item, ...others] = history.checklist;
  if (!item) throw new Error('The checklist of these tests has two items.');
  const statuses = ['employee'];
  const byStatus = applicationEvents.ApplicationStarted({
    ...history.begun,
    checklist: [{ ...item, statuses }, ...others],
  });
  const declared = (status: string, items: string[]) => [
    inDossier(applicationEvents.StatusDeclared({ status })),
    inDossier(applicationEvents.ChecklistRecomputed({ status, items })),
  ];
  const ofEmployee = [inDossier(byStatus), ...declared('employee', ['cv', 'letter']), selected];
  const entry = { ...cvEntry, statuses };
  given(reviewSynthesis, inDossier(byStatus)).then(dossierId, {
    ...fresh,
    entries: [{ ...entry, asked: false }, letterEntry],
  });
  given(reviewSynthesis, ...ofEmployee).then(dossierId, {
    ...fresh,
    revision: 3,
    entries: [{ ...entry, ...cvInReview, statuses }, letterEntry],
  });
  const not = applicationEvents.DocumentMarkedNotApplicable({ ...cvPlaced, from: 'submitted' });
  const repinned = applicationEvents.DocumentRepinned({
    ...newerCvPlaced,
    previousVersion: 1,
    from: 'notApplicable',
  });
  const moved = [...ofEmployee, ...declared('self-employed', ['letter']), inDossier(not)];
  const left = { ...entry, ...cvInReview, statuses, asked: false, state: 'notApplicable' as const };
  given(reviewSynthesis, ...moved)
    .then(dossierId, { ...fresh, revision: 6, entries: [left, letterEntry] })
    .redelivered()
    .thenUnchanged();
  given(reviewSynthesis, ...moved, inDossier(repinned)).then(dossierId, {
    ...fresh,
    revision: 7,
    entries: [{ ...left, ...newerCvPlaced }, letterEntry],
  });
});

test('A.4: a verdict shows until when it holds, and that it has expired', () => {
  const validUntil = '2026-06-30T22:00:00.000Z';
  const accepted = events.DocumentAccepted({ ...cvPlaced, from: 'submitted', validUntil });
  const expired = events.DocumentExpired({ ...cvPlaced, from: 'valid', validUntil });
  const valid = { ...cvInReview, validUntil, verdict: { by, at, reason: null } };
  given(reviewSynthesis, begun, selected, inDossier(accepted, then)).then(dossierId, {
    ...fresh,
    revision: 2,
    entries: [{ ...valid, state: 'valid' }, letterEntry],
  });
  given(reviewSynthesis, begun, selected, inDossier(accepted, then), inDossier(expired))
    .then(dossierId, {
      ...fresh,
      revision: 3,
      entries: [{ ...valid, state: 'expired' }, letterEntry],
    })
    .redelivered()
    .thenUnchanged();
});

test('A decision on the whole has to have seen all that changes in it: the revision moves', () => {
  const message = { messageId: history.messageId, side: 'candidate' } as const;
  const beside = [
    events.RequirementDeclared({ requirement: 'french', outcome: 'met' }),
    events.RequirementConfirmed({ requirement: 'french', confirmed: true }),
    events.ReviewerAssigned({ reviewerId: 'vera' }),
    events.ReviewerUnassigned({ from: 'vera' }),
    events.MessageSent({ ...message, text: 'Hello?' }),
    events.MessagesRead({ side: 'organisation', upTo: history.messageId }),
  ];
  given(reviewSynthesis, begun, ...beside.map((event) => inDossier(event))).then(dossierId, {
    ...fresh,
    revision: beside.length,
  });
});

test.each([
  ['withdrawn', applicationEvents.ApplicationWithdrawn({ from: 'submitted' }), null],
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

test.each([
  ['erase-now', { kind: 'erase-now' }, false],
  ['restrict', { kind: 'restrict', period: 'P3M' }, true],
  ['archive', { kind: 'archive' }, true],
] as const)(
  'X-23: after a final rejection under %s it is for compliance alone, or not',
  (_, afterwards, restricted) => {
    const rejected = events.ApplicationRejectedFinally({ from: 'submitted', reason, afterwards });
    const returned = events.ApplicationReturned({ from: 'rejectedFinally', reason });
    const past = [begun, inDossier(history.submitted), inDossier(rejected, then)];
    const decision = { by, at, reason };
    given(reviewSynthesis, ...past).then(dossierId, {
      ...fresh,
      ...{ state: 'rejectedFinally', revision: 2, decision, restricted },
    });
    given(reviewSynthesis, ...past, inDossier(returned, then)).then(dossierId, {
      ...fresh,
      ...{ state: 'returned', revision: 3, decision },
    });
  },
);

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
