import type { RuntimePoint } from '@vivier/runtime';
import type { ErasurePoint } from './erasing/points.ts';

/** A place inside the product at which a test can stop it. */
export type FaultPoint =
  | RuntimePoint
  | ErasurePoint
  /** The log is about to commit, or has committed and told nobody. */
  | 'before-commit'
  | 'after-commit'
  /** Erasure: the fence is written, the keys are deleted, their bytes are overwritten. */
  | 'fenced'
  | 'deleted'
  | 'truncated'
  /** An address is claimed and the account made, or not yet, and no event says so. Passed twice. */
  | 'between-claim-and-registration';

/** Told of each place that is passed; without it nothing is called. */
export interface Faults {
  at(point: FaultPoint): void;
}
