import { MongoServerError, type Collection } from 'mongodb';
import type { OrganisationId } from '@vivier/kernel';
import { pause } from '@vivier/mongodb/driver';
import type { FindOptions, ReadCollection, ReadDocument, ReadFilter } from '../port.ts';
import { asGiven, type KeptDocument } from './kept.ts';
import { planned } from './query.ts';
import type { Known, Registry } from './registry.ts';

/**
 * One look at the data for the whole answer, however many batches it comes in, and only at what the
 * majority has.
 */
const AT_ONCE = { readConcern: { level: 'snapshot' } } as const;
const DOCUMENTS_A_BATCH = 5_000;

/** What a question meets when its collection is removed meanwhile, or changed too often to be looked at. */
const LOST_SIGHT: readonly unknown[] = [
  26, // NamespaceNotFound
  43, // CursorNotFound
  175, // QueryPlanKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
];
const TRIES = 8;

const losesSight = (error: unknown): boolean =>
  error instanceof MongoServerError && LOST_SIGHT.includes(error.code);

/** Answers from one collection, for one organisation. */
export class MongoCollection<T extends ReadDocument> implements ReadCollection<T> {
  constructor(
    private readonly registry: Registry,
    private readonly organisationId: OrganisationId,
    private readonly name: string,
  ) {}

  async findOne(filter: ReadFilter): Promise<T | null> {
    const [found] = await this.find(filter, { limit: 1 });
    return found ?? null;
  }

  async find(filter: ReadFilter, options: FindOptions = {}): Promise<T[]> {
    return this.#asked(
      async ({ declared }, documents) => {
        const { doubtful, either, sort, check } = planned(
          declared,
          this.organisationId,
          filter,
          options,
        );
        const { skip = 0, limit } = options;
        // What is skipped here has been looked at.
        const passed = doubtful === undefined ? 0 : skip;
        const found = await documents
          .find(either, {
            ...AT_ONCE,
            sort,
            skip: skip - passed,
            batchSize: DOCUMENTS_A_BATCH,
            ...(limit !== undefined && { limit: limit + passed }),
          })
          .toArray();
        if (doubtful !== undefined) for (const document of found) check(document);
        return found.slice(passed).map((document) => asGiven(document) as T);
      },
      (found) => found.length === 0,
    );
  }

  async countDocuments(filter: ReadFilter): Promise<number> {
    return this.#asked(
      async ({ declared }, documents) => {
        const { wanted, doubtful, check } = planned(declared, this.organisationId, filter);
        const first = doubtful && (await documents.findOne(doubtful, AT_ONCE));
        if (first) check(first);
        return documents.countDocuments(wanted, AT_ONCE);
      },
      (count) => count === 0,
    );
  }

  /**
   * Asks the collection that is remembered under the name. MongoDB answers with nothing from one that was
   * removed: then, and when the answer breaks off, the name is looked up again.
   */
  async #asked<Answer>(
    ask: (known: Known, documents: Collection<KeptDocument>) => Promise<Answer>,
    isNothing: (answer: Answer) => boolean,
  ): Promise<Answer> {
    let known = await this.registry.known(this.name);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(known, this.registry.documents(known)).catch((error: unknown) => {
        if (!losesSight(error) || attempt === TRIES) throw error;
        return undefined;
      });
      if (answer !== undefined && !isNothing(answer)) return answer;
      const before = known;
      known = await this.registry.look(this.name);
      if (known.documents !== before.documents) continue;
      if (answer !== undefined) return answer;
      await pause(attempt);
    }
  }
}
