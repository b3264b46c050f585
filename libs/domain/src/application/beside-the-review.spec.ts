import { candidateSelf, deciderWords, derive, operator, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaId, bobId, bobsVault } from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents, type MessageId } from './application.events.ts';
import {
  cvSelected,
  dossier,
  dossierId,
  submittedDossier,
  wholeAccepted,
  wholeRejected,
  wholeReturned,
  wholeWithdrawn,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const ada = candidateSelf(adaId);
const otto = operator('otto');
const vera = operator('vera');
const applicationId = dossierId;
const text = 'When can I begin?';
const [first, next] = [derive('first message'), derive('next message')] as MessageId[];
if (!first || !next) throw new Error('These tests name two messages.');
const said = (side: 'candidate' | 'organisation', messageId = first) =>
  events.MessageSent({ messageId, side, text });

describe('R-024: the thread on a dossier', () => {
  test('tells on which side its writer is', async () => {
    await given(dossier())
      .when('SendMessage', { applicationId, text }, { by: ada })
      .thenMade(({ newId }) => [said('candidate', newId as MessageId)]);
    await given(dossier())
      .when('SendMessage', { applicationId, text }, { by: otto })
      .thenMade(({ newId }) => [said('organisation', newId as MessageId)]);
  });

  test('has words in every message', () =>
    given(dossier())
      .when('SendMessage', { applicationId, text: ' \n ' }, { by: ada })
      .thenRejected('InvalidInput', { fields: { text: 'is missing or not acceptable' } }));

  test('is read up to the other side’s newest message', async () => {
    await given(dossier(said('organisation'), said('organisation', next)))
      .when('MarkMessagesRead', { applicationId }, { by: ada })
      .then(events.MessagesRead({ side: 'candidate', upTo: next }));
    await given(dossier(said('candidate'), said('organisation', next)))
      .when('MarkMessagesRead', { applicationId }, { by: otto })
      .then(events.MessagesRead({ side: 'organisation', upTo: first }));
  });

  test('is read once, for all of the organisation, and again after the next message', async () => {
    const read = events.MessagesRead({ side: 'organisation', upTo: first });
    await given(dossier(said('candidate'), read))
      .when('MarkMessagesRead', { applicationId }, { by: vera })
      .then();
    await given(dossier(said('candidate'), read, said('candidate', next)))
      .when('MarkMessagesRead', { applicationId }, { by: vera })
      .then(events.MessagesRead({ side: 'organisation', upTo: next }));
  });

  test('has nothing to read where only one’s own side wrote', async () => {
    await given(dossier()).when('MarkMessagesRead', { applicationId }, { by: ada }).then();
    await given(dossier(said('candidate')))
      .when('MarkMessagesRead', { applicationId }, { by: ada })
      .then();
  });

  test('is not somebody else’s', () =>
    given(bobsVault(), dossier(said('organisation')))
      .when('SendMessage', { applicationId, text }, { by: candidateSelf(bobId) })
      .thenRejected('ApplicationUnknown'));
});

describe('Who looks after a dossier', () => {
  test('is assigned, and assigned anew', async () => {
    await given(submittedDossier())
      .when('AssignReviewer', { applicationId, reviewerId: vera.id }, { by: otto })
      .then(events.ReviewerAssigned({ reviewerId: vera.id }));
    await given(submittedDossier(events.ReviewerAssigned({ reviewerId: vera.id })))
      .when('AssignReviewer', { applicationId, reviewerId: otto.id }, { by: otto })
      .then(events.ReviewerAssigned({ reviewerId: otto.id, from: vera.id }));
  });

  test('is assigned once', () =>
    given(submittedDossier(events.ReviewerAssigned({ reviewerId: vera.id })))
      .when('AssignReviewer', { applicationId, reviewerId: vera.id }, { by: otto })
      .then());

  test('may be nobody again', async () => {
    await given(submittedDossier(events.ReviewerAssigned({ reviewerId: vera.id })))
      .when('UnassignReviewer', { applicationId }, { by: otto })
      .then(events.ReviewerUnassigned({ from: vera.id }));
    await given(submittedDossier())
      .when('UnassignReviewer', { applicationId }, { by: otto })
      .then();
  });
});

test('Messages and assignments stand in the way of no decision', () =>
  given(submittedDossier())
    .when('SendMessage', { applicationId, text }, { by: ada })
    .when('MarkMessagesRead', { applicationId }, { by: vera })
    .when('AssignReviewer', { applicationId, reviewerId: vera.id }, { by: vera })
    .when('UnassignReviewer', { applicationId }, { by: vera })
    .when('ReturnApplication', { applicationId, reason: text }, { by: otto, seen: 3 })
    .then(events.ApplicationReturned({ from: 'submitted', reason: text })));

test('A withdrawal stands in the way of a decision that did not see it', () =>
  given(submittedDossier())
    .when('WithdrawApplication', { applicationId }, { by: ada })
    .when('ReturnApplication', { applicationId, reason: text }, { by: otto, seen: 3 })
    .thenRejected('ChangedSinceSeen'));

describe('A.4: the candidate withdraws', () => {
  test.each([
    ['draft', dossier(cvSelected)],
    ['submitted', submittedDossier()],
    ['accepted', submittedDossier(wholeAccepted)],
    ['returned', submittedDossier(wholeReturned)],
  ] as const)('what is %s, and it says where it stood', (from, history) =>
    given(history)
      .when('WithdrawApplication', { applicationId }, { by: ada })
      .then(events.ApplicationWithdrawn({ from })),
  );

  test('nothing that was withdrawn already, nor what was finally rejected', async () => {
    await given(submittedDossier(wholeWithdrawn))
      .when('WithdrawApplication', { applicationId }, { by: ada })
      .then();
    await given(submittedDossier(wholeRejected))
      .when('WithdrawApplication', { applicationId }, { by: ada })
      .thenRejected('ApplicationNotEditable', { state: 'rejectedFinally' });
  });
});
