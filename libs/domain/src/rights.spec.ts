import {
  admin,
  anonymous,
  candidateSelf,
  compliance,
  deciderWords,
  integratorNamed,
  operator,
  organisation,
  sagaNamed,
  told,
} from '@vivier/testing';
import { aggregates, type CommandInputs, type CommandName } from './aggregates.ts';
import { applicationEvents } from './application/application.events.ts';
import {
  cvSelected,
  dossier,
  dossierId,
  fullDossier,
  letterSelected,
  submittedDossier,
} from './application/application.fixtures.ts';
import { candidateEvents, type LinkId } from './candidate/candidate.events.ts';
import type { MailId } from './mail/mail.events.ts';
import { adaId, adasVault, bobId, bobsVault, cv, newerCv } from './candidate/candidate.fixtures.ts';
import { erasureEvents } from './erasure/erasure.events.ts';
import { erasure } from './erasure/erasure.ts';
import type { IntegratorId } from './integrator/integrator.events.ts';
import { recruitmentModuleEvents } from './recruitment-module/recruitment-module.events.ts';
import {
  information,
  settingsOf,
  summerLink,
} from './recruitment-module/recruitment-module.fixtures.ts';
import { rights } from './rights.ts';

const given = deciderWords(aggregates, rights);

/** Ada is the candidate whose dossier and documents the commands are about; Bob is another one. */
const callers = {
  ada: candidateSelf(adaId),
  bob: candidateSelf(bobId),
  operator: operator('otto'),
  admin: admin('alix'),
  compliance: compliance('dora'),
  integrator: integratorNamed('ivo'),
  anonymous: anonymous(summerLink),
  saga: sagaNamed('changedDocument'),
};

const { documentId, version: _, ...upload } = newerCv;
const about = { applicationId: dossierId, documentId: cv.documentId, version: 1 };
const reason = 'Illegible.';
const soon = '2026-04-01T22:00:00.000Z';
const integratorId = '1f0a0000-0000-4000-8000-000000000001' as IntegratorId;

const links = {
  activation: '11110000-0000-4000-8000-000000000001' as LinkId,
  reset: '11110000-0000-4000-8000-000000000002' as LinkId,
  change: '11110000-0000-4000-8000-000000000003' as LinkId,
};
const mailed = {
  mailId: '1a110000-0000-4000-8000-000000000001' as MailId,
  candidateId: adaId,
  kind: 'activation',
  locale: 'fr',
  templateVersion: 0,
  attempts: 1,
  about: 'e1',
} as const;
/** Good for whoever holds them. */
const linksSent = () => {
  const until = '2999-01-01T00:00:00.000Z';
  const { ActivationRequested, PasswordResetRequested, AddressChangeRequested } =
    told(candidateEvents);
  return [
    ActivationRequested({ linkId: links.activation, until }),
    PasswordResetRequested({ linkId: links.reset, until }),
    AddressChangeRequested({ linkId: links.change, until, email: 'cy@new.example' }),
  ];
};

