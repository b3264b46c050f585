export * from './port.ts';
export { openEmbeddedReadStore, type EmbeddedReadStore } from './embedded/store.ts';
export { underLease } from './lease.ts';
export { openMongoDatabase, openMongoReadStore } from './mongodb/open.ts';
export { DatabaseRefused } from './mongodb/database-refused.ts';
export type { MongoDatabase, MongoDatabaseOptions } from './mongodb/database.ts';
export type { MongoReadStore } from './mongodb/store.ts';
