import type { Actor, DomainEvent } from '@vivier/kernel';
import {
  candidateSelf,
  deciderWords,
  derive,
  operator,
  organisation,
  sagaNamed,
} from '@vivier/testing';
import { aggregates, type CommandInputs, type CommandName } from '../aggregates.ts';
import {
  adaId,
  adasVault,
  cv,
  cvReplaced,
  letter,
  portfolio,
} from '../candidate/candidate.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import {
  requirements,
  settingsOf,
  summerLink,
} from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { application } from './application.ts';
import {
  applicationEvents as events,
  type ApplicationId,
  type MessageId,
} from './application.events.ts';
import { placed } from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const applicationId = derive('application', adaId, summerLink) as ApplicationId;
const ada = candidateSelf(adaId);
const otto = operator('otto');
const clock = sagaNamed('clock');
const at = '2026-03-03T09:00:00.000Z';
const aMonthLater = '2026-04-03T09:00:00.000Z';
const past = '2026-03-03T08:00:00.000Z';
const text = 'A word.';

const told = (type: string, data: object): DomainEvent => ({ type, data });
const cvIn = placed('cv', cv);
const letterIn = placed('letter', letter);

/** A dossier in which there is something to do for every command. */
const history: readonly DomainEvent[] = [
  events.ApplicationStarted({
    applicationId,
    candidateId: adaId,
    invitationId: summerLink,
    campaign: 'summer',
    checklistVersion: 1,
    checklist: [
      { key: 'cv', label: 'CV', required: true },
      { key: 'letter', label: 'Letter', required: false },
      { key: 'portfolio', label: 'Portfolio', required: false },
    ],
    requirements,
  }),
  events.DocumentSelected({ ...cvIn, from: 'missing' }),
  events.DocumentSelected({ ...letterIn, from: 'missing' }),
  events.DocumentAccepted({ ...letterIn, from: 'submitted', validUntil: past }),
  events.RequirementDeclared({ requirement: 'french', outcome: 'met' }),
  events.RequirementDeclared({ requirement: 'licence', outcome: 'met' }),
  events.ReviewerAssigned({ reviewerId: 'vera' }),
  told(events.MessageSent.type, {
    messageId: derive('message') as MessageId,
    side: 'organisation',
    text,
  }),
];
const submitted = events.ApplicationSubmitted({ from: 'draft', legalBasis: 'pre-contract' });
const after = {
  absent: [],
  draft: history,
  submitted: [...history, submitted],
  accepted: [
    ...history,
    submitted,
    events.ApplicationAccepted({ from: 'submitted', overridden: [] }),
  ],
  returned: [
    ...history,
    submitted,
    told(events.ApplicationReturned.type, { from: 'submitted', reason: text }),
  ],
  rejectedFinally: [
    ...history,
    submitted,
    told(events.ApplicationRejectedFinally.type, {
      from: 'submitted',
      reason: text,
      afterwards: { kind: 'erase-now' },
      eraseAt: past,
    }),
  ],
  withdrawn: [...history, submitted, events.ApplicationWithdrawn({ from: 'submitted' })],
  forgotten: [...history, events.DossierForgotten({ applicationId, candidateId: adaId })],
} as const satisfies Readonly<Record<string, readonly DomainEvent[]>>;

const dossier = { applicationId };
const document = { ...dossier, documentId: cv.documentId, version: 1 };

/** What is sent, by whom, and when it is not today. */
const sent: Readonly<Record<string, readonly [CommandName, object, Actor, string?]>> = {
  StartApplication: ['StartApplication', { invitationId: summerLink }, ada],
  SelectDocument: [
    'SelectDocument',
    { ...dossier, item: 'portfolio', documentId: portfolio.documentId },
    ada,
  ],
  DeselectDocument: ['DeselectDocument', { ...dossier, documentId: cv.documentId }, ada],
  DeclareStatus: ['DeclareStatus', { ...dossier, status: 'employee' }, ada],
  DeclareRequirement: [
    'DeclareRequirement',
    { ...dossier, requirement: 'licence', claim: true },
    ada,
  ],
  SubmitApplication: ['SubmitApplication', dossier, ada],
  WithdrawApplication: ['WithdrawApplication', dossier, ada],
  SendMessage: ['SendMessage', { ...dossier, text }, ada],
  MarkMessagesRead: ['MarkMessagesRead', dossier, ada],
  RepinDocument: ['RepinDocument', { ...dossier, documentId: cv.documentId }, clock],
  DropDocument: ['DropDocument', { ...dossier, documentId: cv.documentId }, clock],
  ConfirmRequirement: [
    'ConfirmRequirement',
    { ...dossier, requirement: 'french', confirmed: true },
    otto,
  ],
  AcceptDocument: ['AcceptDocument', document, otto],
  RefuseDocument: ['RefuseDocument', { ...document, reason: text }, otto],
  CommentOnDocument: ['CommentOnDocument', { ...document, comment: text }, otto],
  AcceptApplication: ['AcceptApplication', { ...dossier, overrideReason: text }, otto],
  ReturnApplication: ['ReturnApplication', { ...dossier, reason: text }, otto],
  RejectApplicationFinally: ['RejectApplicationFinally', { ...dossier, reason: text }, otto],
  AssignReviewer: ['AssignReviewer', { ...dossier, reviewerId: 'otto' }, otto],
  UnassignReviewer: ['UnassignReviewer', dossier, otto],
  ExpireDocument: ['ExpireDocument', { ...document, documentId: letter.documentId }, clock],
  'ForgetDossier/incomplete': [
    'ForgetDossier',
    { ...dossier, because: 'incomplete' },
    clock,
    aMonthLater,
  ],
  'ForgetDossier/finalRejection': [
    'ForgetDossier',
    { ...dossier, because: 'finalRejection' },
    clock,
  ],
};