const inputs: CommandInputs = {
  SetChecklist: { items: [] },
  SetLegalBasis: { legalBasis: 'pre-contract' },
  SetInformationFields: { fields: [] },
  SetRequirements: { requirements: [] },
  SetAcceptedStatuses: { statuses: ['employee'] },
  SetIncompleteDeletion: { deleteAfterDays: 30, remindBeforeDays: 7, zone: 'Europe/Paris' },
  SetFinalRejectionPolicy: { afterFinalRejection: { kind: 'archive' } },
  SwitchRecruitmentModuleOn: {},
  SwitchRecruitmentModuleOff: {},
  CreateInvitation: { campaign: 'winter' },
  RevokeInvitation: { invitationId: summerLink },
  RegisterCandidate: { invitationId: summerLink, fullName: 'Cy Young', email: 'cy@example.org' },
  RequestActivation: { candidateId: adaId },
  ConfirmAccount: { candidateId: adaId, linkId: links.activation },
  RequestPasswordReset: { candidateId: adaId },
  ResetPassword: { candidateId: adaId, linkId: links.reset },
  RequestAddressChange: { email: 'cy@new.example' },
  ConfirmAddressChange: {
    candidateId: adaId,
    linkId: links.change,
    email: 'cy@new.example',
  },
  AddDocument: upload,
  ReplaceDocument: { documentId, ...upload },
  RenameDocument: { documentId, fileName: 'CV.pdf' },
  RemoveDocument: { documentId },
  AmendOwnInformation: { fields: ['town'], cleared: [], values: { town: 'Lyon' } },
  GrantConsent: { purpose: 'recruitment', textVersion: 'recruitment-1', channel: 'online' },
  StartApplication: { invitationId: summerLink },
  SelectDocument: { applicationId: dossierId, item: 'cv', documentId },
  DeselectDocument: { applicationId: dossierId, documentId },
  DeclareStatus: { applicationId: dossierId, status: 'employee' },
  DeclareRequirement: { applicationId: dossierId, requirement: 'licence', claim: true },
  SubmitApplication: { applicationId: dossierId },
  WithdrawApplication: { applicationId: dossierId },
  SendMessage: { applicationId: dossierId, text: 'Hello?' },
  MarkMessagesRead: { applicationId: dossierId },
  RepinDocument: { applicationId: dossierId, documentId },
  DropDocument: { applicationId: dossierId, documentId },
  ForgetDossier: { applicationId: dossierId, because: 'incomplete' },
  ExpireDocument: about,
  ConfirmRequirement: { applicationId: dossierId, requirement: 'french', confirmed: true },
  AssignReviewer: { applicationId: dossierId, reviewerId: 'vera' },
  UnassignReviewer: { applicationId: dossierId },
  AcceptDocument: about,
  RefuseDocument: { ...about, reason },
  CommentOnDocument: { ...about, comment: 'Dated?' },
  AcceptApplication: { applicationId: dossierId, overrideReason: reason },
  ReturnApplication: { applicationId: dossierId, reason },
  RejectApplicationFinally: { applicationId: dossierId, reason },
  WarnDeletion: { candidateId: adaId, applicationIds: [], since: soon, deleteAt: soon },
  CancelDeletion: { candidateId: adaId, cause: 'activity' },
  EraseSubject: { candidateId: adaId, applicationIds: [], since: soon },
  OpenSpace: { candidateId: adaId, applicationId: dossierId },
  LimitSpace: { candidateId: adaId, applicationId: dossierId },
  RecordKeysDestroyed: { candidateId: adaId },
  RecordCopiesCleaned: { candidateId: adaId, places: [] },
  RecordMailSent: { ...mailed, through: 'smtp' },
  RecordMailNotSent: { ...mailed, failure: 'Refused550' },
  SetMessageTemplate: { kind: 'activation', locale: 'fr', subject: 'Hello', body: 'Hello' },
  OpenPersonalData: { candidateId: adaId, reason },
  GrantPersonalFeed: { integratorId, reason },
  WithdrawPersonalFeed: { integratorId, reason },
};

/**
 * What each caller gets: `yes`, `no` (NotAllowed), or the code of an absent id, so that what is somebody
 * else's is not confirmed. Bob's `yes` is about what is his own: no id of Ada's is in those inputs.
 */
