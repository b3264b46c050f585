import type { Projection } from '@vivier/kernel';
import { candidateSpace } from './candidate-space/candidate-space.ts';
import { documentAuditTrail } from './document-audit-trail/document-audit-trail.ts';
import { dossier } from './dossier/dossier.ts';
import { personalFeedAccess } from './personal-feed-access/personal-feed-access.ts';
import { reviewSynthesis } from './review-synthesis/review-synthesis.ts';

export * from './candidate-space/candidate-space.ts';
export * from './document-audit-trail/document-audit-trail.ts';
export * from './dossier/dossier.ts';
export * from './personal-feed-access/personal-feed-access.ts';
export * from './review-synthesis/review-synthesis.ts';

/** Every question that the read side answers. */
export const projections: readonly Projection[] = [
  candidateSpace,
  documentAuditTrail,
  dossier,
  personalFeedAccess,
  reviewSynthesis,
] as unknown as readonly Projection[];
