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
} from '@vivier/testing';
import { aggregates, type CommandInputs, type CommandName } from './aggregates.ts';
import {
  cvSelected,
  dossier,
  dossierId,
  letterSelected,
  submittedDossier,
} from './application/application.fixtures.ts';
import { adaId, adasVault, bobId, bobsVault, cv, newerCv } from './candidate/candidate.fixtures.ts';
import type { IntegratorId } from './integrator/integrator.events.ts';
import { recruitmentModuleEvents } from './recruitment-module/recruitment-module.events.ts';
import { settingsOf, summerLink } from './recruitment-module/recruitment-module.fixtures.ts';
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
  saga: sagaNamed('replacedDocument'),
};

const { documentId, version: _, ...upload } = newerCv;
const about = { applicationId: dossierId, documentId: cv.documentId, version: 1 };
const reason = 'Illegible.';
const integratorId = '1f0a0000-0000-4000-8000-000000000001' as IntegratorId;

const inputs: CommandInputs = {
  SetChecklist: { items: [] },
  SetLegalBasis: { legalBasis: 'pre-contract' },
  CreateInvitation: { campaign: 'winter' },
  RegisterCandidate: { invitationId: summerLink, fullName: 'Cy Young', email: 'cy@example.org' },
  AddDocument: upload,
  ReplaceDocument: { documentId, ...upload },
  GrantConsent: { purpose: 'recruitment', textVersion: 'recruitment-1', channel: 'online' },
  StartApplication: { invitationId: summerLink },
  SelectDocument: { applicationId: dossierId, item: 'cv', documentId },
  SubmitApplication: { applicationId: dossierId },
  RepinDocument: { applicationId: dossierId, documentId },
  AcceptDocument: about,
  RefuseDocument: { ...about, reason },
  CommentOnDocument: { ...about, comment: 'Dated?' },
  AcceptApplication: { applicationId: dossierId, overrideReason: reason },
  ReturnApplication: { applicationId: dossierId, reason },
  RejectApplicationFinally: { applicationId: dossierId, reason },
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
SetChecklist              no   no                   no       yes   no         no         no        no
SetLegalBasis             no   no                   no       yes   no         no         no        no
CreateInvitation          no   no                   yes      yes   no         no         no        no
RegisterCandidate         yes  yes                  yes      yes   yes        yes        yes       yes
AddDocument               yes  yes                  no       no    no         no         no        no
ReplaceDocument           yes  DocumentUnknown      no       no    no         no         no        no
GrantConsent              yes  yes                  no       no    no         no         no        no
StartApplication          yes  yes                  no       no    no         no         no        no
SelectDocument            yes  ApplicationUnknown   no       no    no         no         no        no
SubmitApplication         yes  ApplicationUnknown   no       no    no         no         no        no
RepinDocument             no   no                   no       no    no         no         no        yes
AcceptDocument            no   no                   yes      yes   no         no         no        no
RefuseDocument            no   no                   yes      yes   no         no         no        no
CommentOnDocument         no   no                   yes      yes   no         no         no        no
AcceptApplication         no   no                   yes      yes   no         no         no        no
ReturnApplication         no   no                   yes      yes   no         no         no        no
RejectApplicationFinally  no   no                   yes      yes   no         no         no        no
OpenPersonalData          no   no                   no       no    yes        no         no        no
GrantPersonalFeed         no   no                   no       yes   no         no         no        no
WithdrawPersonalFeed      no   no                   no       yes   no         no         no        no
`;

const [header = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

test('The table has a row for every command and a column for every kind of caller', () => {
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(rights).sort());
  expect(header).toEqual(Object.keys(callers));
});

const { LegalBasisSet } = recruitmentModuleEvents;
const byCandidate = new Set(['SelectDocument', 'SubmitApplication']);

/** A world in which each command succeeds for whoever may send it. */
const world = (name: string) => [
  settingsOf(organisation, LegalBasisSet({ legalBasis: 'legitimate-interest' })),
  adasVault(),
  bobsVault(),
  byCandidate.has(name) ? dossier(cvSelected, letterSelected) : submittedDossier(),
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
    expect(outcome).toBe({ yes: 'done', no: 'NotAllowed' }[answer] ?? answer);
  });
});
