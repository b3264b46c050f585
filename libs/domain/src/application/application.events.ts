import { defineEvents, id, personal, type Brand } from '@vivier/kernel';
import { z } from 'zod';
import type { CandidateId, DocumentId } from '../candidate/candidate.events.ts';
import type { ConsentId } from '../consent/consent.events.ts';
import {
  checklistItem,
  legalBasis,
  type InvitationId,
} from '../recruitment-module/recruitment-module.events.ts';

export type ApplicationId = Brand<'ApplicationId'>;

/** Where one document of a dossier stands in its review (*état de validation*). */
export const reviewState = z.enum(['missing', 'submitted', 'valid', 'refused']);
export type ReviewState = z.infer<typeof reviewState>;

/** Where the whole dossier stands (*Synthèse*). */
export const overallState = z.enum([
  'draft',
  'submitted',
  'accepted',
  'returned',
  'rejectedFinally',
]);
export type OverallState = z.infer<typeof overallState>;

/** One version of one document in one place of the checklist: what a verdict is about. */
const pinned = {
  /** The checklist item's key. */
  item: z.string(),
  documentId: id<DocumentId>(),
  version: z.int().positive(),
  contentHash: z.string(),
};

/** The reviewer's own words about a candidate's document or dossier. */
const words = personal(z.string().trim().min(1).max(2000));

export const applicationEvents = defineEvents({
  ApplicationStarted: {
    applicationId: id<ApplicationId>(),
    candidateId: id<CandidateId>(),
    invitationId: id<InvitationId>(),
    campaign: z.string(),
    /** The checklist as it was: a later one does not touch this dossier. */
    checklistVersion: z.int().nonnegative(),
    checklist: z.array(checklistItem),
  },
  /** The candidate put a document in a place; `from` is where that place stood. */
  DocumentSelected: { ...pinned, from: reviewState },
  /** *Envoyer*. What allowed the organisation to keep it is recorded with it. */
  ApplicationSubmitted: {
    from: overallState,
    legalBasis,
    consentId: id<ConsentId>().optional(),
    consentRevision: z.int().optional(),
  },
  DocumentAccepted: { ...pinned, from: reviewState },
  DocumentRefused: { ...pinned, from: reviewState, reason: words },
  DocumentCommented: { ...pinned, comment: words },
  /** Its owner replaced the document: the dossier now holds the new version. */
  DocumentRepinned: { ...pinned, previousVersion: z.int().positive(), from: reviewState },
  /** The verdict was about a version that is no longer the one in the dossier (F-04). */
  DocumentVerdictReset: { ...pinned, from: reviewState },
  /** *Accepté*. A reason stands where a document was not valid. */
  ApplicationAccepted: {
    from: overallState,
    overridden: z.array(z.string()),
    overrideReason: personal(z.string().trim().min(1).max(2000).optional()),
  },
  /** *Rejeté*: correct and send again. */
  ApplicationReturned: { from: overallState, reason: words },
  /** *Rejeté et supprimé* (R-032). */
  ApplicationRejectedFinally: { from: overallState, reason: words },
  /** This dossier's keys are destroyed after it; the person and their other dossiers stay. */
  DossierForgotten: { applicationId: id<ApplicationId>(), candidateId: id<CandidateId>() },
});
