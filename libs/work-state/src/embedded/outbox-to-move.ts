import { DatabaseSync } from 'node:sqlite';
import type { EventId, OrganisationId, PersonId, Position, StreamName } from '@vivier/kernel';

/** A task, waiting or dead, with its turn among those of one instant. */
export interface TaskToMove {
  readonly turn: number;
  readonly effect: string;
  readonly eventId: EventId;
  readonly organisationId: OrganisationId;
  readonly task: string;
  readonly attempts: number;
  /** ms since 1970. */
  readonly due: number;
  readonly failure: string | null;
  readonly isDead: boolean;
  readonly personId: PersonId | undefined;
  readonly stream: StreamName | undefined;
}

/** What effects have done and have still to do, in a file that nobody writes to any more. Only reads. */
export class OutboxToMove {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  }

  /** How far each effect has come; the places are called `effect:` and its name. */
  positions(): readonly { readonly place: string; readonly position: Position }[] {
    const rows = this.#database
      .prepare(`SELECT saga, position FROM positions WHERE saga LIKE 'effect:%' ORDER BY saga`)
      .all();
    return rows.map(({ saga, position }) => ({
      place: saga as string,
      position: position as Position,
    }));
  }

  *tasks(): Generator<TaskToMove> {
    for (const row of this.#database.prepare('SELECT * FROM tasks ORDER BY number').iterate())
      yield {
        turn: row['number'] as number,
        effect: row['effect'] as string,
        eventId: row['event'] as EventId,
        organisationId: row['organisation'] as OrganisationId,
        task: row['task'] as string,
        attempts: row['attempts'] as number,
        due: row['due'] as number,
        failure: row['failure'] as string | null,
        isDead: row['dead'] === 1,
        // A file of an earlier release has no such columns.
        personId: (row['person'] as PersonId | null | undefined) ?? undefined,
        stream: (row['stream'] as StreamName | null | undefined) ?? undefined,
      };
  }

  close(): void {
    this.#database.close();
  }
}
