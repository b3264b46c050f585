import {
  collectionName,
  type Document,
  type OrganisationId,
  type Position,
  type Projection,
} from '@vivier/kernel';
import { unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import {
  candidateSpace,
  auditTrail,
  dossier,
  reviewSynthesis,
  type CandidateSpace,
  type DossierDocument,
  type ReviewSynthesis,
  type TrailEntry,
} from '@vivier/projections';
import type { ReadFilter } from '@vivier/read-store';
import { documentsOf } from '@vivier/runtime';
import type { House } from '@vivier/server';
import { applicationIdOf, candidateIdOf } from '../seed/dossiers.ts';
import { stateAt, type Decided } from './commands.ts';

/** As long as the product lets a question wait, in ms. */
const LONGEST_WAIT_MS = 2_000;

type Asked = Pick<House, 'projector' | 'readStore'>;

/** The answer did not come in time; the product says `NotYetVisible` then. */
export class NotInTime extends Error {
  override readonly name = 'NotInTime';
}

/**
 * Asks a read model as the API does behind GraphQL: waits until it shows a position, then looks where it
 * answers from at that moment.
 *
 * @throws NotInTime
 */
const find = async <Doc extends Document>(
  { projector, readStore }: Asked,
  organisationId: OrganisationId,
  of: Projection<Doc>,
  filter: ReadFilter,
  atLeast: Position,
): Promise<Doc | undefined> => {
  const progress = projector.progress.get(collectionName(of));
  const inTime = AbortSignal.timeout(LONGEST_WAIT_MS);
  if (!(await progress?.reached(atLeast, inTime))) throw new NotInTime(of.name);
  const [found] = await documentsOf(readStore, organisationId, of).find(filter, { limit: 1 });
  return found && (unpackDocument(found as unknown as PackedDocument) as unknown as Doc);
};

const requireShown = (
  what: string,
  shown: { readonly revision: number; readonly state: string } | undefined,
  { revision }: Decided,
): void => {
  if (!shown) throw new Error(`A ${what} was missing from an answer.`);
  if (shown.revision < revision || shown.state !== stateAt(shown.revision))
    throw new Error(
      `A ${what} was answered at revision ${shown.revision} (${shown.state}), ${revision} was asked for.`,
    );
};

/**
 * Asks for a dossier that shows what was decided on it.
 *
 * @throws NotInTime, and an error where the answer is missing or older
 */
export const askDossier = async (
  asked: Asked,
  organisationId: OrganisationId,
  decided: Decided,
): Promise<void> => {
  const filter = { _id: applicationIdOf(decided.dossier) };
  const shown = await find<DossierDocument>(
    asked,
    organisationId,
    dossier,
    filter,
    decided.position,
  );
  requireShown('dossier', shown, decided);
};

/** The same of every read model that knows of the dossier, all at once. */
export const askEverything = async (
  asked: Asked,
  organisationId: OrganisationId,
  decided: Decided,
): Promise<void> => {
  const { position: atLeast } = decided;
  const applicationId = applicationIdOf(decided.dossier);
  const candidateId = candidateIdOf(decided.dossier);
  const [, synthesis, space, entry] = await Promise.all([
    askDossier(asked, organisationId, decided),
    find<ReviewSynthesis>(asked, organisationId, reviewSynthesis, { _id: applicationId }, atLeast),
    find<CandidateSpace>(asked, organisationId, candidateSpace, { _id: candidateId }, atLeast),
    find<TrailEntry>(asked, organisationId, auditTrail, { candidateId }, atLeast),
  ]);
  requireShown('review', synthesis, decided);
  if (!space?.applications.some((one) => one.applicationId === applicationId))
    throw new Error('A dossier was missing from the space of its person.');
  if (!entry) throw new Error('The trail of a person was missing from an answer.');
};

/** The read models that {@link askEverything} asks. */
export const askedProjections: readonly Pick<Projection, 'name'>[] = [
  candidateSpace,
  auditTrail,
  dossier,
  reviewSynthesis,
];
