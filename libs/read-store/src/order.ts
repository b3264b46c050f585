import { orderTerms, type DeclaredCollection, type OrderTerm } from './declaration.ts';
import { UndeclaredSort, UnsupportedQuery, type FindOptions, type IndexKey } from './port.ts';

const BY_ID: readonly OrderTerm[] = [{ path: '_id', direction: 1 }];

/**
 * The whole order in which an index, walked forwards (1) or backwards (-1), answers a sort, or
 * `undefined` where it does not. A path bound to one value is the same everywhere and may be passed over.
 */
const answeredBy = (
  index: readonly OrderTerm[],
  walk: 1 | -1,
  sort: readonly OrderTerm[],
  bound: ReadonlySet<string>,
): readonly OrderTerm[] | undefined => {
  let next = 0;
  for (const term of index) {
    const wanted = sort[next];
    if (wanted === undefined) break;
    const constant = bound.has(term.path);
    if (wanted.path === term.path) {
      if (!constant && wanted.direction !== term.direction * walk) return undefined;
      next += 1;
    } else if (!constant) return undefined;
  }
  if (next < sort.length) return undefined;
  return index
    .filter((term) => !bound.has(term.path))
    .map(({ path, direction }) => ({ path, direction: (direction * walk) as 1 | -1 }));
};

/**
 * The order in which any adapter must give its answer: the asked sort, completed by the rest of the
 * index that answers it. Among several indexes, the one with the longest bound prefix. Throws
 * {@link UndeclaredSort}.
 */
export const plannedOrder = (
  collection: DeclaredCollection,
  sort: IndexKey | undefined,
  bound: ReadonlySet<string>,
): readonly OrderTerm[] => {
  const wanted = sort === undefined ? [] : orderTerms(sort);
  if (sort === undefined || wanted.length === 0) return [];
  const prefix = (index: readonly OrderTerm[]): number => {
    const free = index.findIndex((term) => !bound.has(term.path));
    return free < 0 ? index.length : free;
  };
  const indexes = [BY_ID, ...collection.indexes].toSorted((a, b) => prefix(b) - prefix(a));
  for (const index of indexes) {
    const order = answeredBy(index, 1, wanted, bound) ?? answeredBy(index, -1, wanted, bound);
    if (order !== undefined) return order;
  }
  throw new UndeclaredSort(collection.name, sort);
};

/** Checks `skip` and `limit`, for any adapter: MongoDB reads a limit of 0 as none at all. */
export const checkPage = ({ skip, limit }: FindOptions): void => {
  if (skip !== undefined && !(Number.isSafeInteger(skip) && skip >= 0)) {
    throw new UnsupportedQuery('skip is a whole number, 0 or more.');
  }
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new UnsupportedQuery('limit is a whole number, 1 or more.');
  }
};
