import { ObjectId, type ClientSession, type MongoClient } from 'mongodb';
import { inTransaction } from '@vivier/mongodb/driver';
import { LeaseLost, PositionMoved, UnstorableDocument, type ProjectionBatch } from '../port.ts';
import type { Registry } from './registry.ts';
import { Changed, madeReady, NotThere, write, type ReadyWrites } from './writing.ts';

interface Waiting {
  readonly batch: ProjectionBatch;
  /** One for all tries. */
  readonly token: ObjectId;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface Ready extends Waiting {
  readonly ready: readonly ReadyWrites[];
}

const isRefusal = (error: unknown): boolean =>
  [NotThere, Changed, LeaseLost, UnstorableDocument].some((refusal) => error instanceof refusal);

/**
 * The transactions of one process come one after another, since they would only get in each other's way,
 * and all batches that wait meanwhile share the next one: all projections write what they made of one
 * page of the log at the same moment, and a commit costs more than what it holds. Each batch is written
 * wholly or not at all, whatever becomes of the others.
 */
export class SharedTransaction {
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Waiting[] = [];

  constructor(
    private readonly client: MongoClient,
    private readonly registry: Registry,
  ) {}

  /** Does other work in a transaction of its own, when it is its turn. */
  async alone<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.#inTurn(() => inTransaction(this.client, work));
  }

  /** Resolves once the batch is stored. */
  async add(batch: ProjectionBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, token: new ObjectId(), resolve, reject });
      if (this.#waiting.length === 1) this.#inTurn(() => this.#takeAll()).catch(reject);
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #takeAll(): Promise<void> {
    const together = this.#waiting;
    this.#waiting = [];
    const ready: Ready[] = [];
    for (const one of together) await this.#ready(one).then((made) => ready.push(made), one.reject);
    if (ready.length > 1)
      try {
        await this.#store(ready);
        for (const { resolve } of ready) resolve();
        return;
      } catch (error) {
        // One that is refused takes the others with it: alone they are not.
        if (!isRefusal(error)) {
          for (const { reject } of ready) reject(error);
          return;
        }
      }
    for (const one of ready) await this.#storeAlone(one).then(one.resolve, one.reject);
  }

  /** Whoever is late hears that first, and not what became of the collection meanwhile. */
  async #ready(waiting: Waiting): Promise<Ready> {
    const { projection, from } = waiting.batch;
    try {
      return { ...waiting, ready: await madeReady(this.registry, waiting.batch) };
    } catch (error) {
      const stored = await this.registry.position(projection);
      throw stored === from ? error : new PositionMoved(projection, stored);
    }
  }

  async #storeAlone(one: Ready): Promise<void> {
    const { projection, writes } = one.batch;
    try {
      await this.#store([one]);
    } catch (error) {
      if (error instanceof NotThere)
        throw new PositionMoved(projection, await this.registry.position(projection));
      if (!(error instanceof Changed)) throw error;
      for (const { collection } of writes) await this.registry.look(collection);
      await this.#storeAlone(await this.#ready(one));
    }
  }

  async #store(together: readonly Ready[]): Promise<void> {
    const leases = new Map(together.map(({ batch }) => [JSON.stringify(batch.lease), batch.lease]));
    try {
      await inTransaction(this.client, async (session) => {
        for (const { batch, ready, token } of together)
          await write(this.registry, batch, ready, token, session);
        for (const lease of leases.values()) await this.registry.hold(lease, session);
      });
    } catch (error) {
      if (!isRefusal(error) || !(await this.#isStored(together))) throw error;
    }
  }

  /** Whether an earlier try was stored and its answer lost: what shows one token holds all of them. */
  async #isStored([first]: readonly Ready[]): Promise<boolean> {
    const entry = first && (await this.registry.entries.findOne({ _id: first.batch.projection }));
    return entry?.batch?.equals(first?.token) ?? false;
  }
}
