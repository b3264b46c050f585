import {
  MongoServerError,
  ReadConcern,
  type ClientSession,
  type Db,
  type DbOptions,
  type TransactionOptions,
} from 'mongodb';

/** Acknowledged by the majority and in its journals; read from where it was acknowledged. */
export const SAFE: DbOptions = {
  readPreference: 'primary',
  readConcern: new ReadConcern('majority'),
  writeConcern: { w: 'majority', journal: true },
};

/** The same for a transaction, which sees one state of all collections. */
export const SAFE_TRANSACTION: TransactionOptions = {
  readPreference: 'primary',
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
};

/** The database with {@link SAFE}, whatever it was opened with. */
export const acknowledged = (db: Db): Db => db.client.db(db.databaseName, SAFE);

const DUPLICATE_KEY = 11000;
const NAMESPACE_EXISTS = 48;

/** Whether a write was refused because another document has its key, in a bulk write as well. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** Makes the collections that are missing, so that no transaction has to. Idempotent, also for several at once. */
export const makeCollections = async (db: Db, names: readonly string[]): Promise<void> => {
  for (const name of names)
    await db.createCollection(name).catch((error: unknown) => {
      if (!(error instanceof MongoServerError && error.code === NAMESPACE_EXISTS)) throw error;
    });
};

/** Work of one transaction: it awaits one call after another, and gives the session to each. */
export type InSession<T> = (session: ClientSession) => Promise<T>;
