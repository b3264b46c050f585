import type { ClientSession, Collection, Db, MongoClient } from 'mongodb';
import { inTransaction, isDuplicate } from '@vivier/mongodb/driver';
import { checkTime } from '../leases.ts';
import {
  canRead,
  checkReads,
  type EventVersions,
  type ProcessEntry,
  type Processes,
} from '../processes.ts';
import { LOG, type ProcessRow, type WrittenRow } from './collections.ts';

const entryOf = ({ _id, roles, reads }: ProcessRow): ProcessEntry => ({
  id: _id,
  roles,
  reads: versionsOf(reads),
});

const versionsOf = (stored: Readonly<Record<string, number>>): EventVersions =>
  new Map(Object.entries(stored));

/**
 * The register in a MongoDB, by the server's clock: a document for each process, and one of what was
 * written, by which those meet who enter and those who ask. A time is asked for before its transaction: it
 * is then rather too early, which keeps a process there for longer.
 */
export class MongoProcesses implements Processes {
  constructor(
    private readonly on: { readonly client: MongoClient; readonly db: Db },
    private readonly rows: Collection<ProcessRow>,
    private readonly written: Collection<WrittenRow>,
  ) {}

  async enter({ id, roles, reads }: ProcessEntry, ms: number): Promise<EventVersions> {
    checkTime(ms);
    return inTransaction(this.on.client, async (session) => {
      const until = new Date((await this.#now()).getTime() + ms);
      const written = await this.#written(session);
      checkReads(reads, written);
      await this.#meet(session);
      await this.rows.replaceOne(
        { _id: id },
        { roles: [...roles], reads: Object.fromEntries(reads), until },
        { session, upsert: true },
      );
      return written;
    });
  }

  async renew(id: string, ms: number): Promise<boolean> {
    checkTime(ms);
    const now = await this.#now();
    const { matchedCount } = await this.rows.updateOne(
      { _id: id, until: { $gt: now } },
      { $max: { until: new Date(now.getTime() + ms) } },
    );
    return matchedCount === 1;
  }

  async leave(id: string): Promise<void> {
    await this.rows.deleteOne({ _id: id });
  }

  async allow(type: string, version: number): Promise<readonly ProcessEntry[]> {
    return inTransaction(this.on.client, async (session) => {
      const now = await this.#now();
      if (canRead(await this.#written(session), type, version)) return [];
      const living = await this.rows.find({ until: { $gt: now } }, { session }).toArray();
      const late = living.map(entryOf).filter(({ reads }) => !canRead(reads, type, version));
      if (late.length > 0) return late;
      await this.#meet(session, { [`versions.${type}`]: version });
      // Whoever wakes up after its time finds itself gone, and has to enter as a newcomer does.
      await this.rows.deleteMany({ until: { $lte: now } }, { session });
      return [];
    });
  }

  async #written(session: ClientSession): Promise<EventVersions> {
    const row = await this.written.findOne({ _id: LOG }, { session });
    return versionsOf(row?.versions ?? {});
  }

  /** Of two transactions that come here, one has to begin again and then sees what the other has done. */
  async #meet(session: ClientSession, raised?: Readonly<Record<string, number>>): Promise<void> {
    await this.written.updateOne(
      { _id: LOG },
      { $inc: { turn: 1 }, ...(raised && { $max: raised }) },
      { session },
    );
  }

  async #now(): Promise<Date> {
    const { localTime } = await this.on.db.command({ hello: 1 });
    return localTime as Date;
  }
}

/** What was ever written, asked before anything is made here. */
export const writtenIn = async (written: Collection<WrittenRow>): Promise<EventVersions> =>
  versionsOf((await written.findOne({ _id: LOG }))?.versions ?? {});

/** Makes the document by which they meet, so that no two transactions make it. Idempotent. */
export const prepareWritten = async (written: Collection<WrittenRow>): Promise<void> => {
  try {
    await written.updateOne(
      { _id: LOG },
      { $setOnInsert: { versions: {}, turn: 0 } },
      { upsert: true },
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
};