const table = `
                            ada  bob                  operator admin compliance integrator anonymous saga
SetChecklist                no   no                   no       yes   no         no         no        no
SetLegalBasis               no   no                   no       yes   no         no         no        no
SetInformationFields        no   no                   no       yes   no         no         no        no
SetRequirements             no   no                   no       yes   no         no         no        no
SetAcceptedStatuses         no   no                   no       yes   no         no         no        no
SetIncompleteDeletion       no   no                   no       yes   no         no         no        no
SetFinalRejectionPolicy     no   no                   no       yes   no         no         no        no
SwitchRecruitmentModuleOn   no   no                   no       yes   no         no         no        no
SwitchRecruitmentModuleOff  no   no                   no       yes   no         no         no        no
SetMessageTemplate          no   no                   no       yes   no         no         no        no
CreateInvitation            no   no                   yes      yes   no         no         no        no
RevokeInvitation            no   no                   yes      yes   no         no         no        no
RegisterCandidate           yes  yes                  yes      yes   yes        yes        yes       yes
RequestActivation           yes  CandidateUnknown     no       no    no         no         no        yes
ConfirmAccount              yes  yes                  yes      yes   yes        yes        yes       yes
RequestPasswordReset        yes  yes                  yes      yes   yes        yes        yes       yes
ResetPassword               yes  yes                  yes      yes   yes        yes        yes       yes
RequestAddressChange        yes  yes                  no       no    no         no         no        no
ConfirmAddressChange        yes  yes                  yes      yes   yes        yes        yes       yes
AddDocument                 yes  yes                  no       no    no         no         no        no
ReplaceDocument             yes  DocumentUnknown      no       no    no         no         no        no
RenameDocument              yes  DocumentUnknown      no       no    no         no         no        no
RemoveDocument              yes  DocumentUnknown      no       no    no         no         no        no
AmendOwnInformation         yes  yes                  no       no    no         no         no        no
GrantConsent                yes  yes                  no       no    no         no         no        no
StartApplication            yes  yes                  no       no    no         no         no        no
SelectDocument              yes  ApplicationUnknown   no       no    no         no         no        no
DeselectDocument            yes  ApplicationUnknown   no       no    no         no         no        no
DeclareStatus               yes  ApplicationUnknown   no       no    no         no         no        no
DeclareRequirement          yes  ApplicationUnknown   no       no    no         no         no        no
SubmitApplication           yes  ApplicationUnknown   no       no    no         no         no        no
WithdrawApplication         yes  ApplicationUnknown   no       no    no         no         no        no
SendMessage                 yes  ApplicationUnknown   yes      yes   no         no         no        no
MarkMessagesRead            yes  ApplicationUnknown   yes      yes   no         no         no        no
RepinDocument               no   no                   no       no    no         no         no        yes
DropDocument                no   no                   no       no    no         no         no        yes
ForgetDossier               no   no                   no       no    no         no         no        yes
ExpireDocument              no   no                   no       no    no         no         no        yes
ConfirmRequirement          no   no                   yes      yes   no         no         no        no
AssignReviewer              no   no                   yes      yes   no         no         no        no
UnassignReviewer            no   no                   yes      yes   no         no         no        no
AcceptDocument              no   no                   yes      yes   no         no         no        no
RefuseDocument              no   no                   yes      yes   no         no         no        no
CommentOnDocument           no   no                   yes      yes   no         no         no        no
AcceptApplication           no   no                   yes      yes   no         no         no        no
ReturnApplication           no   no                   yes      yes   no         no         no        no
RejectApplicationFinally    no   no                   yes      yes   no         no         no        no
RecordKeysDestroyed         no   no                   no       no    no         no         no        yes
RecordMailSent              no   no                   no       no    no         no         no        yes
RecordMailNotSent           no   no                   no       no    no         no         no        yes
RecordCopiesCleaned         no   no                   no       no    no         no         no        yes
WarnDeletion                no   no                   no       no    no         no         no        yes
CancelDeletion              no   no                   no       no    no         no         no        yes
EraseSubject                no   no                   no       no    no         no         no        yes
OpenSpace                   no   no                   no       no    no         no         no        yes
LimitSpace                  no   no                   no       no    no         no         no        yes
OpenPersonalData            no   no                   no       no    yes        no         no        no
GrantPersonalFeed           no   no                   no       yes   no         no         no        no
WithdrawPersonalFeed        no   no                   no       yes   no         no         no        no
`;

const [header = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

test('The table has a row for every command and a column for every kind of caller', () => {
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(rights).sort());
  expect(header).toEqual(Object.keys(callers));
});

const { InformationFieldsSet, LegalBasisSet } = recruitmentModuleEvents;
const draft = () => dossier(cvSelected, letterSelected);
const french = applicationEvents.RequirementDeclared({ requirement: 'french', outcome: 'met' });
/** Where it is not one that was sent. */
const dossiers: Partial<Record<string, () => ReturnType<typeof dossier>>> = {
  SelectDocument: draft,
  DeselectDocument: draft,
  DeclareStatus: draft,
  SubmitApplication: draft,
  DeclareRequirement: () => fullDossier(),
  ConfirmRequirement: () => fullDossier(french),
};

/** Nothing is cleaned before the keys are gone. */
const erasing = () => ({
  of: erasure,
  key: adaId as string,
  events: [erasureEvents.KeysDestroyed({ candidateId: adaId })],
});

/** A world in which each command succeeds for whoever may send it. */
const world = (name: string) => [
  settingsOf(
    organisation,
    LegalBasisSet({ legalBasis: 'legitimate-interest' }),
    InformationFieldsSet({ informationVersion: 1, fields: information }),
  ),
  adasVault(...linksSent()),
  bobsVault(),
  ...(name === 'RecordCopiesCleaned' ? [erasing()] : []),
  (dossiers[name] ?? submittedDossier)(),
];

describe.each(rows)('%s', (name, ...answers) => {
  const cells = answers.map(
    (answer, column) => [Object.keys(callers)[column] ?? '', answer] as const,
  );
  test.each(cells)('sent by %s: %s', async (caller, answer) => {
    const command = name as CommandName;
    const by = callers[caller as keyof typeof callers];
    const outcome = await given(...world(command))
      .when(command, inputs[command], { by })
      .outcome();
    // Here it is asked whether it is allowed; what comes of it is told elsewhere.
    const allowed = outcome === 'nothing' ? 'done' : outcome;
    expect(allowed).toBe({ yes: 'done', no: 'NotAllowed' }[answer] ?? answer);
  });
});