/**
 * `yes`: something comes of it; `-`: nothing does, and it is no mistake; otherwise the code of the refusal,
 * without its first word `Application`.
 */
const table = `
                              absent   draft         submitted    accepted        returned        rejectedFinally withdrawn      forgotten
StartApplication              yes      Exists        Exists       Exists          Exists          Exists          yes            Forgotten
SelectDocument                Unknown  yes           NotEditable  NotEditable     yes             NotEditable     NotEditable    Forgotten
DeselectDocument              Unknown  yes           NotEditable  NotEditable     yes             NotEditable     NotEditable    Forgotten
DeclareStatus                 Unknown  yes           NotEditable  NotEditable     yes             NotEditable     NotEditable    Forgotten
DeclareRequirement            Unknown  yes           NotEditable  NotEditable     yes             NotEditable     NotEditable    Forgotten
SubmitApplication             Unknown  yes           NotEditable  NotEditable     yes             NotEditable     NotEditable    Forgotten
WithdrawApplication           Unknown  yes           yes          yes             yes             NotEditable     -              Forgotten
SendMessage                   Unknown  yes           yes          yes             yes             yes             yes            Forgotten
MarkMessagesRead              Unknown  yes           yes          yes             yes             yes             yes            Forgotten
RepinDocument                 Unknown  yes           yes          -               yes             -               -              -
DropDocument                  Unknown  yes           -            -               yes             -               -              -
ConfirmRequirement            Unknown  yes           yes          yes             yes             NotReviewable   NotReviewable  Forgotten
AcceptDocument                Unknown  yes           yes          yes             yes             NotReviewable   NotReviewable  Forgotten
RefuseDocument                Unknown  yes           yes          yes             yes             NotReviewable   NotReviewable  Forgotten
CommentOnDocument             Unknown  yes           yes          yes             yes             NotReviewable   NotReviewable  Forgotten
AcceptApplication             Unknown  NotSubmitted  yes          StateUnchanged  yes             yes             Withdrawn      Forgotten
ReturnApplication             Unknown  NotSubmitted  yes          yes             StateUnchanged  yes             Withdrawn      Forgotten
RejectApplicationFinally      Unknown  NotSubmitted  yes          yes             yes             StateUnchanged  Withdrawn      Forgotten
AssignReviewer                Unknown  yes           yes          yes             yes             yes             yes            Forgotten
UnassignReviewer              Unknown  yes           yes          yes             yes             yes             yes            Forgotten
ExpireDocument                Unknown  yes           yes          yes             yes             yes             yes            -
ForgetDossier/incomplete      Unknown  yes           -            -               yes             -               -              -
ForgetDossier/finalRejection  Unknown  -             -            -               -               yes             -              -
`;

const [header = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

test('The table has a row for every command of an application and a column for every state', () => {
  const names = rows.map(([row = '']) => sent[row]?.[0] ?? row);
  expect([...new Set(names)].sort()).toEqual(Object.keys(application.commands).sort());
  expect(header).toEqual(Object.keys(after));
});

const { IncompleteDeletionSet, LegalBasisSet } = recruitmentModuleEvents;
const settings = settingsOf(
  organisation,
  LegalBasisSet({ legalBasis: 'pre-contract' }),
  IncompleteDeletionSet({ deleteAfterDays: 30, remindBeforeDays: 0, zone: 'Europe/Paris' }),
);

describe.each(rows)('A.4: %s', (row, ...answers) => {
  const cells = answers.map((answer, column) => [header[column] ?? '', answer] as const);
  test.each(cells)('on a dossier that is %s: %s', async (state, answer) => {
    const [name, input, by, instant = at] = sent[row] ?? [];
    if (!name || !by) throw new Error(`Nothing is sent in the row ${row}.`);
    const events = after[state as keyof typeof after];
    const stream = { of: application, key: applicationId as string, events };
    const outcome = await given(settings, adasVault(cvReplaced), ...(events.length ? [stream] : []))
      .when(name, input as CommandInputs[typeof name], {
        by,
        at: instant,
        ...(events.length === 0 && { seen: 0 }),
      })
      .outcome();
    const expected = { yes: 'done', '-': 'nothing' }[answer] ?? `Application${answer}`;
    expect(outcome).toBe(expected);
  });
});
