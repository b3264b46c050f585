import {
  MaxKey,
  type AnyBulkWriteOperation,
  type ClientSession,
  type Db,
  type Filter,
  type MongoClient,
} from 'mongodb';
import type { OrganisationId, Position } from '@vivier/kernel';
import { checkBatch } from '../agenda.ts';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type SagaBatch,
  type SagaInstance,
  type SharedWorkState,
  type Unreached,
} from '../port.ts';
import { Batches } from './batches.ts';
import {
  prepareRows,
  rowsIn,
  type AgendaRow,
  type InstanceRow,
  type Place,
  type Rows,
} from './collections.ts';
import { MongoLeases } from './leases.ts';
import { MongoOutbox } from './outbox.ts';
import { MongoProcesses, prepareWritten } from './processes.ts';
import { MongoSettings } from './settings.ts';

interface Instance {
  readonly organisationId: OrganisationId;
  readonly instance: string;
}

/** The members in the order of the rows: an id equals another only with its members in the same order. */
const instanceId = (saga: string, { organisationId, instance }: Instance): InstanceRow['_id'] => ({
  saga,
  organisation: organisationId,
  instance,
});

const entryId = (
  { saga, organisation, instance }: InstanceRow['_id'],
  { due, key }: Place,
): AgendaRow['_id'] => ({ due, organisation, saga, instance, key });

const entryOf = ({ _id, payload }: AgendaRow): AgendaEntry => ({
  organisationId: _id.organisation,
  saga: _id.saga,
  instance: _id.instance,
  key: _id.key,
  due: _id.due,
  payload,
});

const nameOf = (id: InstanceRow['_id']): string => JSON.stringify(id);

/** Positions, states and agendas in a MongoDB replica set; see `open.ts`. */
export class MongoWorkState implements SharedWorkState {
  readonly outbox: MongoOutbox;
  readonly leases: MongoLeases;
  readonly processes: MongoProcesses;
  readonly #rows: Rows;
  readonly #batches: Batches;
  readonly #settings: MongoSettings;

