import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { EventId, Position } from '@vivier/kernel';
import type { Outbox, OutboxBatch, OutboxEntry, TasksAbout } from '../port.ts';
import type { Batches } from './batches.ts';
import type { TaskRow } from './collections.ts';

const ORDER = { due: 1, log: 1, turn: 1 } as const;

const entry = ({
  _id,
  organisation,
  task,
  attempts,
  due,
  failure,
  person,
  stream,
}: TaskRow): OutboxEntry => ({
  organisationId: organisation,
  effect: _id.effect,
  eventId: _id.event,
  task,
  personId: person,
  stream,
  attempts,
  due,
  failure: failure ?? undefined,
});

const taskId = (effect: string, event: EventId): TaskRow['_id'] => ({ effect, event });

/** The attempt that was begun last, of a task that lives: who speaks of another one is too late. */
const lastAttempt = ({ effect, eventId, attempts }: OutboxEntry) => ({
  _id: taskId(effect, eventId),
  attempts,
  isDead: false,
});

const placeOf = (effect: string): string => `effect:${effect}`;

/** The outbox beside the working state of sagas. */
export class MongoOutbox implements Outbox {
  constructor(
    private readonly batches: Batches,
    private readonly tasks: Collection<TaskRow>,
  ) {}

  async position(effect: string): Promise<Position> {
    return this.batches.position(placeOf(effect));
  }

  async take({ effect, from, to, tasks, due }: OutboxBatch): Promise<void> {
    const operations = tasks.map(
      (
        { eventId, organisationId, task, personId, stream },
        turn,
      ): AnyBulkWriteOperation<TaskRow> => {
        const about = { ...(personId && { person: personId }), ...(stream && { stream }) };
        const fresh = { organisation: organisationId, task, attempts: 0, due, ...about };
        const place = { failure: null, isDead: false, log: to, turn };
        const filter = { _id: taskId(effect, eventId) };
        return {
          updateOne: { filter, update: { $setOnInsert: { ...fresh, ...place } }, upsert: true },
        };
      },
    );
    await this.batches.store(
      { name: effect, place: placeOf(effect), from, to },
      async (session) => {
        if (operations.length > 0) await this.tasks.bulkWrite(operations, { session });
      },
    );
  }

  async due(now: number, limit: number): Promise<readonly OutboxEntry[]> {
    const filter = { isDead: false, due: { $lte: now } };
    return (await this.tasks.find(filter, { sort: ORDER, limit }).toArray()).map(entry);
  }

  async nextDue(): Promise<number | undefined> {
    return (await this.tasks.findOne({ isDead: false }, { sort: ORDER }))?.due;
  }

  async begin(one: OutboxEntry, until?: number): Promise<OutboxEntry> {
    const begun = await this.tasks.findOneAndUpdate(
      until === undefined
        ? { _id: taskId(one.effect, one.eventId), isDead: false }
        : lastAttempt(one),
      { $inc: { attempts: 1 }, ...(until !== undefined && { $set: { due: until } }) },
      { returnDocument: 'after' },
    );
    if (begun === null) throw new RangeError(`${one.effect} has no such task any more.`);
    return entry(begun);
  }

  async finish({ effect, eventId }: OutboxEntry): Promise<void> {
    await this.tasks.deleteOne({ _id: taskId(effect, eventId) });
  }

  async postpone(one: OutboxEntry, due: number, failure: string): Promise<void> {
    await this.tasks.updateOne(lastAttempt(one), { $set: { due, failure } });
  }

  async bury(one: OutboxEntry, failure: string): Promise<void> {
    await this.tasks.updateOne(lastAttempt(one), { $set: { isDead: true, failure } });
  }

  async dead(limit: number): Promise<readonly OutboxEntry[]> {
    return (await this.tasks.find({ isDead: true }, { sort: ORDER, limit }).toArray()).map(entry);
  }

  async revive(effect: string, eventId: EventId, due: number): Promise<boolean> {
    const { modifiedCount } = await this.tasks.updateOne(
      { _id: taskId(effect, eventId), isDead: true },
      { $set: { isDead: false, attempts: 0, due } },
    );
    return modifiedCount === 1;
  }

  async removeAbout({ organisationId, personId, stream, but }: TasksAbout): Promise<number> {
    const { deletedCount } = await this.tasks.deleteMany({
      person: personId,
      organisation: organisationId,
      ...(stream && { stream }),
      '_id.effect': { $nin: [...but] },
    });
    return deletedCount;
  }
}
