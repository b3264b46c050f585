import { aggregates } from '@vivier/domain';
import type { OrganisationId, Recorded } from '@vivier/kernel';
import {
  candidateSpace,
  dossier,
  reviewSynthesis,
  type CandidateSpace,
  type DossierDocument,
  type ReviewSynthesis,
} from '@vivier/projections';
import { asOf, replay } from '@vivier/runtime';
import type { House } from './house.ts';

/** A dossier as it was at an instant, told by the log alone. */
export interface DossierThen {
  readonly dossier: DossierDocument;
  readonly synthesis: ReviewSynthesis;
  /** The candidate's own document, in which their name and their documents stand. */
  readonly space: CandidateSpace | undefined;
  /** What led there: of the application and of its candidate, in the order of the log. */
  readonly events: readonly Recorded[];
}

/**
 * The dossier as it was at an instant (GDPR 5(2), 30): its application's and its candidate's events up
 * to there, through the same rules that the read models are made by. Personal values stay sealed; what
 * was erased since stays erased.
 *
 * @param instant in ms since 1970
 * @returns undefined where there was no such application in the organisation then
 */
export const dossierAsOf = async (
  { load }: Pick<House, 'load'>,
  organisationId: OrganisationId,
  applicationId: string,
  instant: number,
): Promise<DossierThen | undefined> => {
  const application = await load(organisationId, aggregates.application, applicationId);
  const candidateId = application.events[0]?.personId;
  const candidate =
    candidateId === undefined
      ? []
      : (await load(organisationId, aggregates.candidate, candidateId)).events;
  const both = [...application.events, ...candidate].sort((a, b) => a.position - b.position);
  const events = asOf(both, instant);
  const then = replay(dossier, events, applicationId);
  const synthesis = replay(reviewSynthesis, events, applicationId);
  if (!then || !synthesis) return undefined;
  return {
    dossier: then,
    synthesis,
    space: replay(candidateSpace, events, then.candidateId),
    events,
  };
};

const INSTANT =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** An ISO-8601 instant with its offset, in ms since 1970; undefined where it is none, as 30 February. */
export const readInstant = (text: string): number | undefined => {
  if (!INSTANT.test(text)) return undefined;
  const day = text.slice(0, 10);
  // A day that its month does not have is read as one of the next.
  const isDay = new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isDay ? Date.parse(text) : undefined;
};
