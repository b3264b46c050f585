import type { DomainEvent, InputOf } from '@vivier/kernel';
import { summerLink } from '../recruitment-module/recruitment-module.fixtures.ts';
import {
  candidateEvents as events,
  type CandidateId,
  type DocumentId,
  type FileId,
} from './candidate.events.ts';
import { candidate } from './candidate.ts';

export const adaId = 'ada00000-0000-4000-8000-000000000001' as CandidateId;
export const bobId = 'b0b00000-0000-4000-8000-000000000002' as CandidateId;

const { CandidateRegistered, DocumentAdded, DocumentReplaced, SubjectErased } = events;

export const ada: InputOf<typeof CandidateRegistered.fields> = {
  candidateId: adaId,
  fullName: 'Ada Lovelace',
  email: 'ada@example.org',
  invitationId: summerLink,
  campaign: 'summer',
};
export const bob = {
  ...ada,
  candidateId: bobId,
  fullName: 'Bob Martin',
  email: 'bob@example.org',
};

const file = (n: number): FileId => `f11e0000-0000-4000-8000-00000000000${n}` as FileId;

const deposit = (n: number, fileName: string) =>
  ({
    documentId: `d0c00000-0000-4000-8000-00000000000${n}` as DocumentId,
    version: 1,
    fileId: file(n),
    fileName,
    mediaType: 'application/pdf',
    size: 1000 + n,
    contentHash: `hash-${n}`,
  }) satisfies InputOf<typeof DocumentAdded.fields>;

export const cv = deposit(1, 'Ada CV.pdf');
export const letter = deposit(2, 'Ada letter.pdf');
export const portfolio = deposit(3, 'Ada portfolio.pdf');
/** Not in her vault yet; of another type than the rest. */
export const memoir = {
  ...deposit(4, 'Ada memoir.docx'),
  mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};
export const memoirAdded: DomainEvent = { type: DocumentAdded.type, data: memoir };
export const newerCv = {
  ...cv,
  version: 2,
  fileId: file(9),
  fileName: 'Ada CV (2).pdf',
  contentHash: 'hash-9',
};

/** Ada's account with three documents in her vault, and what happened after. */
export const adasVault = (...after: readonly DomainEvent[]) => ({
  of: candidate,
  key: adaId as string,
  events: [
    { type: CandidateRegistered.type, data: ada },
    { type: DocumentAdded.type, data: cv },
    { type: DocumentAdded.type, data: letter },
    { type: DocumentAdded.type, data: portfolio },
    ...after,
  ] as readonly DomainEvent[],
});

export const bobsVault = () => ({
  of: candidate,
  key: bobId as string,
  events: [{ type: CandidateRegistered.type, data: bob }] as readonly DomainEvent[],
});

export const cvReplaced: DomainEvent = { type: DocumentReplaced.type, data: newerCv };
export const adaErased: DomainEvent = SubjectErased({ candidateId: adaId });
