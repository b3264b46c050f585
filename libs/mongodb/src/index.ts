export { openMongoDatabase } from './open.ts';
export { DatabaseRefused } from './database-refused.ts';
export type { MongoDatabase, MongoDatabaseOptions } from './database.ts';
export { isDatabaseAway } from './unavailable.ts';
export { beginFilling, requireFillable } from './filling.ts';
