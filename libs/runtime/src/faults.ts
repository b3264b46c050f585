/** A place at which a test can stop the program, or make it fail. */
export type RuntimePoint =
  /** The documents of a page are read, and nothing is applied to them yet. */
  | 'mid-projection'
  /** A saga or an effect has read a page, and its position is about to be stored with what it led to. */
  | 'before-position-saved'
  /** A command's events are durable, and its sender has not been told. */
  | 'after-commit-before-answer';

/** Told of each place that is passed; without it nothing is called. */
export interface RuntimeFaults {
  at(point: RuntimePoint): void;
}
