import type { MongoDatabase, MongoDatabaseOptions } from './database.ts';
import type { MongoReadStore } from './store.ts';

// The driver is loaded when somebody asks for it: a program on the embedded store starts without it.

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

/**
 * A read store in a MongoDB replica set, for several processes. What was written is with the majority and
 * in its journals; questions see what the majority has, on the primary, so that whoever knows a position
 * also sees what it shows.
 *
 * @param on connected, and left open at the end; the database's own defaults are not relied on
 */
export const openMongoReadStore = async (
  on: Pick<MongoDatabase, 'client' | 'db'>,
): Promise<MongoReadStore> => {
  const { mongoReadStore } = await import('./store.ts');
  return mongoReadStore(on);
};
