import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AgendaEntry, SagaInstance } from '../port.ts';
import type { Owner, Owners } from './owners.ts';

type EntryRow = readonly [
  due: number,
  owner: number,
  instance: string,
  key: string,
  payload: string,
];

/** Where an entry of an instance lies: its due time and its key. */
type Place = readonly [due: number, key: string];

const COLUMNS = 'due, organisation, saga, instance, key';
/** Of whom there are instances that changed settings have yet to reach. */
const UNREACHED = 'SELECT owner FROM settings WHERE reached IS NOT NULL';

const statements = (database: DatabaseSync) => {
  const prepare = (text: string): StatementSync => {
    const statement = database.prepare(text);
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    enter: prepare(
      `INSERT INTO agenda VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (${COLUMNS}) DO UPDATE SET payload = excluded.payload
          WHERE payload <> excluded.payload`,
    ),
    remove: prepare(
      `DELETE FROM agenda WHERE due = ? AND organisation = ? AND saga = ? AND instance = ?
        AND key = ?`,
    ),
    takeOut: prepare(
      `DELETE FROM agenda WHERE due = ? AND organisation = ? AND saga = ? AND instance = ?
        AND key = ? AND payload = ?`,
    ),
    takeOutUpTo: prepare(`DELETE FROM agenda WHERE (${COLUMNS}) <= (?, ?, ?, ?, ?)`),
    due: prepare(
      `SELECT due, owner, instance, key, payload FROM agenda WHERE due <= ?
        ORDER BY ${COLUMNS} LIMIT ? + 0`,
    ),
    dueApart: prepare(
      `SELECT due, owner, instance, key, payload FROM agenda
        WHERE due <= ? AND owner NOT IN (${UNREACHED}) ORDER BY ${COLUMNS} LIMIT ? + 0`,
    ),
    next: prepare('SELECT min(due) FROM agenda'),
    nextApart: prepare(
      `SELECT due FROM agenda WHERE owner NOT IN (${UNREACHED}) ORDER BY ${COLUMNS} LIMIT 1`,
    ),
    someUnreached: prepare(`SELECT EXISTS (${UNREACHED})`),
    one: prepare(
      `SELECT due, owner, instance, key, payload FROM agenda WHERE due = ? AND organisation = ?
        AND saga = ? AND instance = ? AND key = ?`,
    ),
  };
};

/** What {@link AgendaTable.due} gave last. */
interface Given {
  readonly entries: readonly AgendaEntry[];
  /** Whether something was put among them, or into their place, since. */
  changed: boolean;
}

/** The agenda in the order in which it falls due. Whoever calls is in a transaction where it writes. */
export class AgendaTable {
  readonly #statements: ReturnType<typeof statements>;
  #given: Given | undefined;

  constructor(
    database: DatabaseSync,
    private readonly owners: Owners,
  ) {
    this.#statements = statements(database);
  }

  /**
   * Replaces an instance's entries.
   *
   * @param before what this gave back the last time, for this instance
   * @returns what the instance is to keep in mind of its entries; null where it has none
   */
  replace(
    saga: string,
    { organisationId, instance, agenda }: SagaInstance,
    before: string | null,
  ): string | null {
    if (before === null && agenda.length === 0) return null;
    const wanted = new Map(agenda.map(({ key, due }) => [key, due]));
    const had = before === null ? [] : (JSON.parse(before) as readonly Place[]);
    for (const [due, key] of had)
      if (wanted.get(key) !== due)
        this.#statements.remove.run(due, organisationId, saga, instance, key);
    const last = this.#given?.entries.at(-1)?.due;
    const owner = this.owners.numberOf({ organisationId, saga });
    for (const { due, key, payload } of agenda) {
      const { changes } = this.#statements.enter.run(
        ...[due, organisationId, saga, instance, key, owner, payload],
      );
      if (this.#given && last !== undefined && due <= last && changes > 0)
        this.#given.changed = true;
    }
    return agenda.length === 0
      ? null
      : JSON.stringify(agenda.map(({ due, key }): Place => [due, key]));
  }

  due(now: number, limit: number): readonly AgendaEntry[] {
    const apart = this.#isSomeUnreached();
    const statement = apart ? this.#statements.dueApart : this.#statements.due;
    const rows = statement.all(now, limit) as unknown as EntryRow[];
    const entries = rows.map((row) => this.#entry(row));
    // Between these others lie that are not to go with them.
    this.#given = apart ? undefined : { entries, changed: false };
    return entries;
  }

  nextDue(): number | undefined {
    const { next, nextApart } = this.#statements;
    const row = (this.#isSomeUnreached() ? nextApart : next).get();
    return (row as unknown as readonly [number | null] | undefined)?.[0] ?? undefined;
  }

  /** @param places what {@link replace} gave back for the instance */
  of(owner: Owner, instance: string, places: string | null): readonly AgendaEntry[] {
    const had = places === null ? [] : (JSON.parse(places) as readonly Place[]);
    const { organisationId, saga } = owner;
    return [...had]
      .sort(([one], [other]) => one - other)
      .flatMap(([due, key]) => {
        const row = this.#statements.one.get(due, organisationId, saga, instance, key);
        return row === undefined ? [] : [this.#entry(row as unknown as EntryRow)];
      });
  }

  /** Takes entries out; what is not as it was read stays. */
  done(entries: readonly AgendaEntry[]): void {
    const last = this.#given?.entries.at(-1);
    if (last && this.#isAllGiven(entries)) {
      const { due, organisationId, saga, instance, key } = last;
      this.#statements.takeOutUpTo.run(due, organisationId, saga, instance, key);
      return;
    }
    for (const { due, organisationId, saga, instance, key, payload } of entries)
      this.#statements.takeOut.run(due, organisationId, saga, instance, key, payload);
  }

  #entry([due, owner, instance, key, payload]: EntryRow): AgendaEntry {
    return { ...this.owners.of(owner), instance, key, due, payload };
  }

  #isSomeUnreached(): boolean {
    const [some] = this.#statements.someUnreached.get() as unknown as readonly [number];
    return some === 1;
  }

  /**
   * Whether these are exactly the entries that lie at the agenda's beginning: those that were given,
   * among which nothing was put since. Then they go as one stretch, which costs a thirtieth of taking
   * them out one by one (one process owns the file: nobody else can have put something there).
   */
  #isAllGiven(entries: readonly AgendaEntry[]): boolean {
    if (!this.#given || this.#given.changed) return false;
    const given = this.#given.entries;
    if (entries.length !== given.length) return false;
    if (entries === given) return true;
    const some = new Set(entries);
    return given.every((one) => some.has(one));
  }
}
