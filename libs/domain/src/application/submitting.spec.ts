import { candidateSelf, deciderWords, derive, organisation } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaId, adasVault, cvReplaced } from '../candidate/candidate.fixtures.ts';
import { adasConsent } from '../consent/consent.fixtures.ts';
import { consentKey } from '../consent/consent.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents as events } from './application.events.ts';
import {
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  forgotten,
  letterSelected,
  submittedDossier,
  wholeAccepted,
  wholeRejected,
  wholeReturned,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const by = candidateSelf(adaId);
const submit = { applicationId: dossierId };
const { LegalBasisSet } = recruitmentModuleEvents;

const byConsent = settingsOf(organisation);
const byInterest = settingsOf(organisation, LegalBasisSet({ legalBasis: 'legitimate-interest' }));
const byContract = settingsOf(organisation, LegalBasisSet({ legalBasis: 'pre-contract' }));
const complete = dossier(cvSelected, letterSelected);
const granted = {
  legalBasis: 'consent',
  consentId: consentKey(derive, adaId, 'recruitment'),
  consentRevision: 0,
} as const;

test('R-115: with consent an application is submitted, and says on which one it rests', () =>
  given(byConsent, adasVault(), adasConsent(derive), complete)
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', ...granted })));

test('R-115: without consent it is refused where consent is the legal basis', () =>
  given(byConsent, adasVault(), complete)
    .when('SubmitApplication', submit, { by })
    .thenRejected('ConsentMissing', { missingItems: [] }));

test('R-115: an organisation that never chose a legal basis needs consent', () =>
  given(adasVault(), complete)
    .when('SubmitApplication', submit, { by })
    .thenRejected('ConsentMissing'));

test('R-115: where the legal basis is another, no consent is needed', async () => {
  await given(byInterest, adasVault(), complete)
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' }));
  await given(byContract, adasVault(), complete)
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', legalBasis: 'pre-contract' }));
});

test('R-115: a consent that was given is recorded where it was not needed', () =>
  given(byInterest, adasVault(), adasConsent(derive), complete)
    .when('SubmitApplication', submit, { by })
    .then(
      events.ApplicationSubmitted({
        from: 'draft',
        ...granted,
        legalBasis: 'legitimate-interest',
      }),
    ));

test('R-082: required documents that are missing are listed, optional ones are not', () =>
  given(byInterest, adasVault(), dossier(cvSelected))
    .when('SubmitApplication', submit, { by })
    .thenRejected('DocumentsMissing', { missingItems: ['cover-letter'] }));

test('Without consent the missing documents are told at the same time', () =>
  given(byConsent, adasVault(), dossier())
    .when('SubmitApplication', submit, { by })
    .thenRejected('ConsentMissing', { missingItems: ['cv', 'cover-letter'] }));

test('R-018: a checklist that was set since asks nothing of a running application', () => {
  const items = [{ key: 'diploma', label: 'Diploma', required: true }];
  return given(
    settingsOf(
      organisation,
      LegalBasisSet({ legalBasis: 'legitimate-interest' }),
      recruitmentModuleEvents.ChecklistSet({ checklistVersion: 2, items }),
    ),
    adasVault(),
    complete,
  )
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' }));
});

test('R-031: a returned application is submitted again', () =>
  given(byInterest, adasVault(cvReplaced), submittedDossier(cvRefused, wholeReturned))
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'returned', legalBasis: 'legitimate-interest' })));

test('A.4: what was sent, accepted or finally rejected is not sent again', async () => {
  for (const [after, state] of [
    [[], 'submitted'],
    [[wholeAccepted], 'accepted'],
    [[wholeRejected], 'rejectedFinally'],
  ] as const)
    await given(byInterest, adasVault(), submittedDossier(...after))
      .when('SubmitApplication', submit, { by })
      .thenRejected('ApplicationNotEditable', { state });
});

test('GDPR 17: a forgotten dossier is not submitted', () =>
  given(byInterest, adasVault(), dossier(forgotten))
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationForgotten'));
