import { defineEvents, id, type Brand } from '@vivier/kernel';
import { z } from 'zod';
import type { CandidateId } from '../candidate/candidate.events.ts';

export type ConsentId = Brand<'ConsentId'>;

/** What the person agrees to; each purpose is granted and withdrawn on its own. */
export const consentPurpose = z.enum(['recruitment']);

/** How the agreement reached the organisation. */
export const consentChannel = z.enum(['online', 'paper', 'phone']);

export const consentEvents = defineEvents({
  ConsentGranted: {
    consentId: id<ConsentId>(),
    candidateId: id<CandidateId>(),
    purpose: consentPurpose,
    /** The text that was shown, by its version. */
    textVersion: z.string(),
    channel: consentChannel,
  },
});
