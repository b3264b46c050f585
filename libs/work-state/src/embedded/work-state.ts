import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { checkBatch } from '../agenda.ts';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type SagaBatch,
  type SagaInstance,
  type SharedWorkState,
  type Unreached,
} from '../port.ts';
import { AgendaTable } from './agenda-table.ts';
import { inTransaction, openDatabase } from './database.ts';
import { EmbeddedLeases } from './leases.ts';
import { EmbeddedOutbox } from './outbox.ts';
import { Owners } from './owners.ts';
import { EmbeddedProcesses } from './processes.ts';
import { SettingsTable } from './settings.ts';

/** `number` is undefined where there is no such instance. */
type InstanceRow = readonly [
  number: number | undefined,
  state: string | null,
  entries: string | null,
];

const ABSENT: InstanceRow = [undefined, null, null];

/** So many instances are remembered as they lie in the file: what is read is written soon. */
const REMEMBERED = 2_000;

const statements = (database: DatabaseSync) => {
  const prepare = (text: string): StatementSync => {
    const statement = database.prepare(text);
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    position: prepare('SELECT position FROM positions WHERE saga = ?'),
    move: prepare(
      `INSERT INTO positions VALUES (?, ?)
        ON CONFLICT (saga) DO UPDATE SET position = excluded.position`,
    ),
    instance: prepare(
      'SELECT number, state, entries FROM instances WHERE owner = ? AND instance = ?',
    ),
    add: prepare('INSERT INTO instances (owner, instance, state, entries) VALUES (?, ?, ?, ?)'),
    keep: prepare('UPDATE instances SET state = ?, entries = ? WHERE number = ?'),
    forget: prepare('DELETE FROM instances WHERE number = ?'),
    after: prepare(
      `SELECT instance, state FROM instances
        WHERE owner = ? AND instance > ? AND state IS NOT NULL ORDER BY instance LIMIT ? + 0`,
    ),
  };
};

class EmbeddedWorkState implements SharedWorkState {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof statements>;
  readonly #owners: Owners;
  readonly #agenda: AgendaTable;
  readonly #settings: SettingsTable;
  /** By owner and instance. */
  readonly #remembered = new Map<string, InstanceRow>();
  readonly outbox: EmbeddedOutbox;
  readonly leases = new EmbeddedLeases();
  readonly processes = new EmbeddedProcesses();

  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#statements = statements(this.#database);
    this.#owners = new Owners(this.#database);
    this.#agenda = new AgendaTable(this.#database, this.#owners);
    this.#settings = new SettingsTable(this.#database, this.#owners);
    this.outbox = new EmbeddedOutbox(this.#database);
  }

  async position(saga: string): Promise<Position> {
    return this.#position(saga);
  }

  async states(
    saga: string,
    instances: readonly { readonly organisationId: OrganisationId; readonly instance: string }[],
  ): Promise<readonly (string | undefined)[]> {
    return instances.map(({ organisationId, instance }) => {
      const owner = this.#owners.numberOf({ organisationId, saga });
      return this.#instance(owner, instance)[1] ?? undefined;
    });
  }

  async settings(saga: string, organisationId: OrganisationId): Promise<string | undefined> {
    return this.#settings.of(this.#owners.numberOf({ organisationId, saga }));
  }

  async unreached(saga: string): Promise<readonly Unreached[]> {
    return this.#settings.unreached(saga);
  }

  async instancesAfter(
    saga: string,
    organisationId: OrganisationId,
    after: string,
    limit: number,
  ): Promise<readonly { readonly instance: string; readonly state: string }[]> {
    const owner = this.#owners.numberOf({ organisationId, saga });
    const rows = this.#statements.after.all(owner, after, limit);
    return (rows as unknown as (readonly [string, string])[]).map(([instance, state]) => ({
      instance,
      state,
    }));
  }

  async planned(
    saga: string,
    organisationId: OrganisationId,
    instance: string,
  ): Promise<readonly AgendaEntry[]> {
    const owner = { organisationId, saga };
    const [, , entries] = this.#instance(this.#owners.numberOf(owner), instance);
    return this.#agenda.of(owner, instance, entries);
  }

  async commit(batch: SagaBatch): Promise<void> {
    checkBatch(batch);
    const { saga, from, to, instances, settings = [], reached } = batch;
    for (const { organisationId } of [...instances, ...settings])
      this.#owners.admit({ organisationId, saga });
    try {
      inTransaction(this.#database, () => {
        const stored = this.#position(saga);
        if (stored !== from) throw new SagaPositionMoved(saga, stored);
        if (reached) this.#settings.reach(saga, reached, new SagaPositionMoved(saga, stored));
        for (const one of settings) this.#settings.keep(saga, one);
        for (const instance of instances) this.#store(saga, instance);
        this.#statements.move.run(saga, to);
      });
    } catch (error) {
      this.#remembered.clear();
      throw error;
    }
  }

  async due(now: number, limit: number): Promise<readonly AgendaEntry[]> {
    return this.#agenda.due(now, limit);
  }

  async nextDue(): Promise<number | undefined> {
    return this.#agenda.nextDue();
  }

  async done(entries: readonly AgendaEntry[]): Promise<void> {
    if (entries.length > 0) inTransaction(this.#database, () => this.#agenda.done(entries));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #position(saga: string): Position {
    const found = this.#statements.position.get(saga) as unknown as readonly [number] | undefined;
    return found === undefined ? START : (found[0] as Position);
  }

  #instance(owner: number, instance: string): InstanceRow {
    const place = `${owner} ${instance}`;
    const known = this.#remembered.get(place);
    if (known) return known;
    const found = this.#statements.instance.get(owner, instance);
    return this.#remember(place, (found as unknown as InstanceRow | undefined) ?? ABSENT);
  }

  #remember(place: string, row: InstanceRow): InstanceRow {
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(place, row);
    return row;
  }

  #store(saga: string, one: SagaInstance): void {
    const { organisationId, instance, state = null } = one;
    const owner = this.#owners.numberOf({ organisationId, saga });
    const [number, stateBefore, entriesBefore] = this.#instance(owner, instance);
    const entries = this.#agenda.replace(saga, one, entriesBefore);
    if (state === stateBefore && entries === entriesBefore) return;
    this.#remember(`${owner} ${instance}`, this.#write(number, owner, instance, state, entries));
  }

  #write(
    number: number | undefined,
    owner: number,
    instance: string,
    state: string | null,
    entries: string | null,
  ): InstanceRow {
    if (number === undefined) {
      const { lastInsertRowid } = this.#statements.add.run(owner, instance, state, entries);
      return [Number(lastInsertRowid), state, entries];
    }
    // Without a state it is kept for its entries alone.
    if (state === null && entries === null) {
      this.#statements.forget.run(number);
      return ABSENT;
    }
    this.#statements.keep.run(state, entries, number);
    return [number, state, entries];
  }
}

/**
 * Working state of sagas in one SQLite file of this process's own (`:memory:` for none). What was
 * committed survives `kill -9`; `openDatabase` says what a power cut may cost.
 */
export const openEmbeddedWorkState = async ({
  file,
}: {
  readonly file: string;
}): Promise<SharedWorkState> => new EmbeddedWorkState(file);
