import type { Rejection } from '@vivier/kernel';
import type { Rebuilt } from '@vivier/runtime';
import type { House } from './house.ts';

/** How far a projection has come, for whoever waits for it. */
export interface RebuildTold {
  readonly projection: string;
  /** Events taken in, of as many as the log holds. */
  readonly done: number;
  readonly of: number;
  /** Events a second, since it began. */
  readonly perSecond: number;
}

/** Rebuilds one projection, or all, and tells how far each has come with each page of the log. */
export const rebuildTelling = (
  { rebuilder }: Pick<House, 'rebuilder'>,
  {
    projection,
    signal,
    tell,
  }: {
    readonly projection?: string | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly tell?: ((told: RebuildTold) => void) | undefined;
  },
): Promise<readonly Rebuilt[] | Rejection> => {
  const began = performance.now();
  return rebuilder.rebuild({
    ...(projection !== undefined && { only: [projection] }),
    ...(signal && { signal }),
    onStep: (step) => {
      // Positions count from 0, and START lies before it.
      const done = step.done + 1;
      const seconds = (performance.now() - began) / 1000;
      const perSecond = Math.round(done / Math.max(seconds, 0.001));
      tell?.({ projection: step.projection, done, of: step.head + 1, perSecond });
    },
  });
};
