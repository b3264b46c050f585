import { randomBytes } from 'node:crypto';
import { MongoClient, type Db } from 'mongodb';

/** The server on which the adapters are tested, by address. */
export const serverUrl = process.env['MONGODB_URL'];

/** Describes what needs a server; without one a single line says how to have it. */
export const onServer = (what: string, describeIt: () => void): void => {
  if (serverUrl !== undefined) describe(what, describeIt);
  else
    test.skip(`${what}: skipped, MONGODB_URL is not set (docker compose up -d --wait, or another container engine, runs a MongoDB)`, () => {});
};

/** Databases of one test run, with names that nobody else has. */
export const databases = async () => {
  const client = await MongoClient.connect(serverUrl ?? '');
  const made: Db[] = [];
  return {
    client,
    create: (): Db => {
      const db = client.db(`vivier_test_${randomBytes(6).toString('hex')}`);
      made.push(db);
      return db;
    },
    end: async (): Promise<void> => {
      for (const db of made) await db.dropDatabase();
      await client.close();
    },
  };
};
