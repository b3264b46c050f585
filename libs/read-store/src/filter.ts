import { isPlain, ORGANISATION_FIELD, wellFormed } from './document.ts';
import { UnsupportedQuery, type Comparable, type ReadFilter } from './port.ts';

export type Comparison = '$eq' | '$ne' | '$gt' | '$gte' | '$lt' | '$lte';

/** A checked filter. Within `all` and `any` no operand and no path is left to doubt. */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly operator: Comparison;
      readonly operand: Comparable;
    }
  | {
      readonly kind: 'member';
      readonly path: string;
      readonly operator: '$in' | '$nin';
      readonly operands: readonly Comparable[];
    }
  | { readonly kind: 'exists'; readonly path: string; readonly exists: boolean };

/** What both engines take in one query with room to spare (SQLite: 32,766 values, depth 1,000). */
const MAXIMUM_CONDITIONS = 500;
const MAXIMUM_OPERANDS = 10_000;
const MAXIMUM_DEPTH = 20;

const isComparable = (value: unknown): value is Comparable =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

const comparable = (path: string, value: unknown): Comparable => {
  if (!isComparable(value)) {
    throw new UnsupportedQuery(
      `The condition on ${path} compares with something other than text, a finite number, a boolean or null.`,
    );
  }
  return typeof value === 'string' ? wellFormed(value) : value;
};

const checkPath = (path: string): void => {
  const parts = path.split('.');
  if (parts[0] === ORGANISATION_FIELD)
    throw new UnsupportedQuery(
      `${ORGANISATION_FIELD} is no field: ask the collection of the organisation.`,
    );
  for (const part of parts) {
    if (part === '' || part === '__proto__' || part.startsWith('$') || /^\d+$/.test(part)) {
      throw new UnsupportedQuery(
        `${JSON.stringify(path)} is neither a field nor a known operator.`,
      );
    }
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks a filter, for any adapter, before any data is read. Throws {@link UnsupportedQuery}. */
export const checkedFilter = (filter: ReadFilter): Condition => {
  let conditions = 0;
  let operands = 0;

  const counted = (condition: Condition, values: number): Condition => {
    conditions += 1;
    operands += values;
    if (conditions > MAXIMUM_CONDITIONS || operands > MAXIMUM_OPERANDS) {
      throw new UnsupportedQuery(
        `A filter has at most ${MAXIMUM_CONDITIONS} conditions and ${MAXIMUM_OPERANDS} values.`,
      );
    }
    return condition;
  };

  const condition = (path: string, operator: string, value: unknown): Condition => {
    switch (operator) {
      case '$eq':
      case '$ne':
        return counted({ kind: 'compare', path, operator, operand: comparable(path, value) }, 1);
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte': {
        const operand = comparable(path, value);
        if (operand === null || typeof operand === 'boolean') {
          throw new UnsupportedQuery(`The condition on ${path} orders by ${typeof operand}.`);
        }
        return counted({ kind: 'compare', path, operator, operand }, 1);
      }
      case '$in':
      case '$nin': {
        if (!Array.isArray(value))
          throw new UnsupportedQuery(`${operator} of ${path} takes a list.`);
        const all = value.map((one) => comparable(path, one));
        return counted({ kind: 'member', path, operator, operands: all }, all.length);
      }
      case '$exists':
        if (typeof value !== 'boolean') {
          throw new UnsupportedQuery(`$exists of ${path} takes true or false.`);
        }
        return counted({ kind: 'exists', path, exists: value }, 0);
      default:
        throw new UnsupportedQuery(
          `The condition on ${path} uses ${operator.startsWith('$') ? operator : 'an embedded document'}.`,
        );
    }
  };

  const onField = (path: string, value: unknown): readonly Condition[] => {
    checkPath(path);
    if (!isObject(value)) return [condition(path, '$eq', value)];
    const operators = Object.entries(value);
    if (operators.length === 0 || !isPlain(value)) {
      throw new UnsupportedQuery(`The condition on ${path} is no operator and no scalar.`);
    }
    return operators.map(([operator, operand]) => condition(path, operator, operand));
  };

  const whole = (part: unknown, depth: number): Condition => {
    if (!isObject(part)) throw new UnsupportedQuery('A filter is an object.');
    if (depth > MAXIMUM_DEPTH) {
      throw new UnsupportedQuery(`A filter nests at most ${MAXIMUM_DEPTH} levels.`);
    }
    const of = Object.entries(part).flatMap(([name, value]): readonly Condition[] => {
      if (name !== '$and' && name !== '$or') return onField(name, value);
      if (!Array.isArray(value) || value.length === 0) {
        throw new UnsupportedQuery(`${name} takes a list of at least one filter.`);
      }
      const branches = value.map((branch) => whole(branch, depth + 1));
      return [counted({ kind: name === '$and' ? 'all' : 'any', of: branches }, 0)];
    });
    return { kind: 'all', of };
  };

  return whole(filter, 1);
};

/** The conditions that must all hold, with nested conjunctions laid flat. */
export const conjuncts = (condition: Condition): readonly Condition[] =>
  condition.kind === 'all' ? condition.of.flatMap(conjuncts) : [condition];

/** The paths that a filter holds to a single value each. */
export const boundPaths = (condition: Condition): ReadonlySet<string> =>
  new Set(
    conjuncts(condition).flatMap((one) =>
      one.kind === 'compare' && one.operator === '$eq' ? [one.path] : [],
    ),
  );
