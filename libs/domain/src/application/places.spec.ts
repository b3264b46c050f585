import { candidateSelf, deciderWords, operator, sagaNamed, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { candidateEvents, type DocumentId } from '../candidate/candidate.events.ts';
import {
  adaId,
  adasVault,
  cv,
  cvReplaced,
  letter,
  memoir,
  memoirAdded,
  newerCv,
  portfolio,
} from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents } from './application.events.ts';
import {
  cvAccepted,
  cvPlaced,
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  employee,
  forgotten,
  fullDossier,
  letterSelected,
  placed,
  selfEmployed,
  submitted,
  submittedDossier,
  wholeAccepted,
  wholeReturned,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const by = candidateSelf(adaId);
const removal = sagaNamed('removedDocument');
const applicationId = dossierId;

interface Deposited {
  readonly documentId: DocumentId;
}
const select = (item: string, { documentId }: Deposited) => ({ applicationId, item, documentId });
const about = ({ documentId }: Deposited) => ({ applicationId, documentId });
const diploma = (deposited: typeof cv) => placed('diplomas', deposited);
const diplomaSelected = (deposited: typeof cv) =>
  events.DocumentSelected({ ...diploma(deposited), from: 'missing' });
const twoDiplomas = fullDossier(diplomaSelected(cv), diplomaSelected(letter));

describe('R-018: a place that takes several documents', () => {
  test('takes another one beside the first', () =>
    given(adasVault(), fullDossier(diplomaSelected(cv)))
      .when('SelectDocument', select('diplomas', letter), { by })
      .then(diplomaSelected(letter)));

  test('takes no more than its number', () =>
    given(adasVault(), twoDiplomas)
      .when('SelectDocument', select('diplomas', portfolio), { by })
      .thenRejected('ChecklistItemFull', { maximum: 2 }));

  test('takes a new version of what lies there though it is full', () =>
    given(adasVault(cvReplaced), twoDiplomas)
      .when('SelectDocument', select('diplomas', cv), { by })
      .then(events.DocumentSelected({ ...diploma(newerCv), from: 'submitted' })));

  test('has room again when one is taken out', () =>
    given(adasVault(), twoDiplomas)
      .when('DeselectDocument', about(cv), { by })
      .when('SelectDocument', select('diplomas', portfolio), { by })
      .then(diplomaSelected(portfolio)));

  test('R-028: is reviewed document by document, and the whole waits for all of them', async () => {
    const otto = operator('otto');
    const version = 1;
    await given(twoDiplomas)
      .when('AcceptDocument', { ...about(letter), version }, { by: otto })
      .then(events.DocumentAccepted({ ...diploma(letter), from: 'submitted' }));
    const sent = [diplomaSelected(cv), diplomaSelected(letter), submitted];
    const one = events.DocumentAccepted({ ...diploma(letter), from: 'submitted' });
    await given(fullDossier(...sent, one))
      .when('AcceptApplication', { applicationId }, { by: otto })
      .thenRejected('DocumentsNotAllValid', {
        items: ['cv', 'diplomas'],
        requirements: ['french'],
      });
  });
});

describe('R-018: a place that takes some types', () => {
  test('refuses the others and tells its own', () =>
    given(adasVault(memoirAdded), fullDossier())
      .when('SelectDocument', select('diplomas', memoir), { by })
      .thenRejected('DocumentTypeNotAccepted', { types: ['pdf', 'odt'] }));

  test('takes any where none is named', () =>
    given(adasVault(memoirAdded), fullDossier())
      .when('SelectDocument', select('cv', memoir), { by })
      .then(events.DocumentSelected({ ...placed('cv', memoir), from: 'missing' })));
});

test('R-021: a place that the declared status does not ask for is none', async () => {
  await given(adasVault(), fullDossier())
    .when('SelectDocument', select('insurance', cv), { by })
    .thenRejected('ChecklistItemUnknown', { items: ['cv', 'diplomas'] });
  await given(adasVault(), fullDossier(employee))
    .when('SelectDocument', select('insurance', cv), { by })
    .thenRejected('ChecklistItemUnknown', { items: ['cv', 'diplomas', 'work-permit'] });
  await given(adasVault(), fullDossier(selfEmployed))
    .when('SelectDocument', select('insurance', cv), { by })
    .then(events.DocumentSelected({ ...placed('insurance', cv), from: 'missing' }));
});

describe('R-026: a document that is taken out of its place', () => {
  test('says where its review stood', () =>
    given(dossier(cvSelected, letterSelected, cvAccepted))
      .when('DeselectDocument', about(cv), { by })
      .then(events.DocumentDeselected({ ...cvPlaced, from: 'valid' })));

  test('is not in the dossier any more', () =>
    given(dossier(cvSelected))
      .when('DeselectDocument', about(cv), { by, commandId: 'first' })
      .when('DeselectDocument', about(cv), { by, commandId: 'next' })
      .thenRejected('DocumentNotInApplication'));

  test('can be put into another place', () =>
    given(adasVault(), dossier(cvSelected))
      .when('DeselectDocument', about(cv), { by })
      .when('SelectDocument', select('cover-letter', cv), { by })
      .then(events.DocumentSelected({ ...placed('cover-letter', cv), from: 'missing' })));

  test('stays once the dossier was sent, and may go when it is returned', async () => {
    await given(submittedDossier())
      .when('DeselectDocument', about(cv), { by })
      .thenRejected('ApplicationNotEditable', { state: 'submitted' });
    await given(submittedDossier(cvRefused, wholeReturned))
      .when('DeselectDocument', about(cv), { by })
      .then(events.DocumentDeselected({ ...cvPlaced, from: 'refused' }));
  });

  test('GDPR 17: is gone with the dossier', () =>
    given(dossier(cvSelected, forgotten))
      .when('DeselectDocument', about(cv), { by })
      .thenRejected('ApplicationForgotten'));
});

describe('R-026: a document that its owner removed from the vault', () => {
  test('leaves a dossier that is not sent', async () => {
    await given(dossier(cvSelected))
      .when('DropDocument', about(cv), { by: removal })
      .then(events.DocumentDeselected({ ...cvPlaced, from: 'submitted' }));
    await given(submittedDossier(cvRefused, wholeReturned))
      .when('DropDocument', about(cv), { by: removal })
      .then(events.DocumentDeselected({ ...cvPlaced, from: 'refused' }));
  });

  test('stays in what was sent, and where it does not lie nothing happens', async () => {
    for (const history of [
      submittedDossier(),
      submittedDossier(wholeAccepted),
      dossier(letterSelected),
      dossier(cvSelected, forgotten),
    ])
      await given(history).when('DropDocument', about(cv), { by: removal }).then();
  });

  test('cannot be selected any more', () => {
    const { documentId, version, contentHash, fileId } = cv;
    const removed = candidateEvents.DocumentRemoved({
      ...{ documentId, version, contentHash },
      files: [fileId],
    });
    return given(adasVault(removed), dossier())
      .when('SelectDocument', select('cv', cv), { by })
      .thenRejected('DocumentNotInApplication');
  });
});

describe('R-021: a document that is not asked for any more', () => {
  const insurance = placed('insurance', cv);
  const selected = events.DocumentSelected({ ...insurance, from: 'missing' });
  const not = events.DocumentMarkedNotApplicable({ ...insurance, from: 'submitted' });
  const history = [selfEmployed, selected, employee, not] as const;
  const newer = placed('insurance', newerCv);
  const repinned = events.DocumentRepinned({
    ...newer,
    previousVersion: 1,
    from: 'notApplicable',
  });

  test('stays so when its owner replaces it, and has no verdict to reset', () =>
    given(adasVault(cvReplaced), fullDossier(...history))
      .when('RepinDocument', about(cv), { by: sagaNamed('changedDocument') })
      .then(repinned));

  test('is asked for again in its newest version', () =>
    given(adasVault(cvReplaced), fullDossier(...history, repinned))
      .when('DeclareStatus', { applicationId, status: 'self-employed' }, { by })
      .then(
        events.StatusDeclared({ status: 'self-employed', from: 'employee' }),
        events.ChecklistRecomputed({
          status: 'self-employed',
          items: ['cv', 'diplomas', 'insurance'],
        }),
        events.DocumentVerdictReset({ ...newer, from: 'notApplicable' }),
      ));

  test('may be taken out', () =>
    given(fullDossier(...history))
      .when('DeselectDocument', about(cv), { by })
      .then(events.DocumentDeselected({ ...insurance, from: 'notApplicable' })));
});
