import { evolveOne, type Recorded } from '@vivier/kernel';
import { application } from './application.ts';
import { applicationEvents as events } from './application.events.ts';
import { isDossier, type ApplicationState } from './state.ts';

/**
 * Whether reviewers may read a version of a document: it lies in the dossier now, it lay there when the
 * dossier was submitted, or it was reviewed. What a candidate tried and took out again in a draft stays
 * their own.
 *
 * @param history the application's events, the oldest first
 */
export const isShownToReviewers = (
  history: readonly Recorded[],
  documentId: string,
  version: number,
): boolean => {
  const is = (held: object): boolean => {
    const one = held as { readonly documentId?: string; readonly version?: number };
    return one.documentId === documentId && one.version === version;
  };
  const reviews = new Set<string>([
    events.DocumentAccepted.type,
    events.DocumentRefused.type,
    events.DocumentCommented.type,
  ]);
  let state: ApplicationState = application.initial;
  let submitted = false;
  for (const event of history) {
    state = evolveOne<ApplicationState, typeof events>(application, state, event);
    submitted ||= event.type === events.ApplicationSubmitted.type;
    if (reviews.has(event.type) && is(event.data as object)) return true;
    const isOpenToReview = submitted || event === history.at(-1);
    if (isOpenToReview && isDossier(state) && state.pins.some(is)) return true;
  }
  return false;
};
