import { randomBytes } from 'node:crypto';
import { MongoClient, type Db } from 'mongodb';

/** The server on which the adapters are tested, by address. */
export const serverUrl = process.env['MONGODB_URL'];

/** Describes what needs a server, given its address; without one a single line says how to have it. */
export const onServer = (what: string, describeIt: (url: string) => void): void => {
  if (serverUrl !== undefined) describe(what, () => describeIt(serverUrl ?? ''));
  else
    test.skip(`${what}: skipped, MONGODB_URL is not set (docker compose up -d --wait, or another container engine, runs a MongoDB)`, () => {});
};

/** Databases of one test run, with names that nobody else has. */
export interface TestDatabases {
  readonly client: MongoClient;
  /** An empty one. */
  create(): Db;
  /** The same database as another process sees it: by a client of its own. */
  seenByAnother(db: Db): Promise<Db>;
  /** Drops them and closes every client. */
  end(): Promise<void>;
}

export const databases = async (): Promise<TestDatabases> => {
  const clients: MongoClient[] = [];
  const connect = async (): Promise<MongoClient> => {
    const made = await MongoClient.connect(serverUrl ?? '');
    clients.push(made);
    return made;
  };
  const client = await connect();
  const made: Db[] = [];
  return {
    client,
    create: () => {
      const db = client.db(`vivier_test_${randomBytes(6).toString('hex')}`);
      made.push(db);
      return db;
    },
    seenByAnother: async ({ databaseName }) => (await connect()).db(databaseName),
    end: async () => {
      for (const db of made) await db.dropDatabase();
      for (const one of clients) await one.close();
    },
  };
};
