import { DatabaseRefused } from './database-refused.ts';
import type { MongoDatabase } from './database.ts';

/** What fills a database that was empty before. */
interface Filling {
  readonly _id: 'filling';
  readonly by: string;
}

type Filled = Pick<MongoDatabase, 'db'>;

const fillings = ({ db }: Filled) => db.collection<Filling>('filling');

/**
 * Whether a database is empty, or is being filled by this very work. Writes nothing.
 *
 * @throws DatabaseRefused where it holds something else
 */
export const requireFillable = async (database: Filled, by: string): Promise<void> => {
  const { db } = database;
  const found = await fillings(database).findOne({ _id: 'filling' });
  if (found?.by === by) return;
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const others = collections.filter(
    ({ name }) => name !== 'installation' && !name.startsWith('system.'),
  );
  if (others.length > 0)
    throw new DatabaseRefused(
      `The database ${db.databaseName} holds data already that was not moved from this folder: name an empty one in the address.`,
    );
};

/** Says in the database what fills it from now on. Idempotent. */
export const beginFilling = async (database: Filled, by: string): Promise<void> => {
  await fillings(database).updateOne(
    { _id: 'filling' },
    { $setOnInsert: { by } },
    { upsert: true },
  );
};
