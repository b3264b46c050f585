import type { Filter, Sort } from 'mongodb';
import type { OrganisationId } from '@vivier/kernel';
import type { DeclaredCollection } from '../declaration.ts';
import { IN_A_LIST, valueAt } from '../document.ts';
import { boundPaths, checkedFilter, conjuncts, type Condition } from '../filter.ts';
import { impliedBounds } from '../implied-bounds.ts';
import { checkPage, plannedOrder } from '../order.ts';
import { UnsupportedQuery, type FindOptions, type ReadFilter } from '../port.ts';

/** A document as MongoDB keeps it: the organisation is part of its id, all other fields are its own. */
export interface KeptDocument {
  readonly _id: { readonly organisation: string; readonly id: string };
  readonly [field: string]: unknown;
}

/** The place of a path in a {@link KeptDocument}. */
export const placeOf = (path: string): string => path.replace(/^_id(?=\.|$)/, '_id.id');

const asFilter = (condition: Condition): Filter<KeptDocument> => {
  switch (condition.kind) {
    case 'all': {
      const [only = {}, ...others] = condition.of.map(asFilter);
      return others.length === 0 ? only : { $and: [only, ...others] };
    }
    case 'any':
      return { $or: condition.of.map(asFilter) };
    case 'compare':
      return { [placeOf(condition.path)]: { [condition.operator]: condition.operand } };
    case 'member':
      return { [placeOf(condition.path)]: { [condition.operator]: [...condition.operands] } };
    case 'exists':
      return { [placeOf(condition.path)]: { $exists: condition.exists } };
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
 * A query as it is put to MongoDB. The organisation stands in every filter, and first: it is the first
 * key of every index. Throws {@link UnsupportedQuery}, {@link UndeclaredSort}.
 */
export const planned = (
  declared: DeclaredCollection,
  organisationId: OrganisationId,
  filter: ReadFilter,
  options: FindOptions = {},
): PlannedQuery => {
  checkPage(options);
  const condition = checkedFilter(filter);
  const terms = plannedOrder(declared, options.sort, boundPaths(condition));
  const all = conjuncts(condition);
  // Where only scalars lie there is nothing to doubt.
  const isPlain = (path: string): boolean =>
    /^_id(\.|$)/.test(path) || declared.indexedPaths.has(path);
  const isCertain = (one: Condition): boolean => pathsOf(one).every(isPlain);
  const bounds = all.flatMap((one) => impliedBounds(one, ['_id', ...declared.indexedPaths]));
  const here = { '_id.organisation': organisationId };
  const wanted = { ...here, ...allOf([...all, ...bounds]) };
  const certain = { ...here, ...allOf([...all.filter(isCertain), ...bounds]) };
  const doubted = [...new Set(all.flatMap(pathsOf))].filter((path) => !isPlain(path));
  const traps = doubted.flatMap(leadsThroughLists);
  const isDoubted = traps.length > 0;
  return {
    wanted,
    doubtful: isDoubted ? { ...certain, $or: traps } : undefined,
    either: isDoubted
      ? { ...certain, $or: [allOf(all.filter((one) => !isCertain(one))), ...traps] }
      : wanted,
    sort: terms.map(({ path, direction }): [string, 1 | -1] => [placeOf(path), direction]),
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
