import { deciderWords, operator, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { cv, portfolio } from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents } from './application.events.ts';
import {
  cvAccepted,
  cvPlaced,
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  forgotten,
  newerCvPlaced,
  submittedDossier,
  wholeAccepted,
  wholeRejected,
  wholeReturned,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const by = operator('otto');
const about = { applicationId: dossierId, documentId: cv.documentId, version: 1 };
const reason = 'The scan cannot be read.';

test('R-025: an operator accepts a document of the version in the dossier', () =>
  given(submittedDossier())
    .when('AcceptDocument', about, { by })
    .then(events.DocumentAccepted({ ...cvPlaced, from: 'submitted' })));

test('R-025: an operator refuses a document, with a reason', () =>
  given(submittedDossier())
    .when('RefuseDocument', { ...about, reason }, { by })
    .then(events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason })));

test('A refusal without a reason is not accepted', () =>
  given(submittedDossier())
    .when('RefuseDocument', { ...about, reason: ' ' }, { by })
    .thenRejected('InvalidInput', { fields: { reason: 'is missing or not acceptable' } }));

test('A.4: a verdict is changed in both directions', async () => {
  await given(submittedDossier(cvAccepted))
    .when('RefuseDocument', { ...about, reason }, { by })
    .then(events.DocumentRefused({ ...cvPlaced, from: 'valid', reason }));
  await given(submittedDossier(cvRefused))
    .when('AcceptDocument', about, { by })
    .then(events.DocumentAccepted({ ...cvPlaced, from: 'refused' }));
});

test('The verdict that stands is not given twice', async () => {
  await given(submittedDossier(cvAccepted))
    .when('AcceptDocument', about, { by })
    .thenRejected('VerdictUnchanged');
  await given(submittedDossier(cvRefused))
    .when('RefuseDocument', { ...about, reason }, { by })
    .thenRejected('VerdictUnchanged');
});

test('A.4: documents are reviewed from the first one on, in any state but the final no', async () => {
  const accepted = events.DocumentAccepted({ ...cvPlaced, from: 'submitted' });
  await given(dossier(cvSelected)).when('AcceptDocument', about, { by }).then(accepted);
  await given(submittedDossier(wholeAccepted)).when('AcceptDocument', about, { by }).then(accepted);
  await given(submittedDossier(wholeReturned)).when('AcceptDocument', about, { by }).then(accepted);
  await given(submittedDossier(wholeRejected))
    .when('AcceptDocument', about, { by })
    .thenRejected('ApplicationNotReviewable', { state: 'rejectedFinally' });
});

test('R-026: a verdict names the version that is in the dossier, or is refused', () => {
  const repinned = events.DocumentRepinned({
    ...newerCvPlaced,
    previousVersion: 1,
    from: 'submitted',
  });
  return given(submittedDossier(repinned))
    .when('AcceptDocument', about, { by })
    .thenRejected('VersionNotInApplication', { version: 2 });
});

test('A.4: after a replacement the review begins again, on the new version', () => {
  const repinned = events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'valid' });
  const reset = events.DocumentVerdictReset({ ...newerCvPlaced, from: 'valid' });
  return given(submittedDossier(cvAccepted, repinned, reset))
    .when('AcceptDocument', { ...about, version: 2 }, { by })
    .then(events.DocumentAccepted({ ...newerCvPlaced, from: 'submitted' }));
});

test('A document that the dossier does not hold is not reviewed', () =>
  given(submittedDossier())
    .when('AcceptDocument', { ...about, documentId: portfolio.documentId }, { by })
    .thenRejected('DocumentNotInApplication'));

test('R-026: a comment changes no verdict and may be repeated in other words', () =>
  given(submittedDossier(cvAccepted))
    .when('CommentOnDocument', { ...about, comment: 'Second page is upside down.' }, { by })
    .then(events.DocumentCommented({ ...cvPlaced, comment: 'Second page is upside down.' })));

test('A comment is about a document of the dossier', () =>
  given(submittedDossier())
    .when('CommentOnDocument', { ...about, version: 7, comment: 'What?' }, { by })
    .thenRejected('VersionNotInApplication', { version: 1 }));

test('GDPR 17: nothing of a forgotten dossier is reviewed', async () => {
  await given(submittedDossier(forgotten))
    .when('AcceptDocument', about, { by })
    .thenRejected('ApplicationForgotten');
  await given(submittedDossier(forgotten))
    .when('CommentOnDocument', { ...about, comment: 'Gone.' }, { by })
    .thenRejected('ApplicationForgotten');
});

test('An application that is not there answers as such', () =>
  given().when('AcceptDocument', about, { by, seen: 0 }).thenRejected('ApplicationUnknown'));
