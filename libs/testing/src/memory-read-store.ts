import { START, type OrganisationId, type Position } from '@vivier/kernel';
import {
  PositionMoved,
  UnknownCollection,
  UnsupportedQuery,
  type CollectionDeclaration,
  type FindOptions,
  type ProjectionBatch,
  type ReadCollection,
  type ReadDocument,
  type ReadFilter,
  type ReadStore,
  type Shown,
} from '@vivier/read-store';

/** As much of the read store's port as projectors need, in memory: it finds by equality and by ids, unsorted. */
export class MemoryReadStore implements ReadStore {
  readonly #collections = new Map<string, Map<string, { organisationId: string; text: string }>>();
  readonly #positions = new Map<string, Position>();
  readonly #current = new Map<string, string>();

  async declare({ name }: CollectionDeclaration): Promise<void> {
    if (!this.#collections.has(name)) this.#collections.set(name, new Map());
  }

  collection<T extends ReadDocument>(
    organisationId: OrganisationId,
    name: string,
  ): ReadCollection<T> {
    const find = async (filter: ReadFilter, options: FindOptions = {}): Promise<T[]> => {
      if (options.sort ?? options.skip) throw new UnsupportedQuery('Not kept in memory.');
      const { _id: id, ...others } = filter;
      const ids = typeof id === 'object' && id !== null && '$in' in id ? id.$in : undefined;
      const wanted = Object.entries(ids ? others : filter);
      if (wanted.some(([, value]) => typeof value === 'object' || value === undefined))
        throw new UnsupportedQuery('In memory, documents are found by equality alone.');
      return [...this.#held(name).values()]
        .filter((held) => held.organisationId === organisationId)
        .map(({ text }) => JSON.parse(text) as T)
        .filter(({ _id }) => ids?.includes(_id) ?? true)
        .filter((document) => wanted.every(([field, value]) => document[field] === value))
        .slice(0, options.limit);
    };
    return {
      find,
      findOne: async (filter) => (await find(filter))[0] ?? null,
      countDocuments: async (filter) => (await find(filter)).length,
    };
  }

  async position(projection: string): Promise<Position> {
    return this.#positions.get(projection) ?? START;
  }

  async apply({ projection, from, to, writes }: ProjectionBatch): Promise<void> {
    const stored = await this.position(projection);
    if (stored !== from) throw new PositionMoved(projection, stored);
    for (const { collection } of writes) this.#held(collection);
    for (const write of writes) {
      const { organisationId, collection } = write;
      const id = 'put' in write ? write.put._id : write.remove;
      const place = `${organisationId}/${id}`;
      if ('put' in write)
        this.#held(collection).set(place, { organisationId, text: JSON.stringify(write.put) });
      else this.#held(collection).delete(place);
    }
    this.#positions.set(projection, to);
  }

  async drop(projection: string): Promise<void> {
    this.#collections.delete(projection);
    this.#positions.delete(projection);
    for (const [name, collection] of this.#current)
      if (collection === projection) this.#current.delete(name);
  }

  async collections(): Promise<readonly string[]> {
    return [...this.#collections.keys()];
  }

  async shown(): Promise<readonly Shown[]> {
    return [...this.#current].map(([projection, collection]) => ({
      projection,
      collection,
      position: this.#positions.get(collection) ?? START,
    }));
  }

  async current(projection: string): Promise<string | undefined> {
    return this.#current.get(projection);
  }

  async switchTo(projection: string, collection: string): Promise<void> {
    this.#held(collection);
    const before = this.#current.get(projection);
    this.#current.set(projection, collection);
    if (before !== undefined && before !== collection) await this.drop(before);
  }

  async close(): Promise<void> {
    this.#collections.clear();
  }

  /** Forgets how far a projection has come and keeps its documents: all events will come again. */
  rewind(projection: string): void {
    this.#positions.delete(projection);
  }

  /**
   * Everything that is stored, as one text: what two ways to build it are compared by. Where the
   * documents of a projection lie is not part of it.
   */
  contents(): string {
    const projections = new Map([...this.#current].map(([name, collection]) => [collection, name]));
    const collections = [...this.#collections]
      .map(([name, documents]): [string, unknown] => [
        projections.get(name) ?? name,
        [...documents].sort(([a], [b]) => (a < b ? -1 : 1)),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify(collections);
  }

  #held(name: string) {
    const collection = this.#collections.get(name);
    if (!collection) throw new UnknownCollection(name);
    return collection;
  }
}
