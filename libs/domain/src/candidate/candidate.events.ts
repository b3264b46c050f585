import { defineEvents, id, personal, type Brand, type PersonId } from '@vivier/kernel';
import { z } from 'zod';
import type { InvitationId } from '../recruitment-module/recruitment-module.events.ts';

/** A candidate is a person: their id names their keys. */
export type CandidateId = PersonId;
export type DocumentId = Brand<'DocumentId'>;
/** One uploaded file; the bytes lie sealed in the file store, under a key of their own. */
export type FileId = Brand<'FileId'>;

/** One link in one mail, good once. */
export type LinkId = Brand<'LinkId'>;

/** The languages that people are written to in. */
export const locale = z.enum(['fr', 'en']);
export type Locale = z.infer<typeof locale>;

const email = personal(z.email().max(254));
/** A link that leaves in a mail; nothing of it is stored but its id and its end (ISO-8601 instant). */
const link = { linkId: id<LinkId>(), until: z.string() };

/** Where a clock of an incomplete dossier stands: of one application, or of an account without one. */
const clock = {
  candidateId: id<CandidateId>(),
  applicationId: z.string().optional(),
};

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
    email,
    /** Left out: the organisation's own. */
    locale: locale.optional(),
    /** Where they came from. */
    invitationId: id<InvitationId>(),
    campaign: z.string(),
  },
  DocumentAdded: deposited,
  DocumentReplaced: deposited,
  DocumentRenamed: {
    documentId: id<DocumentId>(),
    version: z.int().positive(),
    contentHash: z.string(),
    fileName: deposited.fileName,
  },
  /** Its files go; what was decided about it stays. */
  DocumentRemoved: {
    documentId: id<DocumentId>(),
    version: z.int().positive(),
    contentHash: z.string(),
    files: z.array(id<FileId>()),
  },
  /** *Mes infos*. Which fields it touches are facts, what they say is sealed; an empty text clears one. */
  OwnInformationAmended: {
    /** Touched by this change. */
    fields: z.array(z.string()),
    /** Filled after it. */
    filled: z.array(z.string()),
    values: personal(z.record(z.string(), z.string().trim().max(1000))),
  },

  /** A mail with an activation link is to leave. */
  ActivationRequested: link,
  AccountConfirmed: { linkId: id<LinkId>() },
  PasswordResetRequested: link,
  /** By the link; login sessions end with it. */
  PasswordReset: { linkId: id<LinkId>() },
  /** The link goes to the new address. */
  AddressChangeRequested: { ...link, email },
  LoginEmailChanged: { linkId: id<LinkId>(), email },

  /** An application was accepted: the space is the whole one. */
  SpaceOpened: { applicationId: z.string() },
  /** No application is accepted any more. */
  SpaceLimited: { applicationId: z.string() },

  /** Told to the candidate by mail, and to the operator. */
  DeletionWarned: {
    ...clock,
    /** ISO-8601 instant that is announced. */
    deleteAt: z.string(),
    deleteAfterDays: z.int().positive(),
    remindBeforeDays: z.int().positive(),
    /** The revision of the settings that led to it. */
    settingsRevision: z.int(),
  },
  /** What had been announced will not happen (F-26). */
  DeletionCancelled: { ...clock, cause: z.enum(['activity', 'settings', 'decision']) },
  /** Somebody who reads facts only was shown the name and the address, and said why (GDPR 5(2)). */
  PersonalDataOpened: { reason: personal(z.string().trim().min(1).max(2000)) },
  /** GDPR 17. The keys are destroyed after it; documents drop their handles on it. */
  SubjectErased: {
    candidateId: id<CandidateId>(),
    because: z.enum(['incomplete', 'finalRejection']).optional(),
  },
});
