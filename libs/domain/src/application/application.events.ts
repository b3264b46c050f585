import { defineEvents, id, personal, type Brand } from '@vivier/kernel';
import { z } from 'zod';
import type { CandidateId, DocumentId } from '../candidate/candidate.events.ts';
import type { ConsentId } from '../consent/consent.events.ts';
import {
  afterFinalRejection,
  checklistItem,
  informationField,
  languageLevel,
  legalBasis,
  requirement,
  workerStatus,
  type InvitationId,
} from '../recruitment-module/recruitment-module.events.ts';

export type ApplicationId = Brand<'ApplicationId'>;
export type MessageId = Brand<'MessageId'>;

/** Where one document of a dossier stands in its review (*état de validation*). */
export const reviewState = z.enum([
  'missing',
  'submitted',
  'valid',
  'refused',
  'notApplicable',
  'expired',
]);
export type ReviewState = z.infer<typeof reviewState>;

/** Where the whole dossier stands (*Synthèse*). */
export const overallState = z.enum([
  'draft',
  'submitted',
  'accepted',
  'returned',
  'rejectedFinally',
  'withdrawn',
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

/** What came of a declared requirement: a fact, whatever the words beside it. */
export const requirementOutcome = z.enum(['met', 'unmet', 'answered']);
export type RequirementOutcome = z.infer<typeof requirementOutcome>;

/** As a candidate sends it, for a claim. */
export const declaredClaim = z.boolean().optional();

/** The last day on which a verdict is to hold, as a reviewer sends it. */
export const lastValidDay = z.iso.date().optional();

/** On which side of a thread somebody is. */
export const messageSide = z.enum(['candidate', 'organisation']);
export type MessageSide = z.infer<typeof messageSide>;

/** Why a dossier, or a person, is forgotten; the rule that led to it. */
export const erasureCause = z.enum(['incomplete', 'finalRejection']);
export type ErasureCause = z.infer<typeof erasureCause>;

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
    information: z.array(informationField).optional(),
    requirements: z.array(requirement).optional(),
    /** Left out where no status is asked for. */
    acceptedStatuses: z.array(workerStatus).optional(),
  },
  /** How they would work; the checklist follows it. */
  StatusDeclared: { status: workerStatus, from: workerStatus.optional() },
  /** What is asked for now that the status is another one; what else lay there is not applicable. */
  ChecklistRecomputed: { status: workerStatus, items: z.array(z.string()) },
  /** A claim, a level, or a free answer, which alone is personal. */
  RequirementDeclared: {
    /** The requirement's key. */
    requirement: z.string(),
    outcome: requirementOutcome,
    from: requirementOutcome.optional(),
    level: languageLevel.optional(),
    answer: personal(z.string().trim().min(1).max(2000).optional()),
  },
  /** A reviewer looked into what was declared. */
  RequirementConfirmed: {
    requirement: z.string(),
    confirmed: z.boolean(),
    from: z.boolean().optional(),
    reason: personal(z.string().trim().min(1).max(2000).optional()),
  },
  /** The candidate put a document in a place; `from` is where that place stood. */
  DocumentSelected: { ...pinned, from: reviewState },
  /** The candidate took a document out of its place; the document itself stays theirs. */
  DocumentDeselected: { ...pinned, from: reviewState },
  /** *Envoyer*. What allowed the organisation to keep it is recorded with it. */
  ApplicationSubmitted: {
    from: overallState,
    legalBasis,
    consentId: id<ConsentId>().optional(),
    consentRevision: z.int().optional(),
  },
  DocumentAccepted: {
    ...pinned,
    from: reviewState,
    /** An ISO-8601 instant from which the verdict holds no more. */
    validUntil: z.string().optional(),
  },
  DocumentRefused: { ...pinned, from: reviewState, reason: words },
  DocumentCommented: { ...pinned, comment: words },
  /** Its owner replaced the document: the dossier now holds the new version. */
  DocumentRepinned: { ...pinned, previousVersion: z.int().positive(), from: reviewState },
  /** The verdict was about a version that is no longer the one in the dossier (F-04). */
  DocumentVerdictReset: { ...pinned, from: reviewState },
  /** The status is another one: this document is not asked for any more, its history stays. */
  DocumentMarkedNotApplicable: { ...pinned, from: reviewState },
  /** Its verdict held until now; on an accepted dossier this is a task. */
  DocumentExpired: { ...pinned, from: reviewState, validUntil: z.string() },
  /** Who of the organisation looks after this dossier: an account's id. */
  ReviewerAssigned: { reviewerId: z.string(), from: z.string().optional() },
  ReviewerUnassigned: { from: z.string() },
  /** One entry of the thread on the dossier (*messagerie*). */
  MessageSent: {
    messageId: id<MessageId>(),
    side: messageSide,
    text: personal(z.string().trim().min(1).max(5000)),
  },
  /** A side has read all that the other wrote up to a message. */
  MessagesRead: { side: messageSide, upTo: id<MessageId>() },
  /** *Accepté*. A reason stands where a document was not valid. */
  ApplicationAccepted: {
    from: overallState,
    overridden: z.array(z.string()),
    overrideReason: personal(z.string().trim().min(1).max(2000).optional()),
  },
  /** *Rejeté*: correct and send again. */
  ApplicationReturned: { from: overallState, reason: words },
  /** *Rejeté et supprimé* (R-032). */
  ApplicationRejectedFinally: {
    from: overallState,
    reason: words,
    /** What the policy in force said would follow. */
    afterwards: afterFinalRejection.optional(),
    /** Where something follows: when, an ISO-8601 instant. */
    eraseAt: z.string().optional(),
  },
  /** By the candidate. */
  ApplicationWithdrawn: { from: overallState },
  /** This dossier's keys are destroyed after it; the person and their other dossiers stay. */
  DossierForgotten: {
    applicationId: id<ApplicationId>(),
    candidateId: id<CandidateId>(),
    because: erasureCause.optional(),
  },
});
