import { Context } from 'mingo/core';
import { $and, $or } from 'mingo/operators/query/logical';
import { $eq, $in, $ne, $nin } from 'mingo/operators/query/comparison';
import { $exists } from 'mingo/operators/query/element';
import { Query } from 'mingo/query';
import { IN_A_LIST, valueAt } from '../document.ts';
import type { Condition } from '../filter.ts';
import { UnsupportedQuery } from '../port.ts';
import { compareText } from '../text-order.ts';

/** mingo's own order conditions compare UTF-16 units where MongoDB compares UTF-8 bytes. */
const ordered =
  (holds: (difference: number) => boolean) =>
  (path: string, operand: unknown, _options: unknown) =>
  (document: unknown): boolean => {
    const value = valueAt(document, path);
    return (Array.isArray(value) ? value : [value]).some((one: unknown) => {
      if (typeof one === 'string' && typeof operand === 'string') {
        return holds(compareText(one, operand));
      }
      return typeof one === 'number' && typeof operand === 'number' && holds(one - operand);
    });
  };

const context = Context.init({
  query: {
    $and,
    $or,
    $eq,
    $ne,
    $in,
    $nin,
    $exists,
    $gt: ordered((difference) => difference > 0),
    $gte: ordered((difference) => difference >= 0),
    $lt: ordered((difference) => difference < 0),
    $lte: ordered((difference) => difference <= 0),
  },
});

const criteria = (condition: Condition): Record<string, unknown> => {
  switch (condition.kind) {
    case 'all':
    case 'any':
      if (condition.of.length === 0) return {};
      return { [condition.kind === 'all' ? '$and' : '$or']: condition.of.map(criteria) };
    case 'compare':
      return { [condition.path]: { [condition.operator]: condition.operand } };
    case 'member':
      return { [condition.path]: { [condition.operator]: [...condition.operands] } };
    case 'exists':
      return { [condition.path]: { $exists: condition.exists } };
  }
};

/** All paths that a condition names. */
export const pathsOf = (condition: Condition): readonly string[] =>
  condition.kind === 'all' || condition.kind === 'any'
    ? condition.of.flatMap(pathsOf)
    : [condition.path];

/**
 * The test for what SQL could not answer. It throws {@link UnsupportedQuery} at the first document in
 * which a path leads through a list, where mingo and MongoDB part ways.
 */
export const leftOver = (
  collection: string,
  conditions: readonly Condition[],
): ((document: unknown) => boolean) => {
  const whole: Condition = { kind: 'all', of: conditions };
  const paths = [...new Set(pathsOf(whole))];
  const query = new Query(criteria(whole), { context, scriptEnabled: false });
  return (document) => {
    for (const path of paths) {
      const value = valueAt(document, path);
      if (value === IN_A_LIST || (Array.isArray(value) && value.some(Array.isArray))) {
        throw new UnsupportedQuery(`In ${collection}, ${path} leads into a list within a list.`);
      }
    }
    return query.test(document as Record<string, unknown>);
  };
};
