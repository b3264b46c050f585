import type { StatementSync } from 'node:sqlite';
import type { DeclaredCollection } from '../declaration.ts';
import { keyColumns, orderBy, type KeyColumns, type SqlValue } from './sql.ts';

/** What a {@link CollectionTable} needs of its store. */
export interface TableDatabase {
  /** A prepared statement; the same one for the same text. */
  statement(text: string): StatementSync;
  /** Runs statements in one transaction. */
  change(statements: readonly string[]): void;
}

/** So many documents are remembered by their keys, of one collection: some 2 MB. */
const REMEMBERED = 5_000;

const same = (one: SqlValue | undefined, other: SqlValue | undefined): boolean => {
  if (one === other) return true;
  // A boolean lies in its column as a blob of one byte.
  return one instanceof Uint8Array && other instanceof Uint8Array && one[0] === other[0];
};

/** A declared collection and the table that holds it. */
export class CollectionTable {
  readonly table: string;
  readonly columns: KeyColumns;
  readonly #keys: readonly string[];
  readonly #put: string;
  readonly #remove: string;
  /** By the path that it begins with: the declared indexes that are not made yet. */
  readonly #notMade = new Map<string, string[]>();
  /** The keys under which documents were put lately. */
  readonly #remembered = new Map<string, readonly SqlValue[]>();
  /** By the columns that they set: the statements that change a document and some of its keys. */
  readonly #updates = new Map<string, string>();

  /** @param made the names of the indexes that the file has */
  constructor(
    private readonly database: TableDatabase,
    readonly declared: DeclaredCollection,
    number: number,
    made: ReadonlySet<string>,
  ) {
    this.table = `documents_${number}`;
    this.columns = keyColumns(declared.indexedPaths);
    this.#keys = [...this.columns.values()].slice(1);
    const written = [...this.#keys, 'document'];
    this.#put =
      `INSERT INTO ${this.table} VALUES (?, ?, ${written.map(() => '?').join(', ')}) ` +
      `ON CONFLICT (organisation, id) DO UPDATE SET ` +
      written.map((column) => `${column} = excluded.${column}`).join(', ');
    this.#remove = `DELETE FROM ${this.table} WHERE organisation = ? AND id = ?`;
    for (const [at, terms] of declared.indexes.entries()) {
      const name = `${this.table}_index_${at}`;
      if (made.has(name)) continue;
      const first = terms[0]?.path ?? '_id';
      const text = `CREATE INDEX ${name} ON ${this.table} (organisation, ${orderBy(terms, this.columns)})`;
      this.#notMade.set(first, [...(this.#notMade.get(first) ?? []), text]);
    }
  }

  /**
   * The table, without the declared indexes: filling it first and making them afterwards costs half.
   * Without a type, a column compares values as they are: text never equals a number.
   */
  static creation(number: number, declared: DeclaredCollection): string {
    const keys = [...keyColumns(declared.indexedPaths).values()].slice(1);
    return `CREATE TABLE documents_${number} (organisation INTEGER NOT NULL, id NOT NULL,
      ${keys.map((column) => `${column}, `).join('')}document NOT NULL, PRIMARY KEY (organisation, id))`;
  }

  /** Makes the indexes that begin with one of these paths, where they are missing; all by default. */
  makeIndexes(paths: Iterable<string> = [...this.#notMade.keys()]): void {
    if (this.#notMade.size === 0) return;
    const wanted = [...new Set(paths)];
    const texts = wanted.flatMap((path) => this.#notMade.get(path) ?? []);
    if (texts.length === 0) return;
    this.database.change(texts);
    for (const path of wanted) this.#notMade.delete(path);
  }

  /** Writes a document, in the transaction of whoever calls. */
  put(organisation: number, id: string, keys: readonly SqlValue[], document: string): void {
    const place = `${organisation}/${id}`;
    const before = this.#remembered.get(place);
    if (before) this.#update(organisation, id, keys, before, document);
    else this.database.statement(this.#put).run(organisation, id, ...keys, document);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(place, keys);
  }

  remove(organisation: number, id: string): void {
    this.#remembered.delete(`${organisation}/${id}`);
    this.database.statement(this.#remove).run(organisation, id);
  }

  /** What was put lately may not have been kept. */
  forget(): void {
    this.#remembered.clear();
  }

  /** Only the keys that have changed: an index whose keys all stay is not touched. */
  #update(
    organisation: number,
    id: string,
    keys: readonly SqlValue[],
    before: readonly SqlValue[],
    document: string,
  ): void {
    let set = '';
    const values: SqlValue[] = [];
    for (const [at, column] of this.#keys.entries()) {
      const key = keys[at] ?? null;
      if (same(key, before[at])) continue;
      set += `${column} = ?, `;
      values.push(key);
    }
    let text = this.#updates.get(set);
    if (text === undefined) {
      text = `UPDATE ${this.table} SET ${set}document = ? WHERE organisation = ? AND id = ?`;
      this.#updates.set(set, text);
    }
    this.database.statement(text).run(...values, document, organisation, id);
  }
}