  constructor(client: MongoClient, db: Db, rows: Rows) {
    this.#rows = rows;
    this.#batches = new Batches(client, rows.positions);
    this.#settings = new MongoSettings(rows.settings);
    this.outbox = new MongoOutbox(this.#batches, rows.tasks);
    this.leases = new MongoLeases(db, rows.leases, rows.leaseNumbers);
    this.processes = new MongoProcesses({ client, db }, rows.processes, rows.written);
  }

  async position(saga: string): Promise<Position> {
    return this.#batches.position(placeOf(saga));
  }

  async states(
    saga: string,
    instances: readonly Instance[],
  ): Promise<readonly (string | undefined)[]> {
    if (instances.length === 0) return [];
    const ids = instances.map((one) => instanceId(saga, one));
    const found = await this.#rows.instances
      .find({ _id: { $in: ids } }, { projection: { state: 1 } })
      .toArray();
    const states = new Map(found.map(({ _id, state }) => [nameOf(_id), state]));
    return ids.map((id) => states.get(nameOf(id)) ?? undefined);
  }

  async commit(batch: SagaBatch): Promise<void> {
    checkBatch(batch);
    const { saga, from, to } = batch;
    // An instance that stands there twice is as the last one says.
    const instances = new Map(
      batch.instances.map((one) => [nameOf(instanceId(saga, one)), one] as const),
    );
    const { settings = [], reached } = batch;
    await this.#batches.store({ name: saga, place: placeOf(saga), from, to }, async (session) => {
      if (reached && !(await this.#settings.reach(saga, reached, session)))
        throw new SagaPositionMoved(saga, from);
      await this.#settings.keep(saga, settings, session);
      await this.#write(saga, [...instances.values()], session);
    });
  }

  async settings(saga: string, organisationId: OrganisationId): Promise<string | undefined> {
    return this.#settings.of(saga, organisationId);
  }

  async unreached(saga: string): Promise<readonly Unreached[]> {
    const all = await this.#settings.unreached();
    return all
      .filter((one) => one.saga === saga)
      .map(({ organisationId, after }) => ({ organisationId, after }));
  }

  async instancesAfter(
    saga: string,
    organisationId: OrganisationId,
    after: string,
    limit: number,
  ): Promise<readonly { readonly instance: string; readonly state: string }[]> {
    const id = (instance: unknown): InstanceRow['_id'] =>
      instanceId(saga, { organisationId, instance: instance as string });
    const rows = await this.#rows.instances
      .find(
        { _id: { $gt: id(after), $lt: id(new MaxKey()) }, state: { $ne: null } },
        { sort: { _id: 1 }, limit, projection: { state: 1 } },
      )
      .toArray();
    return rows.flatMap(({ _id: { instance }, state }) =>
      state === null ? [] : [{ instance, state }],
    );
  }

  async planned(
    saga: string,
    organisationId: OrganisationId,
    instance: string,
  ): Promise<readonly AgendaEntry[]> {
    const id = instanceId(saga, { organisationId, instance });
    const entries = (await this.#rows.instances.findOne({ _id: id }))?.entries ?? [];
    const ids = entries.map((place) => entryId(id, place));
    const rows = await this.#rows.agenda
      .find({ _id: { $in: ids } }, { sort: { _id: 1 } })
      .toArray();
    return rows.map(entryOf);
  }

  async due(now: number, limit: number): Promise<readonly AgendaEntry[]> {
    // An id that begins with a later instant is greater, whatever follows.
    const before = { _id: { $lt: { due: Math.floor(now) + 1 } as AgendaRow['_id'] } };
    const filter = { ...before, ...(await this.#mayBeSent()) };
    const rows = await this.#rows.agenda.find(filter, { sort: { _id: 1 }, limit }).toArray();
    return rows.map(entryOf);
  }

  async nextDue(): Promise<number | undefined> {
    const next = await this.#rows.agenda.findOne(await this.#mayBeSent(), {
      sort: { _id: 1 },
      projection: { _id: 1 },
    });
    return next?._id.due;
  }

  async done(entries: readonly AgendaEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const removals = entries.map((entry): AnyBulkWriteOperation<AgendaRow> => {
      const _id = entryId(instanceId(entry.saga, entry), entry);
      return { deleteOne: { filter: { _id, payload: entry.payload } } };
    });
    await this.#rows.agenda.bulkWrite(removals, { ordered: false });
  }

  /** The connection is its opener's to close. */
  async close(): Promise<void> {}

  /** A filter for what is not held back. */
  async #mayBeSent(): Promise<Filter<AgendaRow>> {
    const held = await this.#settings.unreached();
    if (held.length === 0) return {};
    return {
      $nor: held.map(({ saga, organisationId }) => ({
        '_id.saga': saga,
        '_id.organisation': organisationId,
      })),
    };
  }

  async #write(
    saga: string,
    instances: readonly SagaInstance[],
    session: ClientSession,
  ): Promise<void> {
    if (instances.length === 0) return;
    const ids = instances.map((one) => instanceId(saga, one));
    const before = await this.#rows.instances
      .find({ _id: { $in: ids } }, { session, projection: { entries: 1 } })
      .toArray();
    const had = new Map(before.map(({ _id, entries }) => [nameOf(_id), entries]));

    const removed: AnyBulkWriteOperation<AgendaRow>[] = [];
    const entered: AnyBulkWriteOperation<AgendaRow>[] = [];
    const kept: AnyBulkWriteOperation<InstanceRow>[] = [];
    for (const { state = null, agenda, ...instance } of instances) {
      const _id = instanceId(saga, instance);
      const wanted = new Map(agenda.map(({ key, due }) => [key, due]));
      for (const place of had.get(nameOf(_id)) ?? [])
        if (wanted.get(place.key) !== place.due)
          removed.push({ deleteOne: { filter: { _id: entryId(_id, place) } } });
      for (const { due, key, payload } of agenda) {
        const filter = { _id: entryId(_id, { due, key }) };
        entered.push({ updateOne: { filter, update: { $set: { payload } }, upsert: true } });
      }
      const entries = agenda.map(({ due, key }) => ({ due, key }));
      kept.push(
        // Without a state it is kept for its entries alone.
        state === null && entries.length === 0
          ? { deleteOne: { filter: { _id } } }
          : { updateOne: { filter: { _id }, update: { $set: { state, entries } }, upsert: true } },
      );
    }
    await this.#rows.instances.bulkWrite(kept, { session });
    if (removed.length + entered.length > 0)
      await this.#rows.agenda.bulkWrite([...removed, ...entered], { session });
  }
}

const placeOf = (saga: string): string => `saga:${saga}`;

/** Makes what `open.ts` describes. */
export const mongoWorkState = async ({
  client,
  db,
}: {
  readonly client: MongoClient;
  readonly db: Db;
}): Promise<MongoWorkState> => {
  // Transactions know a session only by the client that made it.
  const own = client.db(db.databaseName);
  const rows = rowsIn(own);
  await prepareRows(own, rows);
  await prepareWritten(rows.written);
  return new MongoWorkState(client, own, rows);
};
