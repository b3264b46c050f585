import type { ReadDocument, ReadFilter, ReadStore } from './port.ts';
import { UndeclaredSort, UnknownCollection, UnsupportedQuery } from './port.ts';
import { AMIENS, BREST, ids, on, put, write, type OpenReadStore } from './opened.contract.ts';

const NAME = 'applicationsByStage_1';

/** Every kind of scalar at the indexed path `value` and, unindexed, at `plain`. */
const EVERY_KIND: readonly unknown[] = [
  undefined,
  null,
  -1.5,
  0,
  2,
  2 ** 60,
  '',
  'a',
  'a\0b',
  'b',
  '\uFFFF',
  '😀',
  false,
  true,
];

const everyKind: readonly ReadDocument[] = EVERY_KIND.map((value, at) => ({
  _id: `d${String(at).padStart(2, '0')}`,
  ...(value === undefined ? {} : { value, plain: value }),
}));

const rising = everyKind.map((document) => document._id);

const declared = async (store: ReadStore, ...documents: readonly ReadDocument[]) => {
  await store.declare({
    name: NAME,
    indexes: [{ stage: 1, at: -1 }, { value: 1 }, { 'offer.place': 1, at: 1, _id: -1 }],
  });
  if (documents.length > 0) await write(store, put(AMIENS, NAME, ...documents));
  return store.collection(AMIENS, NAME);
};

