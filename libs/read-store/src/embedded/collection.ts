import type { StatementSync } from 'node:sqlite';
import type { OrganisationId } from '@vivier/kernel';
import { boundPaths, checkedFilter, conjuncts, type Condition } from '../filter.ts';
import { checkPage, plannedOrder } from '../order.ts';
import type { FindOptions, ReadCollection, ReadDocument, ReadFilter } from '../port.ts';
import { leftOver, pathsOf } from './left-over.ts';
import { asSql, impliedBounds, orderBy, type Sql, type SqlValue } from './sql.ts';
import type { CollectionTable } from './table.ts';

interface Plan {
  /** From `FROM` to the last condition. */
  readonly from: Sql;
  readonly order: string;
  /** What SQL could not say. */
  readonly rest: readonly Condition[];
}

const plan = (
  collection: CollectionTable,
  organisation: number,
  filter: ReadFilter,
  options: FindOptions = {},
): Plan => {
  checkPage(options);
  const { declared, table, columns } = collection;
  const condition = checkedFilter(filter);
  const terms = plannedOrder(declared, options.sort, boundPaths(condition));
  collection.makeIndexes([...pathsOf(condition), ...terms.map(({ path }) => path)]);
  const inSql: Sql[] = [];
  const rest: Condition[] = [];
  for (const one of conjuncts(condition)) {
    const sql = asSql(one, columns);
    if (sql === undefined) rest.push(one);
    else inSql.push(sql);
    if (one.kind === 'any') {
      const branches = one.of.map(conjuncts);
      for (const [path, column] of columns) inSql.push(...impliedBounds(branches, path, column));
    }
  }
  return {
    from: {
      text: `FROM ${table} WHERE ${['organisation = ?', ...inSql.map((one) => one.text)].join(' AND ')}`,
      values: [organisation, ...inSql.flatMap((one) => one.values)],
    },
    order: terms.length === 0 ? '' : ` ORDER BY ${orderBy(terms, columns)}`,
    rest,
  };
};

/** What {@link EmbeddedCollection} needs of its store. */
export interface Tables {
  /** Throws UnknownCollection. */
  table(name: string): CollectionTable;
  /** As documents say whose they are. */
  numberOf(organisationId: OrganisationId): number;
  statement(text: string): StatementSync;
}

/**
 * Answers from one table. What declared indexes and `_id` can say goes to SQL; the candidates that it
 * leaves are read one by one, parsed and tested until the limit is reached. Each answer is one look at
 * the data: no write comes between its documents.
 */
export class EmbeddedCollection<T extends ReadDocument> implements ReadCollection<T> {
  constructor(
    private readonly tables: Tables,
    private readonly organisationId: OrganisationId,
    private readonly name: string,
  ) {}

  async findOne(filter: ReadFilter): Promise<T | null> {
    const [found] = await this.find(filter, { limit: 1 });
    return found ?? null;
  }

  async find(filter: ReadFilter, options: FindOptions = {}): Promise<T[]> {
    const { from, order, rest } = this.#plan(filter, options);
    const { skip = 0, limit } = options;
    if (rest.length === 0) {
      const text = `SELECT document ${from.text}${order} LIMIT ? + 0 OFFSET ? + 0`;
      const rows = this.#rows(text, [...from.values, limit ?? -1, skip]);
      return Array.from(rows, ([document]) => JSON.parse(document) as T);
    }
    const holds = leftOver(this.name, rest);
    const found: T[] = [];
    let passed = 0;
    for (const [text] of this.#rows(`SELECT document ${from.text}${order}`, from.values)) {
      const document = JSON.parse(text) as T;
      if (!holds(document)) continue;
      passed += 1;
      if (passed > skip) found.push(document);
      if (found.length === limit) break;
    }
    return found;
  }

  async countDocuments(filter: ReadFilter): Promise<number> {
    const { from, rest } = this.#plan(filter);
    if (rest.length === 0) {
      const [row] = this.#rows<number>(`SELECT count(*) ${from.text}`, from.values);
      return row?.[0] ?? 0;
    }
    const holds = leftOver(this.name, rest);
    let count = 0;
    for (const [text] of this.#rows(`SELECT document ${from.text}`, from.values)) {
      if (holds(JSON.parse(text))) count += 1;
    }
    return count;
  }

  /** @internal How SQLite would look for these documents, one step a line. */
  explain(filter: ReadFilter, options: FindOptions = {}): readonly string[] {
    const { from, order } = this.#plan(filter, options);
    const statement = this.tables.statement(
      `EXPLAIN QUERY PLAN SELECT document ${from.text}${order}`,
    );
    return statement.all(...from.values).map((row) => String(Object.values(row).at(-1)));
  }

  #plan(filter: ReadFilter, options?: FindOptions): Plan {
    const organisation = this.tables.numberOf(this.organisationId);
    return plan(this.tables.table(this.name), organisation, filter, options);
  }

  #rows<V = string>(text: string, values: readonly SqlValue[]): Iterable<readonly [V]> {
    return this.tables.statement(text).iterate(...values) as unknown as Iterable<readonly [V]>;
  }
}
