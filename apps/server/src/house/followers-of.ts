import type { Progress } from '@vivier/runtime';
import type { House } from './house.ts';

/** Everything in a process that follows the log, by name, and how far each is. */
export const followersOf = ({
  projector,
  projecting,
  sagas,
  effects,
  directory,
}: Pick<
  House,
  'projector' | 'projecting' | 'sagas' | 'effects' | 'directory'
>): readonly (readonly [string, Progress])[] => {
  const own = [...projecting()];
  return [
    // What others project is told as far as it shows.
    ...(own.length > 0 ? own : projector.progress),
    ...sagas.progress,
    ...effects.progress,
    ['directory', directory.progress],
  ];
};
