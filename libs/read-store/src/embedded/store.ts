import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { checkUnchanged, checkedDeclaration, type DeclaredCollection } from '../declaration.ts';
import { storable, valueAt, wellFormed } from '../document.ts';
import {
  PositionMoved,
  UnknownCollection,
  type CollectionDeclaration,
  type Comparable,
  type ProjectionBatch,
  type ReadDocument,
  type ReadStore,
  type Shown,
} from '../port.ts';
import { EmbeddedCollection, type Tables } from './collection.ts';
import { inTransaction, openDatabase } from './database.ts';
import { Organisations } from './organisations.ts';
import { SharedCommit } from './shared-commit.ts';
import { keyValue, type SqlValue } from './sql.ts';
import { CollectionTable, type TableDatabase } from './table.ts';

/** How many prepared statements are kept, and how long (in characters) one may be; a long list of ids is not. */
const STATEMENTS_KEPT = 500;
const LONGEST_KEPT = 8_000;

/** What `storable` has made sure of: at a declared path lies a scalar, or nothing. */
const keys = ({ indexedPaths }: DeclaredCollection, document: ReadDocument) => {
  const values: SqlValue[] = [];
  for (const path of indexedPaths)
    values.push(keyValue(valueAt(document, path) as Comparable | undefined));
  return values;
};

/** Documents in one SQLite file; see {@link openEmbeddedReadStore}. */
export class EmbeddedReadStore implements ReadStore, Tables, TableDatabase {
  readonly #database: DatabaseSync;
  readonly #commits: SharedCommit;
  readonly #organisations: Organisations;
  readonly #tables = new Map<string, CollectionTable>();
  /** Projection to the collection from which it answers. */
  readonly #current = new Map<string, string>();
  readonly #statements = new Map<string, StatementSync>();
  /** By collection: what was read of positions, or written since. */
  readonly #positions = new Map<string, Position>();

  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#commits = new SharedCommit(this.#database);
    this.#organisations = new Organisations(this.#database);
    const indexes = this.#database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index'`);
    const made = new Set(indexes.all().map(({ name }) => String(name)));
    const rows = this.#database.prepare('SELECT number, declaration FROM collections').all();
    for (const { number, declaration } of rows)
      this.#remember(Number(number), String(declaration), made);
    for (const row of this.#database.prepare('SELECT projection, collection FROM current').all())
      this.#current.set(String(row['projection']), String(row['collection']));
  }

