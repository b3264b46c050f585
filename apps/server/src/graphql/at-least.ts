import { collectionName, type Position, type Projection } from '@vivier/kernel';
import type { Progress } from '@vivier/runtime';
import type { House } from '../house/house.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';

/** How long a query waits for all that it reads before it says that it is not visible yet. */
export const LONGEST_WAIT_MS = 2_000;

/** A position that no change has yet is refused at once: waiting would not help. */
export const refuseUnknown = async (
  { store }: Pick<House, 'store'>,
  atLeast: Position | null | undefined,
): Promise<void> => {
  if (typeof atLeast === 'number' && atLeast > (await store.head()))
    throw new Refused(edgeRejections.PositionUnknown());
};

export const progressOf = (
  { projector }: Pick<House, 'projector'>,
  projection: Pick<Projection, 'name' | 'version'>,
): Progress | undefined => projector.progress.get(collectionName(projection));

/**
 * Waits until everything that a query reads shows the change at a position.
 *
 * @throws Refused PositionUnknown, NotYetVisible
 */
export const visible = async (
  house: Pick<House, 'store'>,
  reads: readonly (Progress | undefined)[],
  atLeast: Position | null | undefined,
  givenTime?: AbortSignal,
): Promise<void> => {
  // GraphQL hands an absent argument over as null or not at all.
  if (typeof atLeast !== 'number') return;
  const inTime = givenTime ?? AbortSignal.timeout(LONGEST_WAIT_MS);
  await refuseUnknown(house, atLeast);
  const shown = await Promise.all(
    reads.map(async (progress) => progress?.reached(atLeast, inTime)),
  );
  if (!shown.every((reached) => reached === true))
    throw new Refused(edgeRejections.NotYetVisible());
};
