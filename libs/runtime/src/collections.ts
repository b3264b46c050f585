import {
  collectionName,
  type Document,
  type OrganisationId,
  type Projection,
} from '@vivier/kernel';
import {
  UnknownCollection,
  type ReadCollection,
  type ReadDocument,
  type ReadStore,
} from '@vivier/read-store';

type Named = Pick<Projection, 'name' | 'version'>;

/** Which version of a projection a collection was built by, and how often it was built anew. */
interface Built {
  readonly version: number;
  /** 1 for the first one, whose name does not say it. */
  readonly generation: number;
}

const builtBy = (projection: string, collection: string): Built | undefined => {
  if (!collection.startsWith(`${projection}_`)) return undefined;
  const [, version, generation] =
    /^(\d+)(?:_(\d+))?$/.exec(collection.slice(projection.length + 1)) ?? [];
  return version === undefined
    ? undefined
    : { version: Number(version), generation: Number(generation ?? 1) };
};

/** The collections of one projection: of all its versions, those that lie half-built among them. */
export const collectionsOf = (
  { name }: Named,
  collections: readonly string[],
): readonly string[] => {
  // `a_1` would be a name, and the first collection of `a`.
  if (name.includes('_'))
    throw new TypeError(`A projection has no underscore in its name, as ${name} has.`);
  return collections.filter((collection) => builtBy(name, collection) !== undefined);
};

/** The name under which a projection is built anew: none that a reader may still hold. */
export const nextCollection = (projection: Named, collections: readonly string[]): string => {
  const generations = collectionsOf(projection, collections)
    .map((collection) => builtBy(projection.name, collection))
    .filter((built) => built?.version === projection.version)
    .map((built) => built?.generation ?? 1);
  return generations.length === 0
    ? collectionName(projection)
    : `${collectionName(projection)}_${Math.max(...generations) + 1}`;
};

/** Whether a collection is of the version of a projection that this program has. */
export const fitsVersion = ({ name, version }: Named, collection: string): boolean =>
  builtBy(name, collection)?.version === version;

/** Whether the collection from which a projection answers is of the version that this program has. */
const fits = (projection: Named, current: string | undefined): current is string =>
  current !== undefined && fitsVersion(projection, current);

/** Where a projection's documents go. */
export interface Home {
  readonly collection: string;
  /** Whether it answers from there; otherwise it is built first. */
  readonly answers: boolean;
}

/**
 * Finds, when a program starts, where a projection goes on. A rebuild that was cut short is removed. A
 * raised version is built in a collection of its own, gone on with where it was left, while what an
 * older program answered from lies beside it until the change-over.
 */
export const findHome = async (readStore: ReadStore, projection: Projection): Promise<Home> => {
  const current = await readStore.current(projection.name);
  const answers = fits(projection, current);
  const collection = answers ? current : collectionName(projection);
  for (const other of collectionsOf(projection, await readStore.collections()))
    if (other !== collection && other !== current) await readStore.drop(other);
  return { collection, answers };
};

/** A read model is being built for the first time, or for a changed program: there is no answer yet. */
export class ReadModelBuilding extends Error {
  override readonly name = 'ReadModelBuilding';
  constructor(readonly projection: string) {
    super(`The read model ${projection} is being built.`);
  }
}

/**
 * The documents of a projection, wherever they lie at the moment: each question is answered whole from
 * one collection. One that meets a change-over is asked again.
 *
 * Its questions reject with {@link ReadModelBuilding}, besides what the store rejects with.
 */
export const documentsOf = <Doc extends Document = Document>(
  readStore: ReadStore,
  organisationId: OrganisationId,
  projection: Projection<Doc> | Projection,
): ReadCollection<ReadDocument> => {
  const asked = async <Answer>(
    ask: (documents: ReadCollection<ReadDocument>) => Promise<Answer>,
  ): Promise<Answer> => {
    for (;;) {
      const current = await readStore.current(projection.name);
      if (!fits(projection, current)) throw new ReadModelBuilding(projection.name);
      try {
        const answer = await ask(readStore.collection<ReadDocument>(organisationId, current));
        // A store may answer with nothing, instead of an error, from what is being removed.
        if ((await readStore.current(projection.name)) === current) return answer;
      } catch (error) {
        const gone = error instanceof UnknownCollection;
        if (!gone || (await readStore.current(projection.name)) === current) throw error;
      }
    }
  };
  return {
    findOne: (filter) => asked((documents) => documents.findOne(filter)),
    find: (filter, options) => asked((documents) => documents.find(filter, options)),
    countDocuments: (filter) => asked((documents) => documents.countDocuments(filter)),
  };
};
