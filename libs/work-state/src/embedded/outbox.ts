import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  START,
  type EventId,
  type OrganisationId,
  type PersonId,
  type Position,
  type StreamName,
} from '@vivier/kernel';
import {
  SagaPositionMoved,
  type Outbox,
  type OutboxBatch,
  type OutboxEntry,
  type TasksAbout,
} from '../port.ts';
import { inTransaction } from './database.ts';

interface Row {
  readonly effect: string;
  readonly event: EventId;
  readonly organisation: OrganisationId;
  readonly task: string;
  readonly attempts: number;
  readonly due: number;
  readonly failure: string | null;
  readonly person: PersonId | null;
  readonly stream: StreamName | null;
}

const entry = (row: Row): OutboxEntry => ({
  organisationId: row.organisation,
  effect: row.effect,
  eventId: row.event,
  task: row.task,
  personId: row.person ?? undefined,
  stream: row.stream ?? undefined,
  attempts: row.attempts,
  due: row.due,
  failure: row.failure ?? undefined,
});

/** Positions of effects lie beside those of sagas, under names that no saga has. */
const placeOf = (effect: string): string => `effect:${effect}`;

const statements = (database: DatabaseSync) => {
  const prepare = (text: string): StatementSync => database.prepare(text);
  return {
    position: prepare('SELECT position FROM positions WHERE saga = ?'),
    move: prepare(
      `INSERT INTO positions VALUES (?, ?)
        ON CONFLICT (saga) DO UPDATE SET position = excluded.position`,
    ),
    take: prepare(
      `INSERT INTO tasks (effect, event, organisation, task, attempts, due, dead, person, stream)
        VALUES (?, ?, ?, ?, 0, ?, 0, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    due: prepare(
      'SELECT * FROM tasks WHERE dead = 0 AND due <= ? ORDER BY due, number LIMIT ? + 0',
    ),
    next: prepare('SELECT min(due) AS due FROM tasks WHERE dead = 0'),
    begin: prepare(
      'UPDATE tasks SET attempts = attempts + 1 WHERE effect = ? AND event = ? RETURNING *',
    ),
    claim: prepare(
      `UPDATE tasks SET attempts = attempts + 1, due = ?
        WHERE effect = ? AND event = ? AND attempts = ? AND dead = 0 RETURNING *`,
    ),
    finish: prepare('DELETE FROM tasks WHERE effect = ? AND event = ?'),
    postpone: prepare('UPDATE tasks SET due = ?, failure = ? WHERE effect = ? AND event = ?'),
    bury: prepare('UPDATE tasks SET dead = 1, failure = ? WHERE effect = ? AND event = ?'),
    dead: prepare('SELECT * FROM tasks WHERE dead = 1 ORDER BY due, number LIMIT ? + 0'),
    revive: prepare(
      `UPDATE tasks SET dead = 0, attempts = 0, due = ?
        WHERE effect = ? AND event = ? AND dead = 1`,
    ),
    removeAbout: prepare(
      `DELETE FROM tasks WHERE person = ? AND organisation = ? AND stream = coalesce(?, stream)
        AND effect NOT IN (SELECT value FROM json_each(?))`,
    ),
  };
};

/** The outbox in the file of the working state. */
export class EmbeddedOutbox implements Outbox {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof statements>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = statements(database);
  }

  async position(effect: string): Promise<Position> {
    return this.#position(effect);
  }

  async take({ effect, from, to, tasks, due }: OutboxBatch): Promise<void> {
    if (to < from) throw new RangeError(`${effect} cannot go back from ${from} to ${to}.`);
    inTransaction(this.#database, () => {
      const stored = this.#position(effect);
      if (stored !== from) throw new SagaPositionMoved(effect, stored);
      for (const { eventId, organisationId, task, personId = null, stream = null } of tasks)
        this.#statements.take.run(effect, eventId, organisationId, task, due, personId, stream);
      this.#statements.move.run(placeOf(effect), to);
    });
  }

  async due(now: number, limit: number): Promise<readonly OutboxEntry[]> {
    return (this.#statements.due.all(now, limit) as unknown as Row[]).map(entry);
  }

  async nextDue(): Promise<number | undefined> {
    const { due } = this.#statements.next.get() as { readonly due: number | null };
    return due ?? undefined;
  }

  async begin(one: OutboxEntry, until?: number): Promise<OutboxEntry> {
    const { effect, eventId, attempts } = one;
    const { begin, claim } = this.#statements;
    const row =
      until === undefined
        ? begin.get(effect, eventId)
        : claim.get(until, effect, eventId, attempts);
    if (!row) throw new RangeError(`${effect} has no such task any more.`);
    return entry(row as unknown as Row);
  }

  async finish({ effect, eventId }: OutboxEntry): Promise<void> {
    this.#statements.finish.run(effect, eventId);
  }

  async postpone({ effect, eventId }: OutboxEntry, due: number, failure: string): Promise<void> {
    this.#statements.postpone.run(due, failure, effect, eventId);
  }

  async bury({ effect, eventId }: OutboxEntry, failure: string): Promise<void> {
    this.#statements.bury.run(failure, effect, eventId);
  }

  async dead(limit: number): Promise<readonly OutboxEntry[]> {
    return (this.#statements.dead.all(limit) as unknown as Row[]).map(entry);
  }

  async revive(effect: string, eventId: EventId, due: number): Promise<boolean> {
    return this.#statements.revive.run(due, effect, eventId).changes === 1;
  }

  async removeAbout({ organisationId, personId, stream, but }: TasksAbout): Promise<number> {
    const { removeAbout } = this.#statements;
    const removed = removeAbout.run(personId, organisationId, stream ?? null, JSON.stringify(but));
    return Number(removed.changes);
  }

  #position(effect: string): Position {
    const found = this.#statements.position.get(placeOf(effect)) as
      { readonly position: Position } | undefined;
    return found?.position ?? START;
  }
}
