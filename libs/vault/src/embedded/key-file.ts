import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { Fence } from '../fence.ts';
import { ensurePrivateFile } from '../private-file.ts';
import { DestructionUnfinished } from '../refusals.ts';
import type { KeyId } from '../scope-key.ts';

export type KeyState =
  | { readonly kind: 'living'; readonly wrapped: Uint8Array }
  | { readonly kind: 'absent' }
  | { readonly kind: 'fenced'; readonly scope: Scope | undefined };

// SQLite moves the cells of a filling or emptying page about and leaves copies of living cells behind,
// in bytes that belong to nobody; `secure_delete` wipes what is deleted, but never those copies. So
// what must be able to go for good stands in `slots`: rows of a growing number that are only appended,
// and destroyed by being overwritten in place, never deleted, never resized, so that no page is ever
// rebalanced. The other tables hold ids and the number of a slot.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS slots(id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS keys(
    organisation TEXT NOT NULL, person TEXT NOT NULL, scope TEXT NOT NULL, slot INTEGER NOT NULL,
    PRIMARY KEY (organisation, person, scope)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS fences(
    organisation TEXT NOT NULL, person TEXT NOT NULL, scope TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (organisation, person, scope)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS claims(
    organisation TEXT NOT NULL, bucket INTEGER NOT NULL, slot INTEGER NOT NULL,
    person TEXT NOT NULL, at INTEGER NOT NULL, confirmed INTEGER NOT NULL, apart TEXT NOT NULL,
    PRIMARY KEY (organisation, bucket, slot)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS claims_of_person ON claims(organisation, person);
  CREATE INDEX IF NOT EXISTS claims_unconfirmed ON claims(at) WHERE confirmed = 0;
  CREATE TABLE IF NOT EXISTS erased(only INTEGER PRIMARY KEY CHECK (only = 1), up_to INTEGER NOT NULL);
`;

/** In `fences`, the whole person; no scope is called so, since a scope has a name. */
const WHOLE_PERSON = '';

/** The one file that holds keys, always wrapped. Every call is synchronous and durable. */
export class KeyFile {
  readonly #database: DatabaseSync;
  /** Nearly always empty: only a disk that refused a deletion leaves something here. */
  readonly #ahead = new Set<Fence>();
  readonly #slotOf: StatementSync;
  readonly #fencesOf: StatementSync;
  readonly #addSlot: StatementSync;
  readonly #addKey: StatementSync;
  readonly #addFence: StatementSync;
  readonly #wipeKey: { slots: StatementSync; rows: StatementSync };
  readonly #wipePerson: { slots: StatementSync; rows: StatementSync }[];

  constructor(path: string) {
    ensurePrivateFile(path);
    const database = new DatabaseSync(path, { timeout: 250 });
    this.#database = database;
    requirePragma(database, 'journal_mode = WAL', 'wal');
    requirePragma(database, 'synchronous = FULL', 2);
    // Erasure rests on it: without it deleted rows stay readable until a VACUUM.
    requirePragma(database, 'secure_delete = ON', 1);
    database.exec('PRAGMA temp_store = MEMORY');
    database.exec(SCHEMA);
    const prepare = (sql: string) => database.prepare(sql);
    const own = 'organisation = ? AND person = ?';
    this.#slotOf = prepare(
      `SELECT bytes FROM slots WHERE id = (SELECT slot FROM keys WHERE ${own} AND scope = ?)`,
    );
    this.#fencesOf = prepare(
      `SELECT scope FROM fences WHERE ${own} AND scope IN ('${WHOLE_PERSON}', ?) ORDER BY scope`,
    );
    this.#addSlot = prepare('INSERT INTO slots(bytes) VALUES (?)');
    this.#addKey = prepare('INSERT INTO keys VALUES (?, ?, ?, ?)');
    this.#addFence = prepare('INSERT OR IGNORE INTO fences VALUES (?, ?, ?, ?)');
    const wiping = (table: string, where: string) => ({
      slots: prepare(wipeSlots(`SELECT slot FROM ${table} WHERE ${where}`)),
      rows: prepare(`DELETE FROM ${table} WHERE ${where}`),
    });
    this.#wipeKey = wiping('keys', `${own} AND scope = ?`);
    this.#wipePerson = [wiping('keys', own), wiping('claims', own)];
  }

  /** For the tables that share this file and its transactions. */
  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** All of it is durable when it returns, or nothing happened and it throws. */
  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const outcome = work();
      this.#database.exec('COMMIT');
      return outcome;
    } catch (failure) {
      // SQLite itself rolls back on some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw failure;
    }
  }

  /** See the port. */
  erasedUpTo(): number | undefined {
    const row = this.#database.prepare('SELECT up_to FROM erased').get();
    return row === undefined ? undefined : Number(row['up_to']);
  }

  noteErasedUpTo(position: number): void {
    this.#database
      .prepare(
        `INSERT INTO erased VALUES (1, ?)
          ON CONFLICT (only) DO UPDATE SET up_to = max(up_to, excluded.up_to)`,
      )
      .run(position);
  }

  look({ organisationId, personId, scope }: KeyId): KeyState {
    const fence = this.fenceOf(organisationId, personId, scope);
    if (fence !== undefined) return { kind: 'fenced', scope: fence.scope ?? undefined };
    const row = this.#slotOf.get(organisationId, personId, scope);
    return row === undefined
      ? { kind: 'absent' }
      : { kind: 'living', wrapped: row['bytes'] as Uint8Array };
  }

  /** Fences at once what stands in the fence file already but not yet here. */
  fenceAhead(fences: readonly Fence[]): void {
    for (const fence of fences) this.#ahead.add(fence);
  }

  /** The fence that covers the scope (scope `null`: the person as a whole), if there is one. */
  fenceOf(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope | null,
  ): { readonly scope: Scope | null } | undefined {
    const row = this.#fencesOf.get(organisationId, personId, scope ?? WHOLE_PERSON);
    if (row !== undefined) return { scope: row['scope'] === WHOLE_PERSON ? null : scope };
    for (const ahead of this.#ahead) {
      if (ahead.organisationId !== organisationId || ahead.personId !== personId) continue;
      if (ahead.scope === null || ahead.scope === scope) return { scope: ahead.scope };
    }
    return undefined;
  }

  /** Keeps a new key unless there is one already or the scope is fenced; gives what holds then. */
  keep(id: KeyId, wrapped: Uint8Array): KeyState {
    const state = this.look(id);
    if (state.kind !== 'absent') return state;
    const slot = this.addSlot(wrapped);
    this.#addKey.run(id.organisationId, id.personId, id.scope, slot);
    return { kind: 'living', wrapped };
  }

  addSlot(bytes: Uint8Array): number {
    return Number(this.#addSlot.run(bytes).lastInsertRowid);
  }

  /** Fences and deletes; the bytes are gone from disk only after {@link truncateLog}. */
  destroy(fences: readonly Fence[]): void {
    this.transaction(() => this.#destroy(fences));
    for (const fence of fences) this.#ahead.delete(fence);
  }

  #destroy(fences: readonly Fence[]): void {
    for (const { organisationId, personId, scope, at } of fences) {
      this.#addFence.run(organisationId, personId, scope ?? WHOLE_PERSON, at);
      if (scope === null) {
        for (const { slots, rows } of this.#wipePerson) {
          slots.run(organisationId, personId);
          rows.run(organisationId, personId);
        }
      } else {
        this.#wipeKey.slots.run(organisationId, personId, scope);
        this.#wipeKey.rows.run(organisationId, personId, scope);
      }
    }
  }

  /**
   * Writes the log into the file and cuts it to nothing: until then it holds pages with the deleted
   * bytes. Throws {@link DestructionUnfinished} while another connection reads.
   */
  truncateLog(): void {
    const { busy } = this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as {
      busy: number;
    };
    if (busy !== 0) throw new DestructionUnfinished();
  }

  fences(): readonly Fence[] {
    const rows = this.#database.prepare('SELECT * FROM fences').all();
    return rows.map((row) => ({
      organisationId: row['organisation'] as OrganisationId,
      personId: row['person'] as PersonId,
      scope: row['scope'] === WHOLE_PERSON ? null : (row['scope'] as Scope),
      at: row['at'] as number,
    }));
  }

  /** One living key of each organisation, or of the one asked for. */
  samples(organisationId?: OrganisationId): readonly KeyId[] {
    const rows = this.#database
      .prepare(
        `SELECT organisation, person, min(scope) AS scope FROM keys
          WHERE organisation = coalesce(?, organisation) GROUP BY organisation`,
      )
      .all(organisationId ?? null);
    return rows.map((row) => ({
      organisationId: row['organisation'] as OrganisationId,
      personId: row['person'] as PersonId,
      scope: row['scope'] as Scope,
    }));
  }

  close(): void {
    this.#database.close();
  }
}

/** SQL that overwrites the chosen slots with as many zero bytes. */
export const wipeSlots = (chosen: string): string =>
  `UPDATE slots SET bytes = zeroblob(length(bytes)) WHERE id IN (${chosen})`;

const requirePragma = (database: DatabaseSync, setting: string, wanted: string | number): void => {
  database.prepare(`PRAGMA ${setting}`).all();
  const name = setting.split(' ')[0]!;
  if (database.prepare(`PRAGMA ${name}`).get()?.[name] === wanted) return;
  throw new Error(`The key file cannot be opened safely: SQLite did not take ${setting}.`);
};
