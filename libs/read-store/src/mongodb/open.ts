import type { MongoDatabase } from '@vivier/mongodb';
import type { MongoReadStore } from './store.ts';

// The driver is loaded when somebody asks for it: a program on the embedded store starts without it.

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
