import type { OrderTerm } from '../declaration.ts';
import type { Condition } from '../filter.ts';
import type { Comparable } from '../port.ts';
import { compareText } from '../text-order.ts';

export type SqlValue = string | number | null | Uint8Array;
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

const pathLiteral = (path: string): string =>
  `'$${path
    .split('.')
    .map((part) => `."${part}"`)
    .join('')}'`;

/** The column of `_id` and of each declared path. */
export type KeyColumns = ReadonlyMap<string, string>;

/**
 * Each declared path has a column of its own, written beside the document: an index over it costs a
 * comparison, while one over an expression would parse every document that is written, once a key.
 */
export const keyColumns = (indexedPaths: ReadonlySet<string>): KeyColumns =>
  new Map([
    ['_id', 'id'],
    ...[...indexedPaths].map((path, at): [string, string] => [path, `key_${at}`]),
  ]);

const columnOf = (columns: KeyColumns, path: string): string => {
  const column = columns.get(path);
  if (column === undefined) throw new TypeError(`${path} is not declared.`);
  return column;
};

export const orderBy = (terms: readonly OrderTerm[], columns: KeyColumns): string =>
  terms
    .map(({ path, direction }) => `${columnOf(columns, path)}${direction === 1 ? '' : ' DESC'}`)
    .join(', ');

/**
 * A value as its column holds it, so mapped that SQLite's order of types is MongoDB's: null and missing,
 * numbers (all of them doubles), text by its bytes, then booleans (as blobs).
 */
export const keyValue = (value: Comparable | undefined): SqlValue => {
  if (value === undefined) return null;
  return typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : value;
};

/** From here on a list of texts is one parameter: a statement for each length would be prepared anew. */
const LONG_LIST = 32;

const joined = (parts: readonly Sql[], word: 'AND' | 'OR'): Sql => ({
  text: `(${parts.map((part) => part.text).join(` ${word} `)})`,
  values: parts.flatMap((part) => part.values),
});

/** An order condition finds values of its operand's type only: each type's range ends where the next begins. */
const ordered = (key: string, operator: string, operand: string | number): Sql => {
  const rising = operator.startsWith('$gt');
  const sign = (rising ? '>' : '<') + (operator.endsWith('e') ? '=' : '');
  const [first, afterLast] = typeof operand === 'number' ? [undefined, `''`] : [`''`, `x''`];
  const end = rising ? ` AND ${key} < ${afterLast}` : first ? ` AND ${key} >= ${first}` : '';
  return { text: `(${key} ${sign} ?${end})`, values: [operand] };
};

const member = (key: string, operands: readonly Comparable[], negated: boolean): Sql => {
  const given = operands.filter((one) => one !== null);
  const asOne =
    given.length >= LONG_LIST &&
    // SQLite's JSON ends a text at its first NUL.
    given.every((one) => typeof one === 'string' && !one.includes('\0'));
  const values = asOne ? [JSON.stringify(given)] : given.map(keyValue);
  const list = asOne
    ? `${key} IN (SELECT value FROM json_each(?))`
    : `${key} IN (${values.map(() => '?').join(',')})`;
  const withNull = given.length < operands.length;
  if (!negated) return { text: withNull ? `(${list} OR ${key} IS NULL)` : list, values };
  return {
    text: withNull ? `(${key} IS NOT NULL AND NOT ${list})` : `(${key} IS NULL OR NOT ${list})`,
    values,
  };
};

/**
 * A condition as SQL that holds exactly where the condition does, or `undefined` where it names a path
 * at which a list or an object may lie.
 */
export const asSql = (condition: Condition, columns: KeyColumns): Sql | undefined => {
  if (condition.kind === 'all' || condition.kind === 'any') {
    const parts: Sql[] = [];
    for (const one of condition.of) {
      const part = asSql(one, columns);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    if (parts.length === 0) return { text: '1', values: [] };
    return joined(parts, condition.kind === 'all' ? 'AND' : 'OR');
  }
  const { path } = condition;
  const key = columns.get(path);
  if (key === undefined) return undefined;
  switch (condition.kind) {
    case 'exists': {
      const type = path === '_id' ? 'id' : `json_type(document,${pathLiteral(path)})`;
      return { text: `${type} IS ${condition.exists ? 'NOT ' : ''}NULL`, values: [] };
    }
    case 'member':
      return member(key, condition.operands, condition.operator === '$nin');
    case 'compare': {
      const { operator, operand } = condition;
      if (operator === '$eq') return { text: `${key} IS ?`, values: [keyValue(operand)] };
      if (operator === '$ne') return { text: `${key} IS NOT ?`, values: [keyValue(operand)] };
      return ordered(key, operator, operand as string | number);
    }
  }
};

const least = (values: readonly (string | number)[], sign: 1 | -1): string | number =>
  values.reduce((a, b) => {
    const difference = typeof a === 'string' ? compareText(a, b as string) : a - (b as number);
    return difference * sign <= 0 ? a : b;
  });

/**
 * What all branches of an alternative have in common: a bound on one path. It changes no answer, but
 * lets an index start a page where the last one ended (`a > x, or a = x and _id > y`) instead of
 * walking to it.
 */
export const impliedBounds = (
  branches: readonly (readonly Condition[])[],
  path: string,
  key: string,
): readonly Sql[] =>
  (['$gt', '$lt'] as const).flatMap((side) => {
    const bounds: (string | number)[] = [];
    for (const branch of branches) {
      const found = branch.find(
        (one) =>
          one.kind === 'compare' &&
          one.path === path &&
          (one.operator === '$eq' || one.operator.startsWith(side)) &&
          (typeof one.operand === 'string' || typeof one.operand === 'number'),
      );
      if (found?.kind !== 'compare') return [];
      bounds.push(found.operand as string | number);
    }
    if (new Set(bounds.map((bound) => typeof bound)).size !== 1) return [];
    return [ordered(key, `${side}e`, least(bounds, side === '$gt' ? 1 : -1))];
  });
