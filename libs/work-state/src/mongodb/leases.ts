import type { Collection, Db } from 'mongodb';
import { isDuplicate } from '@vivier/mongodb/driver';
import { checkTime, type Lease, type Leases } from '../leases.ts';
import type { LeaseNumberRow, LeaseRow } from './collections.ts';

const FREE = new Date(0);

const leaseOf = (row: LeaseRow | null): Lease | undefined =>
  row === null ? undefined : { name: row._id, number: row.number, until: row.until.getTime() };

/**
 * Leases in a MongoDB, one document each and one for its number, by the server's clock. It is asked for before each change: a
 * process that is paused in between comes with an older time, which frees no lease too early and makes
 * none last longer.
 */
export class MongoLeases implements Leases {
  constructor(
    private readonly db: Db,
    private readonly rows: Collection<LeaseRow>,
    private readonly numbers: Collection<LeaseNumberRow>,
  ) {}

  async acquire(name: string, holder: string, ms: number): Promise<Lease | undefined> {
    checkTime(ms);
    const taken = await this.#take(name, holder, ms);
    if (taken !== undefined || !(await this.#isNew(name))) return taken;
    return this.#take(name, holder, ms);
  }

  async renew({ name, number }: Lease, ms: number): Promise<Lease | undefined> {
    checkTime(ms);
    const now = await this.#now();
    const renewed = await this.rows.findOneAndUpdate(
      { _id: name, number },
      { $max: { until: new Date(now.getTime() + ms) } },
      { returnDocument: 'after' },
    );
    return leaseOf(renewed);
  }

  async release({ name, number }: Lease): Promise<void> {
    // With the next number nothing is written under this one any more, before somebody takes it.
    await this.#raise(name, number + 1);
    await this.rows.updateOne(
      { _id: name, number },
      { $inc: { number: 1 }, $set: { until: FREE }, $unset: { holder: '' } },
    );
  }

  async #take(name: string, holder: string, ms: number): Promise<Lease | undefined> {
    const now = await this.#now();
    const taken = await this.rows.findOneAndUpdate(
      { _id: name, until: { $lte: now } },
      { $inc: { number: 1 }, $set: { holder, until: new Date(now.getTime() + ms) } },
      { returnDocument: 'after' },
    );
    // Before the new holder knows of it, whoever held it before is shut out.
    if (taken) await this.#raise(name, taken.number);
    return leaseOf(taken);
  }

  /** Waits for a batch that is being committed under the number before. */
  async #raise(name: string, number: number): Promise<void> {
    const raise = () =>
      this.numbers.updateOne({ _id: name }, { $max: { number } }, { upsert: true });
    // Of two that make the document, one finds it made.
    await raise().catch((error: unknown) => {
      if (!isDuplicate(error)) throw error;
      return raise();
    });
  }

  /** Makes the document where there is none; false where somebody else has, at the latest just now. */
  async #isNew(name: string): Promise<boolean> {
    try {
      const { upsertedCount } = await this.rows.updateOne(
        { _id: name },
        { $setOnInsert: { number: 0, until: FREE } },
        { upsert: true },
      );
      return upsertedCount === 1;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async #now(): Promise<Date> {
    const { localTime } = await this.db.command({ hello: 1 });
    return localTime as Date;
  }
}
