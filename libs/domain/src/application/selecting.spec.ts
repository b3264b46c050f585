import { candidateSelf, deciderWords, organisation, sagaNamed } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import {
  adaErased,
  adaId,
  adasVault,
  bobId,
  bobsVault,
  cv,
  cvReplaced,
  letter,
  portfolio,
} from '../candidate/candidate.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents as events } from './application.events.ts';
import {
  cvAccepted,
  cvPlaced,
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  forgotten,
  letterPlaced,
  newerCvPlaced,
  submittedDossier,
  wholeAccepted,
  wholeRejected,
  wholeReturned,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const by = candidateSelf(adaId);
const select = (item: string, { documentId }: { readonly documentId: string }) => ({
  applicationId: dossierId,
  item,
  documentId,
});
const repin = { applicationId: dossierId, documentId: cv.documentId };
const saga = sagaNamed('changedDocument');

test('A document is put into its place by its newest version', async () => {
  await given(adasVault(), dossier())
    .when('SelectDocument', select('cv', cv), { by })
    .then(events.DocumentSelected({ ...cvPlaced, from: 'missing' }));
  await given(adasVault(cvReplaced), dossier())
    .when('SelectDocument', select('cv', cv), { by })
    .then(events.DocumentSelected({ ...newerCvPlaced, from: 'missing' }));
});

test('Selecting what lies in the place already changes nothing', () =>
  given(adasVault(), dossier(cvSelected)).when('SelectDocument', select('cv', cv), { by }).then());

test('A.4: another document in a place is to be reviewed from the beginning', () =>
  given(adasVault(), dossier(cvSelected, cvAccepted))
    .when('SelectDocument', select('cv', portfolio), { by })
    .then(
      events.DocumentSelected({
        item: 'cv',
        documentId: portfolio.documentId,
        version: 1,
        contentHash: portfolio.contentHash,
        from: 'valid',
      }),
    ));

test('R-031: a returned dossier can be changed again', () =>
  given(adasVault(cvReplaced), submittedDossier(cvRefused, wholeReturned))
    .when('SelectDocument', select('cv', cv), { by })
    .then(events.DocumentSelected({ ...newerCvPlaced, from: 'refused' })));

test('A submitted, accepted or finally rejected dossier is not the candidate’s to change', async () => {
  for (const [after, state] of [
    [[], 'submitted'],
    [[wholeAccepted], 'accepted'],
    [[wholeRejected], 'rejectedFinally'],
  ] as const)
    await given(adasVault(), submittedDossier(...after))
      .when('SelectDocument', select('portfolio', portfolio), { by })
      .thenRejected('ApplicationNotEditable', { state });
});

test('R-018: only the places of the pinned checklist exist, whatever was set since', () => {
  const items = [{ key: 'diploma', label: 'Diploma', required: true }];
  const { ChecklistSet } = recruitmentModuleEvents;
  return given(
    settingsOf(organisation, ChecklistSet({ checklistVersion: 2, items })),
    adasVault(),
    dossier(),
  )
    .when('SelectDocument', select('diploma', cv), { by })
    .thenRejected('ChecklistItemUnknown', { items: ['cv', 'cover-letter', 'portfolio'] });
});

test('One document lies in one place of an application', () =>
  given(adasVault(), dossier(cvSelected))
    .when('SelectDocument', select('cover-letter', cv), { by })
    .thenRejected('DocumentAlreadySelected', { item: 'cv' }));

test('A document that the candidate never deposited cannot be selected', () =>
  given(adasVault(), dossier())
    .when('SelectDocument', select('cv', { documentId: dossierId }), { by })
    .thenRejected('DocumentNotInApplication'));

test('Somebody else’s application answers like an absent one', async () => {
  const input = select('cv', cv);
  const other = candidateSelf(bobId);
  await given(adasVault(), bobsVault(), dossier())
    .when('SelectDocument', input, { by: other })
    .thenRejected('ApplicationUnknown');
  await given(bobsVault())
    .when('SelectDocument', input, { by: other })
    .thenRejected('ApplicationUnknown');
});

test('GDPR 17: nothing is selected in a forgotten dossier or by an erased candidate', async () => {
  await given(adasVault(), dossier(forgotten))
    .when('SelectDocument', select('cv', cv), { by })
    .thenRejected('ApplicationForgotten');
  await given(adasVault(adaErased), dossier())
    .when('SelectDocument', select('cv', cv), { by })
    .thenRejected('DocumentNotInApplication');
});

test('R-026: a replaced document is pinned anew and its verdict reset, in both directions', async () => {
  for (const [verdict, from] of [
    [cvAccepted, 'valid'],
    [cvRefused, 'refused'],
  ] as const)
    await given(adasVault(cvReplaced), submittedDossier(verdict))
      .when('RepinDocument', repin, { by: saga })
      .then(
        events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from }),
        events.DocumentVerdictReset({ ...newerCvPlaced, from }),
      );
});

test('R-026: where no verdict was given none is reset', () =>
  given(adasVault(cvReplaced), dossier(cvSelected))
    .when('RepinDocument', repin, { by: saga })
    .then(events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'submitted' })));

test('An accepted, finally rejected or forgotten dossier keeps the version that it had', async () => {
  for (const last of [wholeAccepted, wholeRejected, forgotten])
    await given(adasVault(cvReplaced), submittedDossier(last))
      .when('RepinDocument', repin, { by: saga })
      .then();
});

test('R-031: a returned dossier is pinned anew', () =>
  given(adasVault(cvReplaced), submittedDossier(cvAccepted, wholeReturned))
    .when('RepinDocument', repin, { by: saga })
    .then(
      events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'valid' }),
      events.DocumentVerdictReset({ ...newerCvPlaced, from: 'valid' }),
    ));

test('A saga that comes late, for nothing, or for an erased candidate changes nothing', async () => {
  const held = events.DocumentSelected({ ...newerCvPlaced, from: 'missing' });
  await given(adasVault(cvReplaced), dossier(held))
    .when('RepinDocument', repin, { by: saga })
    .then();
  await given(adasVault(cvReplaced), dossier()).when('RepinDocument', repin, { by: saga }).then();
  await given(adasVault(cvReplaced, adaErased), dossier(cvSelected))
    .when('RepinDocument', repin, { by: saga })
    .then();
});

test('A replaced document pins itself anew and no other', () =>
  given(adasVault(cvReplaced), submittedDossier())
    .when('RepinDocument', { ...repin, documentId: letter.documentId }, { by: saga })
    .then());

test('The letter can be put where the cover letter belongs', () =>
  given(adasVault(), dossier(cvSelected))
    .when('SelectDocument', select('cover-letter', letter), { by })
    .then(events.DocumentSelected({ ...letterPlaced, from: 'missing' })));
