import { ObjectId, type MongoClient } from 'mongodb';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import type { MongoDatabase } from '@vivier/mongodb';
import { isDuplicate, SAFE } from '@vivier/mongodb/driver';
import { checkUnchanged, checkedDeclaration } from '../declaration.ts';
import {
  UnknownCollection,
  type CollectionDeclaration,
  type HeldLease,
  type ProjectionBatch,
  type ReadDocument,
  type ReadStore,
  type Shown,
} from '../port.ts';
import { MongoCollection } from './collection.ts';
import { knownOf, Registry } from './registry.ts';
import { SharedTransaction } from './shared-transaction.ts';

/** Documents in a MongoDB replica set; see `open.ts`. */
export class MongoReadStore implements ReadStore {
  readonly #registry: Registry;
  readonly #transactions: SharedTransaction;

  constructor(client: MongoClient, registry: Registry) {
    this.#registry = registry;
    this.#transactions = new SharedTransaction(client, registry);
  }

  async declare(declaration: CollectionDeclaration, lease?: HeldLease): Promise<void> {
    const declared = checkedDeclaration(declaration);
    const { name, indexes } = declared;
    for (;;) {
      const documents = `documents.${name}.${new ObjectId().toHexString()}`;
      const entry = await this.#transactions
        .alone(async (session) => {
          const made = await this.#registry.entries.findOneAndUpdate(
            { _id: name, documents: { $exists: false } },
            { $set: { documents, indexes } },
            { upsert: true, returnDocument: 'after', session },
          );
          await this.#registry.hold(lease, session);
          return made;
        })
        .catch((error: unknown) => {
          // It is declared already.
          if (isDuplicate(error)) return this.#registry.entries.findOne({ _id: name });
          throw error;
        });
      const known = knownOf(entry);
      if (known === undefined) continue;
      checkUnchanged(known.declared, declared);
      // Also where it exists: whoever made it may have been killed before.
      await this.#registry.makeIndexes(known);
      const now = knownOf(await this.#registry.entries.findOne({ _id: name }));
      if (now?.documents === known.documents) return;
      // Somebody has removed it meanwhile, and its documents before they were made.
      await this.#registry.documents(known).drop();
    }
  }

  collection<T extends ReadDocument>(
    organisationId: OrganisationId,
    name: string,
  ): MongoCollection<T> {
    return new MongoCollection<T>(this.#registry, organisationId, name);
  }

  async position(projection: string): Promise<Position> {
    return this.#registry.position(projection);
  }

  async apply(batch: ProjectionBatch): Promise<void> {
    const { projection, from, to } = batch;
    if (to < from) throw new RangeError(`${projection} cannot go back from ${from} to ${to}.`);
    return this.#transactions.add(batch);
  }

  async drop(projection: string, lease?: HeldLease): Promise<void> {
    await this.#transactions.alone(async (session) => {
      await this.#registry.remove(projection, session);
      await this.#registry.hold(lease, session);
    });
    await this.#registry.sweep();
  }

  async collections(): Promise<readonly string[]> {
    const entries = await this.#registry.entries.find({ documents: { $exists: true } }).toArray();
    return entries.map(({ _id }) => _id);
  }

  async current(projection: string): Promise<string | undefined> {
    return (await this.#registry.answering.findOne({ _id: projection }))?.collection;
  }

  async shown(): Promise<readonly Shown[]> {
    const answering = await this.#registry.answering.find().toArray();
    const names = answering.map(({ collection }) => collection);
    const entries = await this.#registry.entries.find({ _id: { $in: names } }).toArray();
    const found = new Map(entries.map((entry) => [entry._id, entry]));
    return answering.flatMap(({ _id: projection, collection }) => {
      const entry = found.get(collection);
      // Gone in between: it has changed over.
      return entry ? [{ projection, collection, position: entry.position ?? START }] : [];
    });
  }

  async switchTo(projection: string, collection: string, lease?: HeldLease): Promise<void> {
    const { entries, answering } = this.#registry;
    await this.#transactions.alone(async (session) => {
      const target = await entries.findOneAndUpdate(
        { _id: collection, documents: { $exists: true } },
        { $set: { touched: new ObjectId() } },
        { session },
      );
      if (target === null) throw new UnknownCollection(collection);
      const before = await answering.findOneAndUpdate(
        { _id: projection },
        { $set: { collection } },
        { upsert: true, returnDocument: 'before', session },
      );
      if (before && before.collection !== collection)
        await this.#registry.remove(before.collection, session);
      await this.#registry.hold(lease, session);
    });
    await this.#registry.sweep();
  }

  /** Waits for what is being written. The connection is its opener's to close. */
  async close(): Promise<void> {
    await this.#transactions.idle();
  }
}

/** Makes what `open.ts` describes. */
export const mongoReadStore = async ({
  client,
  db,
}: Pick<MongoDatabase, 'client' | 'db'>): Promise<MongoReadStore> => {
  const registry = new Registry(client.db(db.databaseName, SAFE));
  await registry.open();
  return new MongoReadStore(client, registry);
};
