import type { Projection } from '@vivier/kernel';
import { auditTrail } from './audit-trail/audit-trail.ts';
import { candidateSpace } from './candidate-space/candidate-space.ts';
import { dossier } from './dossier/dossier.ts';
import { mailLog } from './mail-log/mail-log.ts';
import { messages } from './messages/messages.ts';
import { personalFeedAccess } from './personal-feed-access/personal-feed-access.ts';
import { reviewSynthesis } from './review-synthesis/review-synthesis.ts';

export * from './audit-trail/audit-trail.ts';
export * from './candidate-space/candidate-space.ts';
export * from './dossier/dossier.ts';
export type { DossierItem } from './dossier/items.ts';
export type { Queue } from './dossier/queues.ts';
export * from './mail-log/mail-log.ts';
export * from './messages/messages.ts';
export * from './personal-feed-access/personal-feed-access.ts';
export * from './review-synthesis/review-synthesis.ts';

/** Every question that the read side answers. */
export const projections: readonly Projection[] = [
  auditTrail,
  candidateSpace,
  dossier,
  mailLog,
  messages,
  personalFeedAccess,
  reviewSynthesis,
] as unknown as readonly Projection[];
