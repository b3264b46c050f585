import { applicationEvents, candidateEvents } from '@vivier/domain/events';
import type { Projection } from '@vivier/kernel';
import { inStream, projected, told, type Interruption, type PastEvent } from '@vivier/testing';
import fc from 'fast-check';
import * as history from './history.fixtures.ts';
import { projections } from './index.ts';

const { ada, bob, bobId, cv, cvPlaced, newerCv, newerCvPlaced } = history;
const events = told(applicationEvents);
const { DeletionCancelled, DeletionWarned, SpaceLimited, SpaceOpened } = candidateEvents;
const {
  CandidateRegistered,
  DocumentAdded,
  DocumentRenamed,
  DocumentReplaced,
  OwnInformationAmended,
} = told(candidateEvents);

const adasVault = inStream(history.adasVault);
const bobsVault = inStream(history.bobsVault);
const adasConsent = inStream(history.adasConsent);
const bobsDossierId = 'd0551e40-0000-4000-8000-0000000000b0' as typeof history.dossierId;
const bobsStream = {
  ...history.dossierStream,
  key: bobsDossierId,
  personId: bobId,
  scope: `application-${bobsDossierId}` as typeof history.dossierStream.scope,
};
const bobsStarted = events.ApplicationStarted({
  ...history.begun,
  applicationId: bobsDossierId,
  candidateId: bobId,
});
const dossiers = [
  [inStream(history.dossierStream), history.started],
  [inStream(history.otherDossierStream), history.otherStarted],
  [inStream(bobsStream), bobsStarted],
] as const;

/** Whatever can happen in a dossier, in no order that rules would keep to. */
const inDossiers = [
  history.cvSelected,
  history.submitted,
  history.forgotten,
  events.DocumentAccepted({ ...cvPlaced, from: 'submitted' }),
  events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason: 'a reason' }),
  events.DocumentCommented({ ...cvPlaced, comment: 'a comment' }),
  events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'refused' }),
  events.DocumentDeselected({ ...cvPlaced, from: 'submitted' }),
  events.DocumentSelected({ ...cvPlaced, documentId: history.letterId, from: 'missing' }),
  events.DocumentMarkedNotApplicable({ ...cvPlaced, from: 'valid' }),
  events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'notApplicable' }),
  events.DocumentExpired({ ...cvPlaced, from: 'valid', validUntil: '2026-06-30T22:00:00.000Z' }),
  events.StatusDeclared({ status: 'employee' }),
  events.ChecklistRecomputed({ status: 'employee', items: ['letter'] }),
  events.RequirementDeclared({ requirement: 'why', outcome: 'answered', answer: 'an answer' }),
  events.RequirementConfirmed({ requirement: 'why', confirmed: true }),
  events.ReviewerAssigned({ reviewerId: 'vera' }),
  events.ReviewerUnassigned({ from: 'vera' }),
  events.MessageSent({ messageId: history.messageId, side: 'candidate', text: 'a word' }),
  events.MessagesRead({ side: 'organisation', upTo: history.messageId }),
  events.ApplicationWithdrawn({ from: 'submitted' }),
  events.ApplicationReturned({ from: 'submitted', reason: 'for correction' }),
  events.ApplicationAccepted({ from: 'submitted', overridden: [] }),
  events.ApplicationAccepted({ from: 'submitted', overridden: ['cv'], overrideReason: 'why' }),
  events.ApplicationRejectedFinally({ from: 'returned', reason: 'an end' }),
  events.ApplicationRejectedFinally({
    ...{ from: 'returned', reason: 'an end later' },
    afterwards: { kind: 'archive' },
  }),
];
const elsewhere: readonly PastEvent[] = [
  adasVault(CandidateRegistered(ada)),
  bobsVault(CandidateRegistered(bob)),
  ...dossiers.map(([inDossier, started]) => inDossier(started)),
  adasVault(DocumentAdded(cv)),
  adasVault(DocumentReplaced(newerCv)),
  adasVault(
    DocumentRenamed({
      ...{ documentId: cv.documentId, version: 1, contentHash: cv.contentHash },
      fileName: 'CV.pdf',
    }),
  ),
  adasVault(
    candidateEvents.DocumentRemoved({
      ...{ documentId: cv.documentId, version: 1, contentHash: cv.contentHash },
      files: [cv.fileId],
    }),
  ),
  ...[{ town: 'Lyon' }, { town: '', telephone: '1' }].map((values) =>
    adasVault(
      OwnInformationAmended({ fields: Object.keys(values), filled: Object.keys(values), values }),
    ),
  ),
  ...[SpaceOpened, SpaceLimited].map((space) =>
    adasVault(space({ applicationId: history.dossierId })),
  ),
  ...[undefined, history.dossierId].flatMap((applicationId) => {
    const about = { candidateId: history.adaId, ...(applicationId && { applicationId }) };
    const because = { deleteAfterDays: 30, remindBeforeDays: 7, settingsRevision: 3 };
    return [
      DeletionWarned({ ...about, ...because, deleteAt: '2026-04-01T22:00:00.000Z' }),
      DeletionCancelled({ ...about, cause: 'activity' }),
    ].map((event) => adasVault(event));
  }),
  adasConsent(history.granted),
  adasVault(history.erasedAda),
];
/** How each history begins, so that most of what follows touches something. */
const beginning: readonly PastEvent[] = [
  adasVault(CandidateRegistered(ada)),
  ...dossiers.map(([inDossier, started]) => inDossier(started)),
];

const happening: fc.Arbitrary<PastEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...dossiers), fc.constantFrom(...inDossiers))
      .map(([[inDossier], event]) => inDossier(event)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...elsewhere) },
);
const past = fc
  .array(happening, { minLength: 1, maxLength: 40 })
  .map((more) => [...beginning, ...more]);
const interruptionsIn = (length: number): fc.Arbitrary<readonly Interruption[]> =>
  fc
    .array(
      fc.record({
        after: fc.integer({ min: 0, max: length }),
        by: fc.constantFrom('restart' as const, 'rebuild' as const),
      }),
      { maxLength: 4 },
    )
    .map((all) => all.toSorted((a, b) => a.after - b.after));
const pageSize = fc.integer({ min: 1, max: 50 });

describe.each(projections.map((projection): [string, Projection] => [projection.name, projection]))(
  '%s',
  (_, projection) => {
    test('is the same byte for byte, kept up page by page through restarts, or rebuilt at any time', async () => {
      const names = new Set(projection.events.flatMap((set) => Object.keys(set)));
      await fc.assert(
        fc.asyncProperty(
          past
            .map((whole) => whole.filter(({ event }) => names.has(event.type)))
            .chain((whole) =>
              fc.tuple(fc.constant(whole), pageSize, interruptionsIn(whole.length)),
            ),
          async ([whole, size, interruptions]) => {
            const rebuiltAtTheEnd: Interruption = { after: whole.length, by: 'rebuild' };
            const inOne = await projected([projection], whole, whole.length);
            expect(await projected([projection], whole, size, interruptions)).toBe(inOne);
            expect(await projected([projection], whole, size, [rebuiltAtTheEnd])).toBe(inOne);
          },
        ),
        { numRuns: 40 },
      );
    });
  },
);
