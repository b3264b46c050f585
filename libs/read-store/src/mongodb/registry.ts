import { ObjectId, type ClientSession, type Db } from 'mongodb';
import { START, type Position } from '@vivier/kernel';
import { makeCollections } from '@vivier/mongodb/driver';
import type { DeclaredCollection, OrderTerm } from '../declaration.ts';
import { ORGANISATION_FIELD } from '../document.ts';
import { LeaseLost, UnknownCollection, type HeldLease } from '../port.ts';
import type { KeptDocument } from './kept.ts';

/** What is known under a name: the collection, how far its projection has come, or both. */
export interface Entry {
  readonly _id: string;
  /**
   * The MongoDB collection with the documents: another one each time that the name is declared anew, so
   * that nobody writes to, or reads from, what is of an earlier one.
   */
  readonly documents?: string;
  readonly indexes?: readonly (readonly OrderTerm[])[];
  /** Absent before the first batch. */
  readonly position?: Position;
  /** The last batch: by it, a writer who did not hear that it was stored recognises it. */
  readonly batch?: ObjectId;
  /** Changed by whoever needs the entry to stay as it is until the end of a transaction. */
  readonly touched?: ObjectId;
}

/** Where a projection answers from. */
interface Answering {
  readonly _id: string;
  readonly collection: string;
}

/** The number of a lease, as the working state keeps it; written there alone, but for `touched`. */
interface LeaseNumber {
  readonly _id: string;
  readonly number: number;
  readonly touched?: ObjectId;
}

/** A declared collection and where its documents lie. */
export interface Known {
  readonly declared: DeclaredCollection;
  readonly documents: string;
}

export const knownOf = (entry: Entry | null): Known | undefined => {
  if (!entry?.documents || !entry.indexes) return undefined;
  const indexedPaths = new Set(entry.indexes.flat().map(({ path }) => path));
  indexedPaths.delete('_id');
  return {
    documents: entry.documents,
    declared: { name: entry._id, indexes: entry.indexes, indexedPaths },
  };
};

/** The store's own collections beside those of the documents, and what it remembers of them. */
export class Registry {
  /** By name; what another process has changed since is found out when it is used. */
  readonly #known = new Map<string, Known>();

  constructor(private readonly db: Db) {}

  get entries() {
    return this.db.collection<Entry>('read.collections');
  }

  get answering() {
    return this.db.collection<Answering>('read.answering');
  }

  /** Documents that nobody is to see any more, until MongoDB has removed them. */
  get dropped() {
    return this.db.collection<{ readonly _id: string }>('read.dropped');
  }

  documents(known: Known) {
    return this.db.collection<KeptDocument>(known.documents);
  }

  /** Makes its collections: a transaction should not have to. */
  async open(): Promise<void> {
    const own = [this.entries, this.answering, this.dropped];
    await makeCollections(
      this.db,
      own.map(({ collectionName }) => collectionName),
    );
    await this.sweep();
  }

  /** What is remembered, otherwise what the server says. Rejects with {@link UnknownCollection}. */
  async known(name: string): Promise<Known> {
    return this.#known.get(name) ?? this.look(name);
  }

  /** What the server says. Rejects with {@link UnknownCollection}. */
  async look(name: string): Promise<Known> {
    const known = knownOf(await this.entries.findOne({ _id: name }));
    if (known === undefined) {
      this.#known.delete(name);
      throw new UnknownCollection(name);
    }
    this.#known.set(name, known);
    return known;
  }

  async position(name: string): Promise<Position> {
    return (await this.entries.findOne({ _id: name }))?.position ?? START;
  }

  /** Makes the MongoDB collection and its indexes, as far as they are missing. */
  async makeIndexes({ documents, declared }: Known): Promise<void> {
    await makeCollections(this.db, [documents]);
    const indexes = declared.indexes.map((terms, at) => ({
      name: `index_${at + 1}`,
      key: new Map<string, 1 | -1>([
        [ORGANISATION_FIELD, 1],
        ...terms.map(({ path, direction }) => [path, direction] as const),
      ]),
    }));
    if (indexes.length > 0) await this.db.collection(documents).createIndexes(indexes);
  }

  /** Within a transaction: removes a collection with its position; {@link sweep} removes its documents. */
  async remove(name: string, session: ClientSession): Promise<void> {
    const entry = await this.entries.findOneAndDelete({ _id: name }, { session });
    await this.answering.deleteMany({ collection: name }, { session });
    this.#known.delete(name);
    if (entry?.documents === undefined) return;
    await this.dropped.updateOne(
      { _id: entry.documents },
      { $set: { _id: entry.documents } },
      { upsert: true, session },
    );
  }

  /** Removes the documents of removed collections, also those that a killed process has left. */
  async sweep(): Promise<void> {
    for (const { _id: documents } of await this.dropped.find().toArray()) {
      await this.db.dropCollection(documents);
      await this.dropped.deleteOne({ _id: documents });
    }
  }

  /**
   * Within a transaction, as its last write: of two holders of a lease only the last one can commit.
   * Any sooner, and a holder who dies would keep the next one waiting. Rejects with {@link LeaseLost}.
   */
  async hold(lease: HeldLease | undefined, session: ClientSession): Promise<void> {
    if (lease === undefined) return;
    const held = await this.db.collection<LeaseNumber>('lease_numbers').findOneAndUpdate(
      { _id: lease.name, number: lease.number },
      // Something has to change: a write that changes nothing is in nobody's way.
      { $set: { touched: new ObjectId() } },
      { session },
    );
    if (held === null) throw new LeaseLost(lease);
  }
}
