import { defineEvents, id, personal, type Brand, type PersonId } from '@vivier/kernel';
import { z } from 'zod';
import type { InvitationId } from '../recruitment-module/recruitment-module.events.ts';

/** A candidate is a person: their id names their keys. */
export type CandidateId = PersonId;
export type DocumentId = Brand<'DocumentId'>;
/** One uploaded file; the bytes lie sealed in the file store, under a key of their own. */
export type FileId = Brand<'FileId'>;

/** One version of a document, as the candidate deposited it. */
const deposited = {
  documentId: id<DocumentId>(),
  /** 1 for the first deposit, one more with each replacement. */
  version: z.int().positive(),
  fileId: id<FileId>(),
  fileName: personal(z.string().trim().min(1).max(200)),
  mediaType: z.string(),
  /** Bytes of the file in clear. */
  size: z.int().positive(),
  /** Keyed, so that it confirms no guessed file once the key is gone. */
  contentHash: z.string(),
};

export const candidateEvents = defineEvents({
  CandidateRegistered: {
    candidateId: id<CandidateId>(),
    fullName: personal(z.string().trim().min(1).max(200)),
    email: personal(z.email().max(254)),
    /** Where they came from. */
    invitationId: id<InvitationId>(),
    campaign: z.string(),
  },
  DocumentAdded: deposited,
  DocumentReplaced: deposited,
  /** Somebody who reads facts only was shown the name and the address, and said why (GDPR 5(2)). */
  PersonalDataOpened: { reason: personal(z.string().trim().min(1).max(2000)) },
  /** GDPR 17. The keys are destroyed after it; documents drop their handles on it. */
  SubjectErased: { candidateId: id<CandidateId>() },
});
