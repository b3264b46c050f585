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

/**
 * The value at a declared path, so mapped that SQLite's order of types is MongoDB's: null and missing,
 * numbers, text by its bytes, then booleans (as blobs). Whole numbers become doubles, because the
 * shortest digits of one beyond 2^53 are not its exact value. An index is used only where a query
 * repeats this expression to the letter.
 */
export const keyOf = (path: string): string => {
  if (path === '_id') return 'id';
  const at = pathLiteral(path);
  return (
    `CASE json_type(document,${at}) WHEN 'true' THEN x'01' WHEN 'false' THEN x'00' ` +
    `WHEN 'integer' THEN CAST(json_extract(document,${at}) AS REAL) ` +
    `ELSE json_extract(document,${at}) END`
  );
};

export const orderBy = (terms: readonly OrderTerm[]): string =>
  terms.map(({ path, direction }) => `${keyOf(path)}${direction === 1 ? '' : ' DESC'}`).join(', ');

const bindable = (value: Comparable): SqlValue =>
  typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : value;

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
  const values = operands.filter((one) => one !== null).map(bindable);
  const list = `${key} IN (${values.map(() => '?').join(',')})`;
  const withNull = values.length < operands.length;
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
export const asSql = (condition: Condition, indexed: ReadonlySet<string>): Sql | undefined => {
  if (condition.kind === 'all' || condition.kind === 'any') {
    const parts: Sql[] = [];
    for (const one of condition.of) {
      const part = asSql(one, indexed);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    if (parts.length === 0) return { text: '1', values: [] };
    return joined(parts, condition.kind === 'all' ? 'AND' : 'OR');
  }
  const { path } = condition;
  if (path !== '_id' && !indexed.has(path)) return undefined;
  const key = keyOf(path);
  switch (condition.kind) {
    case 'exists': {
      const type = path === '_id' ? 'id' : `json_type(document,${pathLiteral(path)})`;
      return { text: `${type} IS ${condition.exists ? 'NOT ' : ''}NULL`, values: [] };
    }
    case 'member':
      return member(key, condition.operands, condition.operator === '$nin');
    case 'compare': {
      const { operator, operand } = condition;
      if (operator === '$eq') return { text: `${key} IS ?`, values: [bindable(operand)] };
      if (operator === '$ne') return { text: `${key} IS NOT ?`, values: [bindable(operand)] };
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
    return [ordered(keyOf(path), `${side}e`, least(bounds, side === '$gt' ? 1 : -1))];
  });
