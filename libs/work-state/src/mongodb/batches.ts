import { ObjectId, type ClientSession, type Collection, type MongoClient } from 'mongodb';
import { START, type Position } from '@vivier/kernel';
import { inTransaction, isDuplicate } from '@vivier/mongodb/driver';
import { SagaPositionMoved } from '../port.ts';
import type { PositionRow } from './collections.ts';

/** What a saga or an effect made of one page of the log. */
export interface Batch {
  /** Of the saga or the effect, to tell. */
  readonly name: string;
  /** The id of its position. */
  readonly place: string;
  readonly from: Position;
  readonly to: Position;
}

/** The position is another one, or this very batch has been stored already. */
class NotThere extends Error {
  override readonly name = 'NotThere';
}

/** Stores batches, each with the position to which it brings its saga or effect. */
export class Batches {
  constructor(
    private readonly client: MongoClient,
    private readonly positions: Collection<PositionRow>,
  ) {}

  async position(place: string): Promise<Position> {
    return (await this.positions.findOne({ _id: place }))?.position ?? START;
  }

  /**
   * Moves the position, by which two processes meet, and does the work in the same transaction. It is
   * there once, also where the server's answer was lost. Rejects with {@link SagaPositionMoved}.
   */
  async store(batch: Batch, work: (session: ClientSession) => Promise<void>): Promise<void> {
    const { name, place, from, to } = batch;
    if (to < from) throw new RangeError(`${name} cannot go back from ${from} to ${to}.`);
    const token = new ObjectId();
    try {
      await inTransaction(this.client, async (session) => {
        await this.#move(batch, token, session);
        await work(session);
      });
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      const stored = await this.positions.findOne({ _id: place });
      if (stored?.batch.equals(token)) return;
      throw new SagaPositionMoved(name, stored?.position ?? START);
    }
  }

  async #move({ place, from, to }: Batch, token: ObjectId, session: ClientSession): Promise<void> {
    const begins = from === START;
    try {
      const moved = await this.positions.findOneAndUpdate(
        { _id: place, position: from, batch: { $ne: token } },
        { $set: { position: to, batch: token } },
        { session },
      );
      if (moved !== null) return;
      if (!begins) throw new NotThere();
      await this.positions.insertOne({ _id: place, position: to, batch: token }, { session });
    } catch (error) {
      // It has begun already, and stands elsewhere.
      throw isDuplicate(error) ? new NotThere() : error;
    }
  }
}
