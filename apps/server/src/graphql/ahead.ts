import type { CandidateSpace } from '@vivier/projections';
import type { GraphQLResolveInfo } from 'graphql';
import { asksFor } from './asks-for.ts';
import type { Caller } from './caller.ts';

const personal = ['fullName', 'email'] as const;

/** What cannot be loaded or opened is each field's own to tell: it asks again. */
const leaveToFields = (): void => undefined;

/**
 * Opens, before a list is answered, the personal values of its candidates that the operation asks for, if
 * the caller may see them. Whoever forgets to call it loses nothing but time: without it each row waits
 * for its own.
 *
 * @param path where a candidate stands below the list
 */
export const openAhead = async (
  info: GraphQLResolveInfo,
  path: readonly string[],
  spaces: readonly CandidateSpace[],
  { opening }: Caller,
): Promise<void> => {
  const asked = personal.filter((name) => asksFor(info, [...path, name]));
  await opening
    .ahead(
      asked.flatMap((name) =>
        spaces.map((space) => ({
          field: `Candidate.${name}` as const,
          handle: space[name],
          personId: space._id,
        })),
      ),
    )
    .catch(leaveToFields);
};

/** What else of a dossier in a list may have to be opened. */
const ofDossiers = [
  ['edges', 'node', 'reason'],
  ['edges', 'node', 'items', 'document', 'fileName'],
];

/**
 * Loads the candidates of a list of dossiers together, if the operation asks for them, and opens them;
 * but where it asks for more that is sealed, all of it is opened together when its fields ask.
 */
export const loadAhead = async (
  info: GraphQLResolveInfo,
  personIds: readonly string[],
  caller: Caller,
): Promise<void> => {
  const path = ['edges', 'node', 'candidate'];
  if (!asksFor(info, path)) return;
  const spaces = await caller.opening.loadPersons(personIds).catch(leaveToFields);
  if (spaces && !ofDossiers.some((other) => asksFor(info, other)))
    await openAhead(info, path, spaces, caller);
};
