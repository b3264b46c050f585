import type { MongoDatabase, MongoDatabaseOptions } from './database.ts';

// The driver is loaded when somebody asks for it: a program on embedded stores starts without it.

/**
 * Connects to a MongoDB replica set and makes sure, before anything is written, that it can be used and
 * that the database is this installation's own.
 *
 * @throws DatabaseRefused in one sentence that says what to do
 */
export const openMongoDatabase = async (options: MongoDatabaseOptions): Promise<MongoDatabase> => {
  const { connectedDatabase } = await import('./database.ts');
  return connectedDatabase(options);
};
