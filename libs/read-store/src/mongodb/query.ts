import type { Filter, Sort } from 'mongodb';
import type { OrganisationId } from '@vivier/kernel';
import type { DeclaredCollection, OrderTerm } from '../declaration.ts';
import { IN_A_LIST, valueAt } from '../document.ts';
import { boundPaths, checkedFilter, conjuncts, type Condition } from '../filter.ts';
import { impliedBounds } from '../implied-bounds.ts';
import { checkPage, plannedOrder } from '../order.ts';
import { UnsupportedQuery, type FindOptions, type ReadFilter } from '../port.ts';
import { idsOf, onKept, type KeptDocument } from './kept.ts';

const asFilter = (condition: Condition): Filter<KeptDocument> => {
  switch (condition.kind) {
    case 'all': {
      const [only = {}, ...others] = condition.of.map(asFilter);
      return others.length === 0 ? only : { $and: [only, ...others] };
    }
    case 'any':
      return { $or: condition.of.map(asFilter) };
    case 'compare':
      return { [condition.path]: { [condition.operator]: condition.operand } };
    case 'member':
      return { [condition.path]: { [condition.operator]: [...condition.operands] } };
    case 'exists':
      return { [condition.path]: { $exists: condition.exists } };
  }
};

const pathsOf = (condition: Condition): readonly string[] =>
  condition.kind === 'all' || condition.kind === 'any'
    ? condition.of.flatMap(pathsOf)
    : [condition.path];

/** Whether it finds documents by single values. */
const isPointed = (condition: Condition): boolean =>
  (condition.kind === 'compare' && condition.operator === '$eq') ||
  (condition.kind === 'member' && condition.operator === '$in');

const isRange = (condition: Condition): boolean =>
  condition.kind === 'compare' && /^\$[gl]t/.test(condition.operator);

/**
 * All of the conditions. To MongoDB it is the same where they stand; the server of the tests looks for
 * an index at the top alone, and has ranges of compound indexes end too early.
 */
const allOf = (conditions: readonly Condition[]): Filter<KeptDocument> => {
  const top: Record<string, unknown> = {};
  const others: Filter<KeptDocument>[] = [];
  for (const condition of conditions) {
    const filter = asFilter(condition);
    const [path = ''] = Object.keys(filter);
    if (isPointed(condition) && !(path in top)) Object.assign(top, filter);
    else others.push(filter);
  }
  return others.length === 0 ? top : { ...top, $and: others };
};

/**
 * Of one organisation, all of the conditions. A given id stands first: the server of the tests takes the
 * first condition that it has an index for.
 */
const allOfOne = (
  organisationId: OrganisationId,
  conditions: readonly Condition[],
): Filter<KeptDocument> => {
  const { _id, ...others } = allOf(conditions);
  return { ...(_id !== undefined && { _id }), _organisation: organisationId, ...others };
};

/**
 * Whether the documents are looked for in the order of their ids: no id is given, and no declared index
 * gives the order or, where none is asked for, begins with what is given.
 */
const isById = (
  { indexes }: DeclaredCollection,
  [first]: readonly OrderTerm[],
  bound: ReadonlySet<string>,
  conditions: readonly Condition[],
): boolean => {
  const pointed = conditions.filter(isPointed).flatMap(pathsOf);
  if (pointed.includes('_id')) return false;
  if (first === undefined) {
    const narrowed = [...pointed, ...conditions.filter(isRange).flatMap(pathsOf)];
    return !indexes.some(([key]) => key && key.path !== '_id' && narrowed.includes(key.path));
  }
  const isInOrder = (index: readonly OrderTerm[]): boolean =>
    index.length > 1 && index.slice(0, -1).every(({ path }) => bound.has(path));
  return first.path === '_id' && !indexes.some(isInOrder);
};

/** Holds for documents in which a path leads through a list, or into a list within a list. */
const leadsThroughLists = (path: string): readonly Filter<KeptDocument>[] => {
  const parts = path.split('.');
  return [
    ...parts.slice(1).map((_, at) => ({ [parts.slice(0, at + 1).join('.')]: { $type: 'array' } })),
    { [path]: { $elemMatch: { $type: 'array' } } },
  ];
};

export interface PlannedQuery {
  /** Finds what was asked for. */
  readonly wanted: Filter<KeptDocument>;
  /** Finds documents about which the two adapters would not agree; `undefined` where there can be none. */
  readonly doubtful: Filter<KeptDocument> | undefined;
  /** Finds both. */
  readonly either: Filter<KeptDocument>;
  readonly sort: Sort;
  /** Throws {@link UnsupportedQuery} for a doubtful document. */
  readonly check: (document: KeptDocument) => void;
}

/**
 * A query as it is put to MongoDB. The organisation stands in every filter: it is the first key of every
 * declared index. Throws {@link UnsupportedQuery}, {@link UndeclaredSort}, and a TypeError for an
 * organisation that can be none.
 */
export const planned = (
  declared: DeclaredCollection,
  organisationId: OrganisationId,
  filter: ReadFilter,
  options: FindOptions = {},
): PlannedQuery => {
  checkPage(options);
  const condition = onKept(organisationId, checkedFilter(filter));
  const bound = boundPaths(condition);
  const terms = plannedOrder(declared, options.sort, bound);
  const all = conjuncts(condition);
  // Where only scalars lie there is nothing to doubt.
  const isPlain = (path: string): boolean =>
    /^_id(\.|$)/.test(path) || declared.indexedPaths.has(path);
  const isCertain = (one: Condition): boolean => pathsOf(one).every(isPlain);
  const bounds = all.flatMap((one) => impliedBounds(one, ['_id', ...declared.indexedPaths]));
  if (isById(declared, terms, bound, [...all, ...bounds])) bounds.push(...idsOf(organisationId));
  const wanted = allOfOne(organisationId, [...all, ...bounds]);
  const certain = allOfOne(organisationId, [...all.filter(isCertain), ...bounds]);
  const doubted = [...new Set(all.flatMap(pathsOf))].filter((path) => !isPlain(path));
  const traps = doubted.flatMap(leadsThroughLists);
  const isDoubted = traps.length > 0;
  return {
    wanted,
    doubtful: isDoubted ? { ...certain, $or: traps } : undefined,
    either: isDoubted
      ? { ...certain, $or: [allOf(all.filter((one) => !isCertain(one))), ...traps] }
      : wanted,
    sort: terms.map(({ path, direction }): [string, 1 | -1] => [path, direction]),
    check: (document) => {
      for (const path of doubted) {
        const value = valueAt(document, path);
        if (value === IN_A_LIST || (Array.isArray(value) && value.some(Array.isArray)))
          throw new UnsupportedQuery(
            `In ${declared.name}, ${path} leads into a list within a list.`,
          );
      }
    },
  };
};
