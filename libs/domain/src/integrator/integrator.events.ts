import { defineEvents, id, personal, type PersonId } from '@vivier/kernel';
import { z } from 'zod';

/** A program's account: its id names its keys, as a person's does. */
export type IntegratorId = PersonId;

const decided = {
  integratorId: id<IntegratorId>(),
  /** Why; sealed under the integrator's own key, as every free text is under somebody's. */
  reason: personal(z.string().trim().min(1).max(2000)),
};

export const integratorEvents = defineEvents({
  /** From now on the feed opens personal values for this integrator (GDPR 5(1)(c): off by default). */
  PersonalFeedGranted: decided,
  PersonalFeedWithdrawn: decided,
});
