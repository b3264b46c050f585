import type { DomainEvent, InputOf, PersonId, Scope } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  consentEvents,
  type ApplicationId,
  type ChecklistItem,
  type ConsentId,
  type DocumentId,
  type FileId,
  type InvitationId,
  type MessageId,
} from '@vivier/domain/events';

export const adaId = 'ada00000-0000-4000-8000-000000000001' as PersonId;
export const bobId = 'b0b00000-0000-4000-8000-000000000002' as PersonId;
export const dossierId = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;
export const otherDossierId = 'd0551e40-0000-4000-8000-000000000002' as ApplicationId;
export const consentId = 'c0a5e000-0000-4000-8000-000000000001' as ConsentId;
export const letterId = 'd0c00000-0000-4000-8000-000000000002' as DocumentId;
export const messageId = '3e55a6e0-0000-4000-8000-000000000001' as MessageId;
export const nextMessageId = '3e55a6e0-0000-4000-8000-000000000002' as MessageId;
const invitationId = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1101' as InvitationId;

const streamOf = (category: string, key: string, personId: PersonId, scope: string) => ({
  category,
  key,
  personId,
  scope: scope as Scope,
});
export const adasVault = streamOf('candidate', adaId, adaId, 'account');
export const bobsVault = streamOf('candidate', bobId, bobId, 'account');
export const adasConsent = streamOf('consent', consentId, adaId, 'account');
export const dossierStream = streamOf('application', dossierId, adaId, `application-${dossierId}`);
export const otherDossierStream = streamOf(
  'application',
  otherDossierId,
  adaId,
  `application-${otherDossierId}`,
);

export const checklist: ChecklistItem[] = [
  { key: 'cv', label: 'CV', required: true },
  { key: 'letter', label: 'Cover letter', required: false },
];

export const ada: InputOf<typeof candidateEvents.CandidateRegistered.fields> = {
  candidateId: adaId,
  fullName: 'Ada Lovelace',
  email: 'ada@example.org',
  invitationId,
  campaign: 'summer',
};
export const bob = { ...ada, candidateId: bobId, fullName: 'Bob Martin' };

export const cv = {
  documentId: 'd0c00000-0000-4000-8000-000000000001' as DocumentId,
  version: 1,
  fileId: 'f11e0000-0000-4000-8000-000000000001' as FileId,
  fileName: 'Ada CV.pdf',
  mediaType: 'application/pdf',
  size: 1001,
  contentHash: 'hash-1',
} satisfies InputOf<typeof candidateEvents.DocumentAdded.fields>;
export const newerCv = {
  ...cv,
  version: 2,
  fileId: 'f11e0000-0000-4000-8000-000000000009' as FileId,
  fileName: 'Ada CV (2).pdf',
  contentHash: 'hash-9',
};

const placed = ({ documentId, version, contentHash }: typeof cv) => ({
  item: 'cv',
  documentId,
  version,
  contentHash,
});
export const cvPlaced = placed(cv);
export const newerCvPlaced = placed(newerCv);

const { ApplicationStarted, ApplicationSubmitted, DocumentSelected, DossierForgotten } =
  applicationEvents;
export const begun = {
  applicationId: dossierId,
  candidateId: adaId,
  invitationId,
  campaign: 'summer',
  checklistVersion: 1,
  checklist,
};
export const started = ApplicationStarted(begun);
export const otherStarted = ApplicationStarted({
  ...begun,
  applicationId: otherDossierId,
  campaign: 'winter',
});
export const cvSelected = DocumentSelected({ ...cvPlaced, from: 'missing' });
export const submitted = ApplicationSubmitted({ from: 'draft', legalBasis: 'consent' });
export const forgotten = DossierForgotten({ applicationId: dossierId, candidateId: adaId });
export const erasedAda = candidateEvents.SubjectErased({ candidateId: adaId });
export const granted = consentEvents.ConsentGranted({
  consentId,
  candidateId: adaId,
  purpose: 'recruitment',
  textVersion: 'recruitment-1',
  channel: 'online',
});

const { CandidateRegistered, DocumentAdded, DocumentReplaced } = candidateEvents;
export const adaRegistered: DomainEvent = { type: CandidateRegistered.type, data: ada };
export const bobRegistered: DomainEvent = { type: CandidateRegistered.type, data: bob };
export const cvAdded: DomainEvent = { type: DocumentAdded.type, data: cv };
export const cvReplaced: DomainEvent = { type: DocumentReplaced.type, data: newerCv };
