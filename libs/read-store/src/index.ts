export * from './port.ts';
export { openEmbeddedReadStore, type EmbeddedReadStore } from './embedded/store.ts';
export { underLease } from './lease.ts';
export { openMongoReadStore } from './mongodb/open.ts';
export type { MongoReadStore } from './mongodb/store.ts';
