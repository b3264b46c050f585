export * from './port.ts';
export type { Lease, Leases } from './leases.ts';
export {
  LogNewerThanProgram,
  type EventVersions,
  type ProcessEntry,
  type Processes,
} from './processes.ts';
export { holdLease, type LeaseHold, type LeaseHoldOptions } from './hold-lease.ts';
export { ownFolder } from './embedded/own-folder.ts';
export { openEmbeddedWorkState } from './embedded/work-state.ts';
export { openMongoWorkState, requireReadable } from './mongodb/open.ts';
export { compareOutbox, moveOutbox, type MovedOutbox, type OutboxMove } from './moving.ts';
