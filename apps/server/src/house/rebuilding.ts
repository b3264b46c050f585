import type { Rejection } from '@vivier/kernel';
import type { Rebuilt } from '@vivier/runtime';
import type { House } from './house.ts';

/** How far a projection has come, for whoever waits for it. */
export interface RebuildTold {
  readonly projection: string;
  /** Events taken in, and how much of the log that is. */
  readonly events: number;
  readonly percent: number;
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
    onStep: ({ projection: name, events, done, head }) => {
      const seconds = (performance.now() - began) / 1000;
      // Positions count from 0, and START lies before it.
      const percent = head < 0 ? 100 : Math.floor(((done + 1) / (head + 1)) * 100);
      const perSecond = Math.round(events / Math.max(seconds, 0.001));
      tell?.({ projection: name, events, percent, perSecond });
    },
  });
};
