import type { MongoDatabase } from '@vivier/mongodb';
import type { SharedWorkState } from '../port.ts';

// The driver is loaded when somebody asks for it: a program on the embedded stores starts without it.

/**
 * Working state in a MongoDB replica set, for several processes: what was written is with the majority and
 * in its journals, and of two that write the same, one is refused or changes nothing.
 *
 * @param on connected, and left open at the end; the database's own defaults are not relied on
 */
export const openMongoWorkState = async (
  on: Pick<MongoDatabase, 'client' | 'db'>,
): Promise<SharedWorkState> => {
  const { mongoWorkState } = await import('./work-state.ts');
  return mongoWorkState(on);
};
