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

/** Loads the candidates of a list's rows together, if the operation asks for them, and opens them. */
export const loadAhead = async (
  info: GraphQLResolveInfo,
  path: readonly string[],
  personIds: readonly string[],
  caller: Caller,
): Promise<void> => {
  if (!asksFor(info, path)) return;
  const spaces = await caller.opening.loadPersons(personIds).catch(leaveToFields);
  if (spaces) await openAhead(info, path, spaces, caller);
};
