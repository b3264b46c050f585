import { defineEvents, id } from '@vivier/kernel';
import { z } from 'zod';
import type { CandidateId } from '../candidate/candidate.events.ts';

/** What was erased: a person, or one dossier of theirs. */
const subject = {
  candidateId: id<CandidateId>(),
  applicationId: z.string().optional(),
};

/** The facts of an erasure, in the order in which they come about; nothing in them is personal. */
export const erasureEvents = defineEvents({
  /** The keys are gone and fenced, with the claims and accounts: nothing can be read any more. */
  KeysDestroyed: subject,
  /** The places that still held something unreadable are clean. */
  CopiesCleaned: {
    ...subject,
    /** What was still found in each; after a crash, what the crash had left. */
    places: z.array(z.strictObject({ place: z.string(), removed: z.int().nonnegative() })),
  },
});
