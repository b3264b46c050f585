import type { MongoDatabase } from '@vivier/mongodb';
import type { SharedWorkState } from '../port.ts';
import { checkReads, type EventVersions } from '../processes.ts';

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

/**
 * Makes sure that a program reads whatever was written into the log so far, before it writes anything: it
 * only asks. Entering the register makes sure of it again.
 *
 * @throws LogNewerThanProgram
 */
export const requireReadable = async (
  { db }: Pick<MongoDatabase, 'db'>,
  reads: EventVersions,
): Promise<void> => {
  const { writtenIn } = await import('./processes.ts');
  const { rowsIn } = await import('./collections.ts');
  checkReads(reads, await writtenIn(rowsIn(db).written));
};
