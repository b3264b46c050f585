import { candidateSelf, deciderWords, operator, sagaNamed, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import {
  adaId,
  adasVault,
  cv,
  cvReplaced,
  letter,
  portfolio,
} from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents } from './application.events.ts';
import {
  cvAccepted,
  cvPlaced,
  cvSelected,
  dossier,
  dossierId,
  letterPlaced,
  submittedDossier,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const otto = operator('otto');
const vera = operator('vera');
const aboutCv = { applicationId: dossierId, documentId: cv.documentId, version: 1 };
const aboutLetter = { applicationId: dossierId, documentId: letter.documentId, version: 1 };
const reason = 'Illegible.';
const whole = { applicationId: dossierId, overrideReason: 'Seen on paper.' };
/** The dossier's revision before anybody decides: started, two documents, submitted. */
const seen = 3;

test('A verdict on a document that somebody judged meanwhile is refused, with who, what and when', () =>
  given(submittedDossier())
    .when('RefuseDocument', { ...aboutCv, reason }, { by: vera, at: '2026-04-01T08:00:00.000Z' })
    .when('AcceptDocument', aboutCv, { by: otto, at: '2026-04-01T08:05:00.000Z', seen })
    .thenRejected('ChangedSinceSeen', {
      revision: 4,
      changes: [
        {
          event: 'DocumentRefused',
          at: '2026-04-01T08:00:00.000Z',
          by: { kind: 'account', id: 'account-vera', role: 'operator' },
          revision: 4,
        },
      ],
    }));

test('Hours later it is refused just the same', () =>
  given(submittedDossier())
    .when('AcceptDocument', aboutCv, { by: vera, at: '2026-04-01T08:00:00.000Z' })
    .when(
      'RefuseDocument',
      { ...aboutCv, reason },
      { by: otto, at: '2026-04-01T17:00:00.000Z', seen },
    )
    .thenRejected('ChangedSinceSeen'));

test('Who has seen the change decides', () =>
  given(submittedDossier(cvAccepted))
    .when('RefuseDocument', { ...aboutCv, reason }, { by: otto, seen: seen + 1 })
    .then(events.DocumentRefused({ ...cvPlaced, from: 'valid', reason })));

test('A verdict on one document does not stand in the way of one on another', () =>
  given(submittedDossier())
    .when('AcceptDocument', aboutCv, { by: vera })
    .when('AcceptDocument', aboutLetter, { by: otto, seen })
    .then(events.DocumentAccepted({ ...letterPlaced, from: 'submitted' })));

test('A comment on the same document stands in nobody’s way', async () => {
  await given(submittedDossier())
    .when('CommentOnDocument', { ...aboutCv, comment: 'Dated?' }, { by: vera })
    .when('AcceptDocument', aboutCv, { by: otto, seen })
    .then(events.DocumentAccepted({ ...cvPlaced, from: 'submitted' }));
  await given(submittedDossier())
    .when('CommentOnDocument', { ...aboutCv, comment: 'Dated?' }, { by: vera })
    .when('AcceptApplication', whole, { by: otto, seen })
    .then(
      events.ApplicationAccepted({
        from: 'submitted',
        overridden: ['cv', 'cover-letter'],
        overrideReason: whole.overrideReason,
      }),
    );
});

test('A comment needs no revision that was seen', () =>
  given(submittedDossier())
    .when('CommentOnDocument', { ...aboutCv, comment: 'Dated?' }, { by: vera, seen: undefined })
    .then(events.DocumentCommented({ ...cvPlaced, comment: 'Dated?' })));

test('R-026: a verdict on a document that its owner replaced meanwhile is refused', () =>
  given(adasVault(cvReplaced), submittedDossier())
    .when(
      'RepinDocument',
      { applicationId: dossierId, documentId: cv.documentId },
      { by: sagaNamed('changedDocument'), at: '2026-04-01T08:00:00.000Z' },
    )
    .when('AcceptDocument', aboutCv, { by: otto, seen })
    .thenRejected('ChangedSinceSeen', {
      revision: 4,
      changes: [
        {
          event: 'DocumentRepinned',
          at: '2026-04-01T08:00:00.000Z',
          by: { kind: 'saga', id: 'changedDocument', role: 'system' },
          revision: 4,
        },
      ],
    }));

test('R-027: a decision on the whole is about every document in it', () =>
  given(submittedDossier())
    .when('AcceptDocument', aboutCv, { by: vera })
    .when('ReturnApplication', { applicationId: dossierId, reason }, { by: otto, seen })
    .thenRejected('ChangedSinceSeen'));

test('A decision on the whole and a verdict do not cross unnoticed when the candidate adds one', () =>
  given(adasVault(), dossier(cvSelected))
    .when(
      'SelectDocument',
      { applicationId: dossierId, item: 'portfolio', documentId: portfolio.documentId },
      { by: candidateSelf(adaId) },
    )
    .when('RejectApplicationFinally', { applicationId: dossierId, reason }, { by: otto, seen: 1 })
    .thenRejected('ChangedSinceSeen'));

test('A decision without the revision that was seen, or with one to come, is not accepted', async () => {
  const fields = { seenRevision: 'must be a revision of this application that you have read' };
  await given(submittedDossier())
    .when('AcceptDocument', aboutCv, { by: otto, seen: undefined })
    .thenRejected('InvalidInput', { fields });
  await given(submittedDossier())
    .when('AcceptDocument', aboutCv, { by: otto, seen: seen + 1 })
    .thenRejected('InvalidInput', { fields });
});

test('A repeated verdict answers as the first time, whatever happened since', () =>
  given(submittedDossier())
    .when('AcceptDocument', aboutCv, { by: otto, seen, commandId: 'first' })
    .when('RefuseDocument', { ...aboutCv, reason }, { by: vera })
    .when('AcceptDocument', aboutCv, { by: otto, seen, commandId: 'first' })
    .then(events.DocumentAccepted({ ...cvPlaced, from: 'submitted' })));
