import fc from 'fast-check';
import type { OrganisationId } from '@vivier/kernel';
import type { IndexKey, ReadDocument, ReadFilter } from './port.ts';
import { ids, on, put, write, type OpenReadStore } from './opened.contract.ts';

const NAME = 'anything_1';
const INDEXES: readonly IndexKey[] = [
  { a: 1, b: -1 },
  { b: 1, _id: -1 },
  { 'c.d': -1, a: 1 },
];
/** Complete orders, so that there is one right answer. */
const SORTS: readonly IndexKey[] = [
  { _id: 1 },
  { _id: -1 },
  { a: 1, b: -1, _id: 1 },
  { a: -1, b: 1, _id: -1 },
  { b: 1, _id: -1 },
  { b: -1, _id: 1 },
  { 'c.d': 1, a: -1, _id: -1 },
];

// A plain reading of MongoDB's rules, written without a glance at how the adapters do it.

const read = (document: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null
          ? (value as Record<string, unknown>)[part]
          : undefined,
      document,
    );

const rankOf = (value: unknown): number =>
  value === undefined || value === null
    ? 0
    : typeof value === 'number'
      ? 1
      : typeof value === 'string'
        ? 2
        : 3;

const compared = (a: unknown, b: unknown): number => {
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return Number(a ?? 0) - Number(b ?? 0);
};

const equals = (value: unknown, operand: unknown): boolean =>
  (Array.isArray(value) ? value : [value]).some(
    (one: unknown) => rankOf(one) === rankOf(operand) && compared(one, operand) === 0,
  );

const inOrder = (value: unknown, operand: unknown, wanted: (n: number) => boolean): boolean =>
  (Array.isArray(value) ? value : [value]).some(
    (one: unknown) => rankOf(one) === rankOf(operand) && wanted(compared(one, operand)),
  );

const OPERATORS: Record<string, (value: unknown, operand: never) => boolean> = {
  $eq: equals,
  $ne: (value, operand) => !equals(value, operand),
  $gt: (value, operand) => inOrder(value, operand, (n) => n > 0),
  $gte: (value, operand) => inOrder(value, operand, (n) => n >= 0),
  $lt: (value, operand) => inOrder(value, operand, (n) => n < 0),
  $lte: (value, operand) => inOrder(value, operand, (n) => n <= 0),
  $in: (value, operands: unknown[]) => operands.some((one) => equals(value, one)),
  $nin: (value, operands: unknown[]) => !operands.some((one) => equals(value, one)),
  $exists: (value, wanted: boolean) => (value !== undefined) === wanted,
};

const matches = (document: ReadDocument, filter: ReadFilter): boolean =>
  Object.entries(filter).every(([name, condition]) => {
    if (name === '$and') return (condition as ReadFilter[]).every((one) => matches(document, one));
    if (name === '$or') return (condition as ReadFilter[]).some((one) => matches(document, one));
    const value = read(document, name);
    if (typeof condition !== 'object' || condition === null) return equals(value, condition);
    return Object.entries(condition).every(
      ([operator, operand]) => OPERATORS[operator]?.(value, operand as never) === true,
    );
  });

const sorted = (documents: readonly ReadDocument[], sort: IndexKey): ReadDocument[] =>
  documents.toSorted((a, b) => {
    for (const [path, direction] of Object.entries(sort)) {
      const difference = compared(read(a, path), read(b, path));
      if (difference !== 0) return difference * direction;
    }
    return 0;
  });

// Few values, so that documents and conditions meet often.

const texts = fc.constantFrom('', 'a', 'ab', 'B', 'é', '\uFFFD', '😀', '1', "'");
const numbers = fc.constantFrom(-1, 0, 1, 1.5, 0.1 + 0.2, 2 ** 53, 2 ** 60, 1e300);
const scalar = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));
const orderable = fc.oneof(texts, numbers);
const idOf = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'é', '😀', '\uFFFD');

