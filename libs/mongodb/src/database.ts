import { MongoClient, type Db, type MongoClientOptions } from 'mongodb';
import { isDuplicate, SAFE } from './acknowledged.ts';
import { DatabaseRefused } from './database-refused.ts';
import { notAnAddress, refused, whyNot } from './refusals.ts';

/** Where the address names no database. */
const DATABASE = 'vivier';

const OPTIONS: MongoClientOptions = {
  appName: 'vivier',
  retryReads: true,
  retryWrites: true,
  connectTimeoutMS: 10_000,
};

/** How long a primary is looked for before a question fails; an election takes less. */
const LOOKING_FOR_A_PRIMARY_MS = 10_000;

export interface MongoDatabaseOptions {
  /** `mongodb://…` or `mongodb+srv://…`; the database stands in its path, or is called `vivier`. */
  readonly url: string;
  /** The installation to which the database belongs, and from now on does when it is new. */
  readonly installation: string;
  /** Whether a new database is refused, since what belongs into it was there before. */
  readonly mustBeOurs?: boolean | undefined;
  /** How long to look for the primary, ms. */
  readonly patience?: number;
}

/** An open database of one installation. */
export interface MongoDatabase {
  readonly client: MongoClient;
  readonly db: Db;
  close(): Promise<void>;
}

interface Installation {
  readonly _id: 'installation';
  readonly id: string;
}

/** The name of a database in an address that the driver can read; its own default would be `test`. */
export const databaseIn = (url: string): string | undefined => {
  const [, name] = /^[^/]*\/\/[^/?]*\/([^?]+)/.exec(url) ?? [];
  return name === undefined ? undefined : decodeURIComponent(name);
};

/** Rejects with {@link DatabaseRefused} where somebody else is at home; takes an empty database. */
const moveIn = async (
  db: Db,
  hosts: string,
  { installation, mustBeOurs }: MongoDatabaseOptions,
): Promise<void> => {
  const houses = db.collection<Installation>('installation');
  const belongs = async (): Promise<boolean> => {
    const house = await houses.findOne({ _id: 'installation' });
    if (house !== null && house.id !== installation)
      throw new DatabaseRefused(
        `The database ${db.databaseName} at ${hosts} belongs to another installation: name a database of its own in the address, or use the log that this one was filled from.`,
      );
    return house !== null;
  };
  if (await belongs()) return;
  if (mustBeOurs)
    throw new DatabaseRefused(
      `The event store holds the log of this installation, and the database ${db.databaseName} at ${hosts} is not the one that belongs to it: correct the address, or restore that database from a backup.`,
    );
  const others = await db.listCollections({}, { nameOnly: true }).toArray();
  if (others.some(({ name }) => name !== houses.collectionName && !name.startsWith('system.')))
    throw new DatabaseRefused(
      `The database ${db.databaseName} at ${hosts} holds something else already: name an empty one in the address.`,
    );
  await houses
    .insertOne({ _id: 'installation', id: installation })
    .catch(async (error: unknown) => {
      // Another process has moved in at the same moment: of the same installation, or of another.
      if (!isDuplicate(error) || !(await belongs())) throw error;
    });
};

/** Does what `open.ts` describes. */
export const connectedDatabase = async (options: MongoDatabaseOptions): Promise<MongoDatabase> => {
  const { url, patience = LOOKING_FOR_A_PRIMARY_MS } = options;
  let client: MongoClient;
  try {
    client = new MongoClient(url, { ...OPTIONS, serverSelectionTimeoutMS: patience });
  } catch {
    throw notAnAddress();
  }
  const { hosts: all, replicaSet, srvHost } = client.options;
  const hosts = srvHost ?? all.map(String).join(', ');
  const database = databaseIn(url) ?? DATABASE;
  try {
    await client.connect();
    const db = client.db(database, SAFE);
    const reason = whyNot(await db.command({ hello: 1 }), hosts);
    if (reason !== undefined) throw reason;
    await moveIn(db, hosts, options);
    return { client, db, close: () => client.close() };
  } catch (error) {
    await client.close();
    throw refused(error, { hosts, database, ...(replicaSet && { replicaSet }) });
  }
};
