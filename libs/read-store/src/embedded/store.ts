import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { checkUnchanged, checkedDeclaration, type DeclaredCollection } from '../declaration.ts';
import { storable, valueAt } from '../document.ts';
import {
  PositionMoved,
  UnknownCollection,
  type CollectionDeclaration,
  type Comparable,
  type ProjectionBatch,
  type ReadDocument,
  type ReadStore,
} from '../port.ts';
import { EmbeddedCollection, type CollectionTable, type Tables } from './collection.ts';
import { inTransaction, openDatabase } from './database.ts';
import { SharedCommit } from './shared-commit.ts';
import { keyColumns, keyValue, orderBy, type SqlValue } from './sql.ts';

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
export class EmbeddedReadStore implements ReadStore, Tables {
  readonly #database: DatabaseSync;
  readonly #commits: SharedCommit;
  readonly #tables = new Map<string, CollectionTable>();
  /** Projection to the collection from which it answers. */
  readonly #current = new Map<string, string>();
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#commits = new SharedCommit(this.#database);
    const rows = this.#database.prepare('SELECT number, declaration FROM collections').all();
    for (const { number, declaration } of rows) this.#remember(Number(number), String(declaration));
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
      const table = `documents_${lastInsertRowid}`;
      const columns = keyColumns(declared.indexedPaths);
      const keys = [...columns.values()].slice(1).map((column) => `${column}, `);
      // Without a type, a column compares values as they are: text never equals a number.
      this.#database.exec(
        `CREATE TABLE ${table} (organisation NOT NULL, id NOT NULL, ${keys.join('')}
          document NOT NULL, PRIMARY KEY (organisation, id))`,
      );
      for (const [at, terms] of declared.indexes.entries()) {
        this.#database.exec(
          `CREATE INDEX ${table}_index_${at} ON ${table} (organisation, ${orderBy(terms, columns)})`,
        );
      }
      return Number(lastInsertRowid);
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
    return this.#commits.add(() => {
      const stored = this.#position(projection);
      if (stored !== from) throw new PositionMoved(projection, stored);
      for (const write of writes) {
        const { declared, table, put } = this.table(write.collection);
        if ('put' in write) {
          const document = storable(declared, write.put);
          this.statement(put).run(
            write.organisationId,
            document._id,
            ...keys(declared, document),
            JSON.stringify(document),
          );
        } else {
          this.statement(`DELETE FROM ${table} WHERE organisation = ? AND id = ?`).run(
            write.organisationId,
            write.remove,
          );
        }
      }
      this.statement(
        `INSERT INTO positions VALUES (?, ?)
          ON CONFLICT (projection) DO UPDATE SET position = excluded.position`,
      ).run(projection, to);
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

  async switchTo(projection: string, collection: string): Promise<void> {
    this.table(collection);
    const before = this.#current.get(projection);
    if (before === collection) return;
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
    for (const [projection, collection] of this.#current)
      if (collection === name) this.#current.delete(projection);
    this.#statements.clear();
  }

  #position(projection: string): Position {
    const row = this.statement('SELECT position FROM positions WHERE projection = ?').get(
      projection,
    ) as unknown as readonly [number] | undefined;
    return row === undefined ? START : (row[0] as Position);
  }

  #remember(number: number, text: string): void {
    const declared = checkedDeclaration(JSON.parse(text) as CollectionDeclaration);
    const table = `documents_${number}`;
    const columns = keyColumns(declared.indexedPaths);
    const written = [...[...columns.values()].slice(1), 'document'];
    const put =
      `INSERT INTO ${table} VALUES (?, ?, ${written.map(() => '?').join(', ')}) ` +
      `ON CONFLICT (organisation, id) DO UPDATE SET ` +
      written.map((column) => `${column} = excluded.${column}`).join(', ');
    this.#tables.set(declared.name, { declared, table, columns, put });
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