const documents = fc.uniqueArray(
  fc.record(
    {
      _id: idOf,
      a: scalar,
      b: scalar,
      c: fc.oneof(scalar, fc.record({ d: scalar, e: scalar }, { requiredKeys: [] })),
      p: scalar,
      l: fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar),
    },
    { requiredKeys: ['_id'] },
  ),
  { selector: (document) => document._id, maxLength: 10 },
);

const condition = fc.oneof(
  scalar,
  fc
    .record(
      {
        $eq: scalar,
        $ne: scalar,
        $gt: orderable,
        $gte: orderable,
        $lt: orderable,
        $lte: orderable,
        $in: fc.array(scalar, { maxLength: 3 }),
        $nin: fc.array(scalar, { maxLength: 3 }),
        $exists: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((all) => Object.fromEntries(Object.entries(all).slice(0, 2)))
    .filter((some) => Object.keys(some).length > 0),
);

const { filter } = fc.letrec<{ filter: ReadFilter; fields: ReadFilter }>((tie) => ({
  fields: fc.dictionary(fc.constantFrom('_id', 'a', 'b', 'c.d', 'c.e', 'p', 'l'), condition, {
    maxKeys: 2,
  }),
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('fields'),
    fc
      .tuple(
        fc.constantFrom('$and', '$or'),
        fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
        tie('fields'),
      )
      .map(([word, branches, beside]) => ({ ...beside, [word]: branches })),
  ),
}));

/** For machines that do other things as well. */
const LONG_MS = 120_000;

/** @param runs how many random collections each property is tried on */
export const propertiesContract = (open: OpenReadStore, runs: number): void => {
  test(
    'whatever the documents, the filter, the order and the page',
    on(open, async ({ store }) => {
      await store.declare({ name: NAME, indexes: INDEXES });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          documents,
          fc.array(filter, { minLength: 1, maxLength: 4 }),
          fc.constantFrom(...SORTS),
          fc.nat({ max: 3 }),
          fc.integer({ min: 1, max: 4 }),
          async (given, filters, sort, skip, limit) => {
            run += 1;
            const organisation = `organisation-${run}` as OrganisationId;
            if (given.length > 0) await write(store, put(organisation, NAME, ...given));
            const collection = store.collection(organisation, NAME);
            for (const one of filters) {
              const expected = ids(
                sorted(
                  given.filter((document) => matches(document, one)),
                  sort,
                ),
              );
              expect(ids(await collection.find(one, { sort }))).toEqual(expected);
              expect(ids(await collection.find(one)).toSorted()).toEqual(expected.toSorted());
              expect(ids(await collection.find(one, { sort, skip, limit }))).toEqual(
                expected.slice(skip, skip + limit),
              );
              expect(await collection.countDocuments(one)).toBe(expected.length);
            }
          },
        ),
        { numRuns: runs },
      );
    }),
    LONG_MS,
  );

  test(
    'whatever the numbers, at an indexed path and beside it',
    on(open, async ({ store }) => {
      await store.declare({ name: NAME, indexes: INDEXES });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(
            fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
            {
              minLength: 1,
              maxLength: 8,
            },
          ),
          async (values) => {
            run += 1;
            const organisation = `organisation-${run}` as OrganisationId;
            await write(
              store,
              put(organisation, NAME, ...values.map((a, n) => ({ _id: `${n}`, a, p: a }))),
            );
            const collection = store.collection(organisation, NAME);
            const risen = await collection.find({}, { sort: { a: 1 } });
            expect(risen.map((one) => one['a'])).toEqual(values.toSorted((a, b) => a - b));
            for (const value of values) {
              for (const path of ['a', 'p']) {
                expect(await collection.find({ [path]: value })).toMatchObject([{ a: value }]);
                expect(await collection.countDocuments({ [path]: { $gte: value } })).toBe(
                  values.filter((other) => other >= value).length,
                );
              }
            }
          },
        ),
        { numRuns: Math.ceil(runs / 2) },
      );
    }),
    LONG_MS,
  );
};