export const answersContract = (open: OpenReadStore): void => {
  test(
    'a document by its id, and null where there is none',
    on(open, async ({ store }) => {
      const collection = await declared(store, { _id: 'a', stage: 'new', tags: ['x', { y: [1] }] });
      expect(await collection.findOne({ _id: 'a' })).toEqual({
        _id: 'a',
        stage: 'new',
        tags: ['x', { y: [1] }],
      });
      expect(await collection.findOne({ _id: 'b' })).toBeNull();
      expect(await collection.findOne({ _id: 1 })).toBeNull();
    }),
  );

  test(
    'one organisation never with what is of another, though the ids are the same',
    on(open, async ({ store }) => {
      const here = await declared(store, { _id: 'a', stage: 'new', text: 'here' });
      await write(store, put(BREST, NAME, { _id: 'a', stage: 'new', text: 'there' }, { _id: 'b' }));
      const there = store.collection(BREST, NAME);
      for (const filter of [
        {},
        { _id: 'a' },
        { stage: 'new' },
        { $or: [{ text: 'here' }, { text: 'there' }] },
      ]) {
        expect((await here.find(filter)).map((one) => one['text'])).toEqual(['here']);
        expect(await here.countDocuments(filter)).toBe(1);
      }
      expect(ids(await there.find({}, { sort: { _id: -1 } }))).toEqual(['b', 'a']);
      await write(store, [{ organisationId: BREST, collection: NAME, remove: 'a' }]);
      expect(await here.findOne({ _id: 'a' })).toMatchObject({ text: 'here' });
      expect(await there.findOne({ _id: 'a' })).toBeNull();
    }),
  );

  test(
    'with copies: what a caller does to an answer changes no other answer',
    on(open, async ({ store }) => {
      const given = { _id: 'a', stage: 'new', offer: { place: 'Lille' }, tags: ['x'] };
      const collection = await declared(store, given);
      given.tags.push('given');
      const first = (await collection.findOne({ tags: 'x' })) as unknown as typeof given;
      first.tags.push('taken');
      first.offer.place = 'Lens';
      expect(await collection.findOne({ _id: 'a' })).toEqual({
        _id: 'a',
        stage: 'new',
        offer: { place: 'Lille' },
        tags: ['x'],
      });
    }),
  );

  test(
    'in the order missing and null, numbers, text by its bytes, booleans',
    on(open, async ({ store }) => {
      const collection = await declared(store, ...everyKind.toReversed());
      expect(ids(await collection.find({}, { sort: { value: 1 } }))).toEqual(rising);
      expect(ids(await collection.find({}, { sort: { value: -1, _id: -1 } }))).toEqual(
        rising.toReversed(),
      );
    }),
  );

  test.each(['value', 'plain'])(
    'conditions on %s with values of their own type only',
    async (path) =>
      on(open, async ({ store }) => {
        const collection = await declared(store, ...everyKind);
        const found = async (condition: ReadFilter[string]) => {
          const documents = await collection.find({ [path]: condition }, { sort: { _id: 1 } });
          expect(await collection.countDocuments({ [path]: condition })).toBe(documents.length);
          return documents.map((document) => document[path]);
        };
        expect(await found({ $gt: 0 })).toEqual([2, 2 ** 60]);
        expect(await found({ $gte: 0, $lt: 2 ** 60 })).toEqual([0, 2]);
        expect(await found({ $lte: 0 })).toEqual([-1.5, 0]);
        expect(await found({ $gt: 'a' })).toEqual(['a\0b', 'b', '\uFFFF', '😀']);
        expect(await found({ $gt: '\uFFFF' })).toEqual(['😀']);
        expect(await found({ $lt: 'b' })).toEqual(['', 'a', 'a\0b']);
        expect(await found(null)).toEqual([undefined, null]);
        expect(await found({ $in: [null, true, 2] })).toEqual([undefined, null, 2, true]);
        expect(await found({ $nin: [null, true, 2] })).not.toContain(null);
        expect(await found({ $nin: [true, 2] })).toHaveLength(12);
        expect(await found({ $in: [] })).toEqual([]);
        expect(await found({ $ne: null })).toHaveLength(12);
        expect(await found({ $ne: 2 })).toHaveLength(13);
        expect(await found({ $exists: false })).toEqual([undefined]);
        expect(await found({ $exists: true, $eq: null })).toEqual([null]);
        expect(await found(2 ** 60)).toEqual([2 ** 60]);
        expect(await found('a\0b')).toEqual(['a\0b']);
        expect(await found(true)).toEqual([true]);
        expect(await found(1)).toEqual([]);
        expect(await found('0')).toEqual([]);
      })(),
  );

  test(
    'a list of scalars by any of its members',
    on(open, async ({ store }) => {
      const collection = await declared(
        store,
        { _id: 'a', tags: ['x', 'y', 3] },
        { _id: 'b', tags: [] },
        { _id: 'c', tags: 'x' },
        { _id: 'd' },
      );
      const found = async (filter: ReadFilter) =>
        ids(await collection.find(filter, { sort: { _id: 1 } }));
      expect(await found({ tags: 'x' })).toEqual(['a', 'c']);
      expect(await found({ tags: { $ne: 'x' } })).toEqual(['b', 'd']);
      expect(await found({ tags: { $in: ['y', null] } })).toEqual(['a', 'd']);
      expect(await found({ tags: { $gt: 2 } })).toEqual(['a']);
      expect(await found({ tags: { $exists: true } })).toEqual(['a', 'b', 'c']);
    }),
  );

  test(
    'a page at a time by the last key and id, though others write before and after it',
    on(open, async ({ store }) => {
      const many = Array.from({ length: 40 }, (_, n) => ({
        _id: `a${String(n).padStart(2, '0')}`,
        stage: n % 10 === 9 ? 'old' : 'new',
        at: Math.floor(n / 6),
      }));
      const collection = await declared(store, ...many);
      const seen: string[] = [];
      let cursor: ReadFilter = {};
      for (let page = 0; page < 6; page += 1) {
        const found = await collection.find(
          { stage: 'new', ...cursor },
          { sort: { stage: 1, at: -1, _id: 1 }, limit: 8 },
        );
        seen.push(...ids(found));
        const last = found.at(-1);
        if (last === undefined) break;
        const at = last['at'] as number;
        cursor = { $or: [{ at: { $lt: at } }, { at, _id: { $gt: last._id } }] };
        await write(store, [
          ...put(AMIENS, NAME, { _id: `new${page}`, stage: 'new', at: 99 - page }),
          { organisationId: AMIENS, collection: NAME, remove: found[0]?._id ?? '' },
        ]);
      }
      const expected = many
        .filter((one) => one.stage === 'new')
        .toSorted((a, b) => b.at - a.at || (a._id < b._id ? -1 : 1));
      expect(seen).toEqual(ids(expected));
    }),
  );

  test(
    'skip and limit within a declared order, also where the filter is on no index',
    on(open, async ({ store }) => {
      const collection = await declared(
        store,
        ...[5, 1, 4, 2, 3].map((at) => ({ _id: `a${at}`, stage: 'new', at, odd: at % 2 === 1 })),
      );
      const sort = { at: -1 } as const;
      expect(ids(await collection.find({ stage: 'new' }, { sort, skip: 1, limit: 2 }))).toEqual([
        'a4',
        'a3',
      ]);
      expect(
        ids(await collection.find({ stage: 'new', odd: true }, { sort, skip: 1, limit: 2 })),
      ).toEqual(['a3', 'a1']);
      expect(ids(await collection.find({ stage: 'new' }, { sort, skip: 9 }))).toEqual([]);
    }),
  );

  const where: Record<string, ReadFilter> = {
    nothing: {},
    stage: { stage: 'new' },
    stages: { stage: { $in: ['new', 'old'] } },
    place: { 'offer.place': null },
  };
  test.each<[keyof typeof where, Record<string, 1 | -1>]>([
    ['nothing', { _id: 1 }],
    ['nothing', { _id: -1 }],
    ['nothing', { stage: 1 }],
    ['nothing', { stage: 1, at: -1 }],
    ['nothing', { stage: -1, at: 1, _id: -1 }],
    ['nothing', { 'offer.place': -1, at: -1, _id: 1 }],
    ['stage', { at: 1 }],
    ['stage', { at: -1, _id: 1 }],
    ['stage', { stage: -1, at: -1 }],
    ['place', { at: 1, _id: -1 }],
  ])('where the filter is on %s, in the order %j', async (name, sort) =>
    on(open, async ({ store }) => {
      const collection = await declared(store, { _id: 'a', stage: 'new' });
      expect(await collection.find(where[name] ?? {}, { sort })).toHaveLength(1);
    })(),
  );

  test.each<[keyof typeof where, Record<string, 1 | -1>]>([
    ['nothing', { at: 1 }],
    ['nothing', { stage: 1, at: 1 }],
    ['nothing', { stage: 1, _id: 1 }],
    ['nothing', { stage: 1, at: -1, _id: -1 }],
    ['nothing', { _id: 1, stage: 1 }],
    ['nothing', { unknown: 1 }],
    ['stages', { at: -1 }],
    ['place', { at: 1, _id: 1 }],
  ])('where the filter is on %s, not in the order %j', async (name, sort) =>
    on(open, async ({ store }) => {
      const collection = await declared(store);
      await expect(collection.find(where[name] ?? {}, { sort })).rejects.toThrow(UndeclaredSort);
    })(),
  );

  test.each<[string, unknown]>([
    ['a regular expression', { stage: /n/ }],
    ['a date', { at: new Date(0) }],
    ['a date to compare with', { at: { $gt: new Date(0) } }],
    ['an embedded document', { offer: { place: 'Lille' } }],
    ['an empty condition', { stage: {} }],
    ['a list', { tags: ['x'] }],
    ['a list to compare with', { tags: { $eq: ['x'] } }],
    ['a condition that is undefined', { stage: undefined }],
    ['an operand that is undefined', { stage: { $eq: undefined } }],
    ['a number that is none', { at: Number.NaN }],
    ['an order by null', { at: { $gt: null } }],
    ['an order by a boolean', { at: { $lte: true } }],
    ['an unknown operator', { stage: { $regex: 'n' } }],
    ['a negated condition', { stage: { $not: { $eq: 'x' } } }],
    ['code', { $where: 'true' }],
    ['an expression', { $expr: true }],
    ['a place in a list', { 'tags.0': 'x' }],
    ['an empty part of a path', { 'offer..place': 'x' }],
    ['a prototype', { '__proto__.x': 1 }],
    ['the organisation, which goes with every question', { _organisation: AMIENS }],
    ['what is in the organisation', { $or: [{ stage: 'new' }, { '_organisation.x': null }] }],
    ['an empty alternative', { $or: [] }],
    ['a conjunction that is no list', { $and: {} }],
    ['$in without a list', { stage: { $in: 'new' } }],
    ['$exists without a boolean', { stage: { $exists: 1 } }],
    ['something hidden in an alternative', { $or: [{ stage: 'new' }, { $and: [{ stage: /n/ }] }] }],
    ['too many values', { _id: { $in: Array.from({ length: 10_001 }, (_, n) => `a${n}`) } }],
    ['too many conditions', { $or: Array.from({ length: 501 }, (_, n) => ({ at: n })) }],
  ])('no filter with %s', async (_, filter) =>
    on(open, async ({ store }) => {
      const collection = await declared(store);
      await expect(collection.find(filter as ReadFilter)).rejects.toThrow(UnsupportedQuery);
      await expect(collection.findOne(filter as ReadFilter)).rejects.toThrow(UnsupportedQuery);
      await expect(collection.countDocuments(filter as ReadFilter)).rejects.toThrow(
        UnsupportedQuery,
      );
    })(),
  );

  test.each([{ limit: 0 }, { limit: -1 }, { limit: 1.5 }, { skip: -1 }, { skip: Number.NaN }])(
    'no page with %j',
    async (options) =>
      on(open, async ({ store }) => {
        const collection = await declared(store);
        await expect(collection.find({}, options)).rejects.toThrow(UnsupportedQuery);
      })(),
  );

  test(
    'as many values and conditions as it promises',
    on(open, async ({ store }) => {
      const collection = await declared(store, { _id: 'a7', at: 7, odd: true });
      const many = { _id: { $in: Array.from({ length: 10_000 }, (_, n) => `a${n}`) } };
      expect(await collection.countDocuments(many)).toBe(1);
      for (const path of ['at', 'value', 'plain']) {
        const $or = Array.from({ length: 499 }, (_, n) => ({ [path]: n }));
        expect(await collection.countDocuments({ $or })).toBe(path === 'at' ? 1 : 0);
      }
    }),
  );

  test(
    'nothing about a collection that was not declared',
    on(open, async ({ store }) => {
      const collection = store.collection(AMIENS, 'unheardOf_1');
      await expect(collection.find({})).rejects.toThrow(UnknownCollection);
      await expect(collection.countDocuments({})).rejects.toThrow(UnknownCollection);
    }),
  );

  test(
    'without repeating what was asked for when it refuses',
    on(open, async ({ store }) => {
      const collection = await declared(store);
      const refusals = [
        { stage: { ada: 'lovelace' } },
        { stage: ['lovelace'] },
        { $or: 'lovelace' },
      ];
      for (const filter of refusals) {
        const refusal = collection.find(filter as unknown as ReadFilter);
        await expect(refusal).rejects.toThrow(UnsupportedQuery);
        await expect(refusal).rejects.not.toThrow(/lovelace/);
      }
    }),
  );
};
