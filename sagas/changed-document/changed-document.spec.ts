import type { DomainEvent, PersonId, Scope } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type DocumentId,
  type FileId,
} from '@vivier/domain/events';
import { givenSaga as given, inStream, pastId, told } from '@vivier/testing';
import { changedDocument } from './changed-document.ts';

const { DocumentAdded, DocumentReplaced, SubjectErased } = told(candidateEvents);
const events = told(applicationEvents);

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;
const winter = 'd0551e40-0000-4000-8000-000000000002' as ApplicationId;
const cvId = 'd0c00000-0000-4000-8000-000000000001' as DocumentId;
const otherId = 'd0c00000-0000-4000-8000-000000000002' as DocumentId;

const stream = (category: string, key: string) =>
  inStream({ category, key, personId: ada, scope: 'account' as Scope });
const inVault = stream('candidate', ada);
const inSummer = stream('application', summer);
const inWinter = stream('application', winter);

const deposited = (version: number, documentId = cvId) => ({
  documentId,
  version,
  fileId: 'f11e0000-0000-4000-8000-000000000001' as FileId,
  fileName: 'CV.pdf',
  mediaType: 'application/pdf',
  size: 1,
  contentHash: `hash-${version}`,
});
const placed = (version: number, documentId = cvId) => ({
  item: 'cv',
  documentId,
  version,
  contentHash: `hash-${version}`,
});
const started = (applicationId: ApplicationId): DomainEvent =>
  events.ApplicationStarted({
    applicationId,
    candidateId: ada,
    invitationId: '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1101',
    campaign: 'summer',
    checklistVersion: 1,
    checklist: [],
  });
const selected = (version: number, documentId = cvId): DomainEvent =>
  events.DocumentSelected({ ...placed(version, documentId), from: 'missing' });

const at = '2026-04-01T08:00:00.000Z';
const added = inVault(DocumentAdded(deposited(1)));
const replaced = inVault(DocumentReplaced(deposited(2)), { at });
const held = [added, inSummer(started(summer)), inSummer(selected(1))];

/** The plan that the n-th event of the past led to. */
const repin = (applicationId: ApplicationId, because: number) => ({
  due: at,
  because: pastId(because),
  command: { name: 'RepinDocument', input: { applicationId, documentId: cvId } },
});

test('R-026: a replaced document is pinned anew at once where a dossier holds it', () => {
  given(changedDocument, ...held, replaced).thenPlans([repin(summer, 3)]);
});

test('A dossier that holds another document, or none, is left alone', () => {
  given(changedDocument, added, inSummer(started(summer)), replaced).thenPlans([]);
  given(
    changedDocument,
    added,
    inVault(DocumentAdded(deposited(1, otherId))),
    inSummer(started(summer)),
    inSummer(selected(1, otherId)),
    replaced,
  ).thenPlans([]);
});

test('R-026: every open dossier that holds the document is pinned anew', () => {
  const both = [...held, inWinter(started(winter)), inWinter(selected(1))];
  given(changedDocument, ...both, replaced).thenPlans([repin(summer, 5), repin(winter, 5)]);
});

test('Once the dossier holds the new version nothing is planned any more', () => {
  const repinned = events.DocumentRepinned({ ...placed(2), previousVersion: 1, from: 'valid' });
  given(changedDocument, ...held, replaced, inSummer(repinned)).thenPlans([]);
  given(changedDocument, ...held, replaced, inSummer(selected(2))).thenPlans([]);
});

test('A place that was given to another document needs no new pin', () => {
  given(changedDocument, ...held, replaced, inSummer(selected(1, otherId))).thenPlans([]);
});

test('A document that was selected after its replacement is the new one already', () => {
  given(
    changedDocument,
    added,
    replaced,
    inSummer(started(summer)),
    inSummer(selected(2)),
  ).thenPlans([]);
});

test('Of two replacements the later one counts, and is the cause', () => {
  const later = '2026-04-02T08:00:00.000Z';
  given(
    changedDocument,
    ...held,
    replaced,
    inVault(DocumentReplaced(deposited(3)), { at: later }),
  ).thenPlans([{ ...repin(summer, 4), due: later }]);
});

const closings: readonly DomainEvent[] = [
  events.ApplicationAccepted({ from: 'submitted', overridden: [] }),
  events.ApplicationRejectedFinally({ from: 'submitted', reason: 'No.' }),
  events.DossierForgotten({ applicationId: summer, candidateId: ada }),
];
test.each(closings)('A closed dossier keeps what it holds: $type', (closing) => {
  given(changedDocument, ...held, inSummer(closing), replaced).thenPlans([]);
  given(changedDocument, ...held, replaced, inSummer(closing)).thenPlans([]);
});

test('R-031: a dossier that is taken back into correction catches up', () => {
  const accepted = events.ApplicationAccepted({ from: 'submitted', overridden: [] });
  const returned = events.ApplicationReturned({ from: 'accepted', reason: 'Look again.' });
  given(changedDocument, ...held, inSummer(accepted), replaced, inSummer(returned)).thenPlans([
    repin(summer, 4),
  ]);
});

test('GDPR 17: nothing is planned for an erased person', () => {
  given(changedDocument, ...held, replaced, inVault(SubjectErased({ candidateId: ada }))).thenPlans(
    [],
  );
});