  async declare(declaration: CollectionDeclaration): Promise<void> {
    const declared = checkedDeclaration(declaration);
    const known = this.#tables.get(declared.name);
    if (known !== undefined) return checkUnchanged(known.declared, declared);
    const text = JSON.stringify({ name: declared.name, indexes: declaration.indexes });
    const number = inTransaction(this.#database, () => {
      const { lastInsertRowid } = this.statement(
        'INSERT INTO collections (name, declaration) VALUES (?, ?)',
      ).run(declared.name, text);
      const number = Number(lastInsertRowid);
      this.#database.exec(CollectionTable.creation(number, declared));
      return number;
    });
    this.#remember(number, text);
  }

  collection<T extends ReadDocument>(
    organisationId: OrganisationId,
    name: string,
  ): EmbeddedCollection<T> {
    return new EmbeddedCollection<T>(this, organisationId, name);
  }

  async position(projection: string): Promise<Position> {
    return this.#position(projection);
  }

  async apply({ projection, from, to, writes }: ProjectionBatch): Promise<void> {
    if (to < from) throw new RangeError(`${projection} cannot go back from ${from} to ${to}.`);
    for (const { organisationId } of writes) this.#organisations.admit(organisationId);
    const write = (): void => {
      const stored = this.#position(projection);
      if (stored !== from) throw new PositionMoved(projection, stored);
      for (const one of writes) {
        const table = this.table(one.collection);
        const organisation = this.numberOf(one.organisationId);
        if ('put' in one) {
          const document = storable(table.declared, one.put);
          const text = JSON.stringify(document);
          table.put(organisation, document._id, keys(table.declared, document), text);
        } else table.remove(organisation, wellFormed(one.remove));
      }
      this.statement(
        `INSERT INTO positions VALUES (?, ?)
          ON CONFLICT (projection) DO UPDATE SET position = excluded.position`,
      ).run(projection, to);
      this.#positions.set(projection, to);
    };
    return this.#commits.add(write, () => {
      this.#positions.clear();
      for (const table of this.#tables.values()) table.forget();
    });
  }

  async drop(projection: string): Promise<void> {
    inTransaction(this.#database, () => {
      this.#remove(projection);
    });
    this.#forget(projection);
  }

  async collections(): Promise<readonly string[]> {
    return [...this.#tables.keys()];
  }

  async current(projection: string): Promise<string | undefined> {
    return this.#current.get(projection);
  }

  async shown(): Promise<readonly Shown[]> {
    return [...this.#current].map(([projection, collection]) => ({
      projection,
      collection,
      position: this.#position(collection),
    }));
  }

  async switchTo(projection: string, collection: string): Promise<void> {
    const table = this.table(collection);
    const before = this.#current.get(projection);
    if (before === collection) return;
    table.makeIndexes();
    inTransaction(this.#database, () => {
      this.statement(
        `INSERT INTO current VALUES (?, ?)
          ON CONFLICT (projection) DO UPDATE SET collection = excluded.collection`,
      ).run(projection, collection);
      if (before !== undefined) this.#remove(before);
    });
    this.#current.set(projection, collection);
    if (before !== undefined) this.#forget(before);
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    this.#statements.clear();
    this.#database.close();
  }

  /**
   * Moves all writes into the file and empties its journal, so that what was removed or replaced before
   * is on the disk no more.
   */
  async checkpoint(): Promise<void> {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** @internal Throws UnknownCollection. */
  table(name: string): CollectionTable {
    const known = this.#tables.get(name);
    if (known === undefined) throw new UnknownCollection(name);
    return known;
  }

  /** @internal */
  numberOf(organisationId: OrganisationId): number {
    return this.#organisations.numberOf(organisationId);
  }

  /** @internal */
  change(statements: readonly string[]): void {
    inTransaction(this.#database, () => {
      for (const text of statements) this.#database.exec(text);
    });
  }

  /** @internal A prepared statement whose rows are arrays. */
  statement(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(text);
    statement.setReturnArrays(true);
    if (text.length > LONGEST_KEPT) return statement;
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined && this.#statements.size >= STATEMENTS_KEPT) {
      this.#statements.delete(oldest);
    }
    this.#statements.set(text, statement);
    return statement;
  }

  #remove(name: string): void {
    this.statement('DELETE FROM positions WHERE projection = ?').run(name);
    this.statement('DELETE FROM collections WHERE name = ?').run(name);
    this.statement('DELETE FROM current WHERE collection = ?').run(name);
    const known = this.#tables.get(name);
    if (known !== undefined) this.#database.exec(`DROP TABLE ${known.table}`);
  }

  #forget(name: string): void {
    this.#tables.delete(name);
    this.#positions.delete(name);
    for (const [projection, collection] of this.#current)
      if (collection === name) this.#current.delete(projection);
    this.#statements.clear();
  }

  #position(projection: string): Position {
    const known = this.#positions.get(projection);
    if (known !== undefined) return known;
    const row = this.statement('SELECT position FROM positions WHERE projection = ?').get(
      projection,
    ) as unknown as readonly [number] | undefined;
    const position = row === undefined ? START : (row[0] as Position);
    this.#positions.set(projection, position);
    return position;
  }

  #remember(number: number, text: string, made: ReadonlySet<string> = new Set()): void {
    const declared = checkedDeclaration(JSON.parse(text) as CollectionDeclaration);
    this.#tables.set(declared.name, new CollectionTable(this, declared, number, made));
  }
}

/**
 * A read store in one SQLite file of this process's own (`:memory:` for none). What was written
 * survives `kill -9`; see `database.ts` for what a power cut may take.
 */
export const openEmbeddedReadStore = async ({
  file,
}: {
  readonly file: string;
}): Promise<EmbeddedReadStore> => new EmbeddedReadStore(file);
