import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { checkBatch } from '../agenda.ts';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type SagaBatch,
  type SagaInstance,
  type WorkState,
} from '../port.ts';
import { inTransaction, openDatabase } from './database.ts';
import { EmbeddedOutbox } from './outbox.ts';

type EntryRow = readonly [number, OrganisationId, string, string, string, string];

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
    state: prepare(
      'SELECT state FROM instances WHERE saga = ? AND organisation = ? AND instance = ?',
    ),
    keep: prepare(
      `INSERT INTO instances VALUES (?, ?, ?, ?)
        ON CONFLICT (saga, organisation, instance) DO UPDATE SET state = excluded.state`,
    ),
    forget: prepare('DELETE FROM instances WHERE saga = ? AND organisation = ? AND instance = ?'),
    entries: prepare(
      `SELECT due, organisation, saga, instance, key, payload FROM agenda
        WHERE saga = ? AND organisation = ? AND instance = ?`,
    ),
    enter: prepare('INSERT INTO agenda VALUES (?, ?, ?, ?, ?, ?)'),
    takeOut: prepare(
      `DELETE FROM agenda WHERE due = ? AND organisation = ? AND saga = ? AND instance = ?
        AND key = ? AND payload = ?`,
    ),
    due: prepare(
      `SELECT due, organisation, saga, instance, key, payload FROM agenda WHERE due <= ?
        ORDER BY due, organisation, saga, instance, key LIMIT ?`,
    ),
    next: prepare('SELECT min(due) FROM agenda'),
  };
};

const entry = ([due, organisationId, saga, instance, key, payload]: EntryRow): AgendaEntry => ({
  organisationId,
  saga,
  instance,
  key,
  due,
  payload,
});

const row = (one: AgendaEntry): EntryRow => [
  one.due,
  one.organisationId,
  one.saga,
  one.instance,
  one.key,
  one.payload,
];

class EmbeddedWorkState implements WorkState {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof statements>;
  readonly outbox: EmbeddedOutbox;

  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#statements = statements(this.#database);
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
      const found = this.#statements.state.get(saga, organisationId, instance);
      return (found as readonly [string] | undefined)?.[0];
    });
  }

  async commit(batch: SagaBatch): Promise<void> {
    checkBatch(batch);
    const { saga, from, to, instances } = batch;
    inTransaction(this.#database, () => {
      const stored = this.#position(saga);
      if (stored !== from) throw new SagaPositionMoved(saga, stored);
      for (const instance of instances) this.#store(saga, instance);
      this.#statements.move.run(saga, to);
    });
  }

  async due(now: number, limit: number): Promise<readonly AgendaEntry[]> {
    return (this.#statements.due.all(now, limit) as unknown as EntryRow[]).map(entry);
  }

  async nextDue(): Promise<number | undefined> {
    const [due] = this.#statements.next.get() as unknown as readonly [number | null];
    return due ?? undefined;
  }

  async done(entries: readonly AgendaEntry[]): Promise<void> {
    inTransaction(this.#database, () => {
      for (const one of entries) this.#statements.takeOut.run(...row(one));
    });
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #position(saga: string): Position {
    const found = this.#statements.position.get(saga) as readonly [number] | undefined;
    return found === undefined ? START : (found[0] as Position);
  }

  #store(saga: string, { organisationId, instance, state, agenda }: SagaInstance): void {
    if (state === undefined) this.#statements.forget.run(saga, organisationId, instance);
    else this.#statements.keep.run(saga, organisationId, instance, state);

    // Most events leave most of an agenda as it was: only what differs is written.
    const wanted = new Map(agenda.map((one) => [one.key, one]));
    const had = this.#statements.entries.all(saga, organisationId, instance);
    for (const old of (had as unknown as EntryRow[]).map(entry)) {
      const same = wanted.get(old.key);
      if (same?.due === old.due && same.payload === old.payload) wanted.delete(old.key);
      else this.#statements.takeOut.run(...row(old));
    }
    for (const one of wanted.values()) this.#statements.enter.run(...row(one));
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
}): Promise<WorkState> => new EmbeddedWorkState(file);
