import type { Collection, Db, ObjectId } from 'mongodb';
import type { EventId, OrganisationId, PersonId, Position, StreamName } from '@vivier/kernel';
import { acknowledged, makeCollections } from '@vivier/mongodb/driver';

/** How far a saga or an effect has come. */
export interface PositionRow {
  /** `saga:` or `effect:` and the name. */
  readonly _id: string;
  readonly position: Position;
  /** The last batch: by it, a writer who did not hear that it was stored recognises it. */
  readonly batch: ObjectId;
}

/** Where an entry of an instance lies. */
export interface Place {
  readonly due: number;
  readonly key: string;
}

/** One instance of a saga. The members of an id stand in this order wherever one is made. */
export interface InstanceRow {
  readonly _id: {
    readonly saga: string;
    readonly organisation: OrganisationId;
    readonly instance: string;
  };
  readonly state: string | null;
  /** The entries that it was last given; those that were done meanwhile are still named. */
  readonly entries: readonly Place[];
}

/** What applies to all instances of a saga and an organisation. */
export interface SettingsRow {
  readonly _id: { readonly saga: string; readonly organisation: OrganisationId };
  readonly settings: string;
  /** The last instance that they have come to; null where there are no more. */
  readonly reached: string | null;
}

/**
 * An entry of the agenda. The ids compare member by member, so the agenda lies in the order in which it
 * falls due: what is due is read from its beginning, and no other index is needed.
 */
export interface AgendaRow {
  readonly _id: {
    readonly due: number;
    readonly organisation: OrganisationId;
    readonly saga: string;
    readonly instance: string;
    readonly key: string;
  };
  readonly payload: string;
}

/** A task of the outbox. */
export interface TaskRow {
  readonly _id: { readonly effect: string; readonly event: EventId };
  readonly organisation: OrganisationId;
  readonly task: string;
  readonly attempts: number;
  readonly due: number;
  readonly failure: string | null;
  readonly isDead: boolean;
  /** Where the batch ended that brought it, and its turn in it: the order of the log. */
  readonly log: Position;
  readonly turn: number;
  /** Where the event is about somebody. */
  readonly person?: PersonId;
  readonly stream?: StreamName;
}

/**
 * The number of a lease on its own, which a batch of the read store shows: see `underLease` there. Apart
 * from the lease, or every renewal would be in the way of a batch that takes longer than from one to the
 * next.
 */
export interface LeaseNumberRow {
  readonly _id: string;
  readonly number: number;
}

export interface LeaseRow {
  readonly _id: string;
  readonly number: number;
  /** Absent where nobody has it. */
  readonly holder?: string;
  readonly until: Date;
}

/** A process that reads the log. */
export interface ProcessRow {
  readonly _id: string;
  readonly roles: readonly string[];
  /** Types of events with the highest version that it reads. */
  readonly reads: Readonly<Record<string, number>>;
  readonly until: Date;
}

/** What the log may hold. */
export interface WrittenRow {
  readonly _id: typeof LOG;
  /** Types of events with the highest version that was ever allowed. */
  readonly versions: Readonly<Record<string, number>>;
  /** Raised by every transaction that has to meet the others. */
  readonly turn: number;
}

/** The id of the one document of {@link WrittenRow}. */
export const LOG = 'log';

export interface Rows {
  readonly positions: Collection<PositionRow>;
  readonly instances: Collection<InstanceRow>;
  readonly settings: Collection<SettingsRow>;
  readonly agenda: Collection<AgendaRow>;
  readonly tasks: Collection<TaskRow>;
  readonly leases: Collection<LeaseRow>;
  readonly leaseNumbers: Collection<LeaseNumberRow>;
  readonly processes: Collection<ProcessRow>;
  readonly written: Collection<WrittenRow>;
}

export const rowsIn = (given: Db): Rows => {
  const db = acknowledged(given);
  return {
    positions: db.collection('work_positions'),
    instances: db.collection('work_instances'),
    settings: db.collection('work_settings'),
    agenda: db.collection('work_agenda'),
    tasks: db.collection('work_tasks'),
    leases: db.collection('leases'),
    leaseNumbers: db.collection('lease_numbers'),
    processes: db.collection('work_processes'),
    written: db.collection('work_written'),
  };
};

/** Makes what is missing of collections and indexes. Idempotent, also for two processes at once. */
export const prepareRows = async (db: Db, rows: Rows): Promise<void> => {
  const names = Object.values(rows as unknown as Record<string, Collection>).map(
    ({ collectionName }) => collectionName,
  );
  await makeCollections(acknowledged(db), names);
  const order = { due: 1, log: 1, turn: 1 } as const;
  await rows.tasks.createIndexes([
    { name: 'living', key: order, partialFilterExpression: { isDead: false } },
    { name: 'dead', key: order, partialFilterExpression: { isDead: true } },
    { name: 'person', key: { person: 1 }, sparse: true },
  ]);
};
