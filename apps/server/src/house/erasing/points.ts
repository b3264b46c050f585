/** What an erasure has just done when a test stops it. */
export type ErasurePoint =
  | 'erasing-keys-destroyed'
  | 'erasing-accounts-removed'
  | 'erasing-keys-recorded'
  | 'erasing-files-removed'
  | 'erasing-mails-removed'
  | 'erasing-tasks-removed'
  | 'erasing-deadlines-gone'
  | 'erasing-cleaning-recorded';

/** Told of each point that is passed; without it nothing is called. */
export interface ErasureFaults {
  at(point: ErasurePoint): void;
}
