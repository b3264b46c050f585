import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { checkUnchanged, checkedDeclaration } from '../declaration.ts';
import { storable } from '../document.ts';
import {
  PositionMoved,
  UnknownCollection,
  type CollectionDeclaration,
  type ProjectionBatch,
  type ReadDocument,
  type ReadStore,
} from '../port.ts';
import { EmbeddedCollection, type CollectionTable, type Tables } from './collection.ts';
import { inTransaction, openDatabase } from './database.ts';
import { orderBy } from './sql.ts';

/** How many prepared statements are kept, and how long (in characters) one may be; a long list of ids is not. */
const STATEMENTS_KEPT = 500;
const LONGEST_KEPT = 8_000;

/** Documents in one SQLite file; see {@link openEmbeddedReadStore}. */
export class EmbeddedReadStore implements ReadStore, Tables {
  readonly #database: DatabaseSync;
  readonly #tables = new Map<string, CollectionTable>();
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#database = openDatabase(file);
    const rows = this.#database.prepare('SELECT number, declaration FROM collections').all();
    for (const { number, declaration } of rows) this.#remember(Number(number), String(declaration));
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
      // Without a type, a column compares values as they are: text never equals a number.
      this.#database.exec(
        `CREATE TABLE ${table} (organisation NOT NULL, id NOT NULL, document NOT NULL,
          PRIMARY KEY (organisation, id))`,
      );
      for (const [at, terms] of declared.indexes.entries()) {
        this.#database.exec(
          `CREATE INDEX ${table}_index_${at} ON ${table} (organisation, ${orderBy(terms)})`,
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
    inTransaction(this.#database, () => {
      const stored = this.#position(projection);
      if (stored !== from) throw new PositionMoved(projection, stored);
      for (const write of writes) {
        const { declared, table } = this.table(write.collection);
        if ('put' in write) {
          const document = storable(declared, write.put);
          this.statement(
            `INSERT INTO ${table} VALUES (?, ?, ?)
              ON CONFLICT (organisation, id) DO UPDATE SET document = excluded.document`,
          ).run(write.organisationId, document._id, JSON.stringify(document));
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
      this.statement('DELETE FROM positions WHERE projection = ?').run(projection);
      const known = this.#tables.get(projection);
      if (known === undefined) return;
      this.statement('DELETE FROM collections WHERE name = ?').run(projection);
      this.#database.exec(`DROP TABLE ${known.table}`);
    });
    this.#tables.delete(projection);
    this.#statements.clear();
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

  #position(projection: string): Position {
    const row = this.statement('SELECT position FROM positions WHERE projection = ?').get(
      projection,
    ) as unknown as readonly [number] | undefined;
    return row === undefined ? START : (row[0] as Position);
  }

  #remember(number: number, text: string): void {
    const declared = checkedDeclaration(JSON.parse(text) as CollectionDeclaration);
    this.#tables.set(declared.name, { declared, table: `documents_${number}` });
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
