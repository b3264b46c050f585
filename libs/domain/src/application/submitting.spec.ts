import type { DomainEvent } from '@vivier/kernel';
import { candidateSelf, deciderWords, derive, organisation } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { candidateEvents } from '../candidate/candidate.events.ts';
import {
  adaId,
  adasVault,
  cv,
  cvReplaced,
  letter,
  portfolio,
} from '../candidate/candidate.fixtures.ts';
import { adasConsent } from '../consent/consent.fixtures.ts';
import { consentKey } from '../consent/consent.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import {
  acceptedStatuses,
  everythingAsked,
  settingsOf,
} from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents as events } from './application.events.ts';
import {
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  employee,
  forgotten,
  fullDossier,
  letterSelected,
  placed,
  portfolioPlaced,
  portfolioSelected,
  selfEmployed,
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

const noGaps = { missingFields: [], unmetRequirements: [], missingItems: [] };

const { DocumentRemoved } = candidateEvents;
const removed = ({ documentId, version, contentHash, fileId }: typeof cv) =>
  DocumentRemoved({ documentId, version, contentHash, files: [fileId] });

test('R-026: a document that was removed a moment ago is missing where it is asked for', () =>
  given(byInterest, adasVault(removed(cv)), complete)
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationIncomplete', { ...noGaps, missingItems: ['cv'] }));

test('R-026: where it is not asked for, the dossier is sent without it', () =>
  given(
    byInterest,
    adasVault(removed(portfolio)),
    dossier(cvSelected, letterSelected, portfolioSelected),
  )
    .when('SubmitApplication', submit, { by })
    .then(
      events.DocumentDeselected({ ...portfolioPlaced, from: 'submitted' }),
      events.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' }),
    ));

test('R-115: with consent an application is submitted, and says on which one it rests', () =>
  given(byConsent, adasVault(), adasConsent(derive), complete)
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', ...granted })));

test('R-115: without consent it is refused where consent is the legal basis', () =>
  given(byConsent, adasVault(), complete)
    .when('SubmitApplication', submit, { by })
    .thenRejected('ConsentMissing', noGaps));

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
    .thenRejected('ApplicationIncomplete', { ...noGaps, missingItems: ['cover-letter'] }));

test('Without consent the missing documents are told at the same time', () =>
  given(byConsent, adasVault(), dossier())
    .when('SubmitApplication', submit, { by })
    .thenRejected('ConsentMissing', { ...noGaps, missingItems: ['cv', 'cover-letter'] }));

const everythingMissing = {
  missingFields: ['telephone'],
  unmetRequirements: ['french', 'licence'],
  acceptedStatuses,
  missingItems: ['cv'],
};
const declared = (requirement: string, outcome: 'met' | 'unmet') =>
  events.RequirementDeclared({ requirement, outcome });
const insurancePlaced = placed('insurance', letter);
const everythingGiven = [
  selfEmployed,
  declared('french', 'met'),
  declared('licence', 'met'),
  cvSelected,
  events.DocumentSelected({ ...insurancePlaced, from: 'missing' }),
];
const filled = (...fields: string[]): DomainEvent => ({
  type: candidateEvents.OwnInformationAmended.type,
  data: { fields, filled: fields, values: {} },
});

test('R-018: a submission is refused with the full list of all that is missing', async () => {
  await given(byInterest, adasVault(), fullDossier())
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationIncomplete', everythingMissing);
  await given(byConsent, adasVault(), fullDossier())
    .when('SubmitApplication', submit, { by })
    .thenRejected('ConsentMissing', everythingMissing);
});

test('R-018: what is optional is not in the list, and what is mandatory suffices', () =>
  given(byInterest, adasVault(filled('telephone')), fullDossier(...everythingGiven))
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' })));

test('R-018: a field that was cleared again is missing again', () =>
  given(byInterest, adasVault(filled('telephone'), filled()), fullDossier(...everythingGiven))
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationIncomplete', { ...noGaps, missingFields: ['telephone'] }));

test('R-019: a mandatory requirement that is declared and not met keeps it back', () =>
  given(
    byInterest,
    adasVault(filled('telephone')),
    fullDossier(...everythingGiven, declared('french', 'unmet')),
  )
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationIncomplete', { ...noGaps, unmetRequirements: ['french'] }));

test('R-020: a status that is not accepted keeps it back, and those that are, are told', () => {
  const volunteer = events.StatusDeclared({ status: 'volunteer' });
  return given(
    byInterest,
    adasVault(filled('telephone')),
    fullDossier(...everythingGiven, volunteer),
  )
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationIncomplete', { ...noGaps, acceptedStatuses });
});

test('R-021: what another status asks for is missing from now on', () =>
  given(byInterest, adasVault(filled('telephone')), fullDossier(...everythingGiven, employee))
    .when('SubmitApplication', submit, { by })
    .thenRejected('ApplicationIncomplete', { ...noGaps, missingItems: ['work-permit'] }));

test('R-018: settings that were changed since ask nothing of a running application', () =>
  given(
    settingsOf(
      organisation,
      LegalBasisSet({ legalBasis: 'legitimate-interest' }),
      ...everythingAsked,
    ),
    adasVault(),
    complete,
  )
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' })));

test('R-017: what had begun is submitted though the module was switched off since', () =>
  given(
    settingsOf(
      organisation,
      LegalBasisSet({ legalBasis: 'legitimate-interest' }),
      recruitmentModuleEvents.RecruitmentModuleSwitchedOff({}),
    ),
    adasVault(),
    complete,
  )
    .when('SubmitApplication', submit, { by })
    .then(events.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' })));

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
