export * from './port.ts';
export type { Lease, Leases } from './leases.ts';
export { holdLease, type LeaseHold, type LeaseHoldOptions } from './hold-lease.ts';
export { ownFolder } from './embedded/own-folder.ts';
export { openEmbeddedWorkState } from './embedded/work-state.ts';
export { openMongoWorkState } from './mongodb/open.ts';
