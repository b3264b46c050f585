import type { OverallState } from '@vivier/domain/events';
import type { DossierItem } from './items.ts';

/**
 * Where a dossier waits: for a reviewer, for its candidate, or because a verdict on what had been
 * accepted holds no more, which is a task (A.4).
 */
export type Queue = 'toReview' | 'waitingForCandidate' | 'expired';

/** In which queue a dossier is; `none` where nobody has to do anything. */
export const queueOf = (
  state: OverallState | 'forgotten' | 'erased',
  items: readonly Pick<DossierItem, 'state' | 'asked' | 'overridden'>[],
): Queue | 'none' => {
  switch (state) {
    case 'submitted':
      return 'toReview';
    case 'draft':
    case 'returned':
      return 'waitingForCandidate';
    case 'accepted': {
      const isOne = (review: DossierItem['state']) =>
        items.some(({ asked, overridden, state: it }) => asked && !overridden && it === review);
      // Replaced after it had expired: it waits for a new verdict.
      if (isOne('submitted')) return 'toReview';
      return isOne('expired') ? 'expired' : 'none';
    }
    default:
      return 'none';
  }
};
