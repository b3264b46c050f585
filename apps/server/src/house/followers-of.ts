import type { Progress } from '@vivier/runtime';
import type { House } from './house.ts';

/** Everything in a process that follows the log, by name, and how far each is. */
export const followersOf = ({
  projector,
  sagas,
  effects,
  directory,
}: Pick<House, 'projector' | 'sagas' | 'effects' | 'directory'>): readonly (readonly [
  string,
  Progress,
])[] => [
  ...projector.progress,
  ...sagas.progress,
  ...effects.progress,
  ['directory', directory.progress],
];
