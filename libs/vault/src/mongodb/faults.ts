/** Where a test may stop a destruction or a rotation. */
export type MongoVaultPoint =
  | 'fenced'
  | 'deleted'
  | 'epoch-made'
  | 'epoch-begun'
  | 'gates-switched'
  | 'batch-rewrapped'
  | 'epoch-destroyed';

/** For crash tests: called at each point; rejecting there leaves everything as a crash would. */
export interface MongoVaultFaults {
  at(point: MongoVaultPoint): void | Promise<void>;
}
