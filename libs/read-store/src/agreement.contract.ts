import type { OrganisationId } from '@vivier/kernel';
import type { ReadDocument, ReadFilter, ReadStore } from './port.ts';
import { UnsupportedQuery } from './port.ts';
import { AMIENS, ids, on, put, write, type OpenReadStore } from './opened.contract.ts';

const NAME = 'applicationsByStage_1';

const declared = async (store: ReadStore, ...documents: readonly ReadDocument[]) => {
  await store.declare({ name: NAME, indexes: [{ stage: 1 }, { value: 1 }] });
  if (documents.length > 0) await write(store, put(AMIENS, NAME, ...documents));
  return store.collection(AMIENS, NAME);
};

/** Where engines part ways, and what all of them say here. */
export const agreementContract = (open: OpenReadStore): void => {
  test(
    'embedded documents keep the order of their fields, and the id comes first',
    on(open, async ({ store }) => {
      const collection = await declared(store);
      const nested = { z: { b: 1, a: [{ d: 1, c: 2 }] }, y: {}, x: [] };
      await write(store, put(AMIENS, NAME, { ...nested, _id: 'a', stage: 'new' }));
      await write(store, put(AMIENS, NAME, { _id: 'b', stage: 'new', ...nested }));
      const [a, b] = await collection.find({}, { sort: { _id: 1 } });
      expect(JSON.stringify(a)).toBe(JSON.stringify({ _id: 'a', ...nested, stage: 'new' }));
      expect(JSON.stringify(b)).toBe(JSON.stringify({ _id: 'b', stage: 'new', ...nested }));
    }),
  );

  test(
    'names of fields that mean something elsewhere are names of fields',
    on(open, async ({ store }) => {
      const text = `{"_id":"a","organisation":"x","a.b":1,"id":2,"constructor":3,"nested":{"__proto__":{"x":1},"_id":"b","_organisation":"x","toJSON":4}}`;
      const collection = await declared(store, JSON.parse(text) as ReadDocument);
      expect(JSON.stringify(await collection.findOne({ organisation: 'x' }))).toBe(text);
      expect(await collection.countDocuments({ 'a.b': { $exists: true } })).toBe(0);
      expect(
        await collection.countDocuments({ 'nested._id': 'b', 'nested._organisation': 'x', id: 2 }),
      ).toBe(1);
    }),
  );

  test(
    'nothing where a path leads through a list, or into a list within a list',
    on(open, async ({ store }) => {
      const collection = await declared(
        store,
        { _id: 'a', stage: 'new', offers: [{ place: 'Lille' }], lists: [['x']], tags: ['x'] },
        { _id: 'b', stage: 'old', offers: { place: 'Lille' }, lists: ['x'], tags: ['x'] },
      );
      const filters: ReadFilter[] = [
        { 'offers.place': 'Lille' },
        { 'offers.place': { $ne: 'Lens' } },
        { 'offers.place.name': { $exists: false } },
        { lists: 'x' },
        { $or: [{ tags: 'y' }, { lists: { $nin: ['x'] } }] },
      ];
      for (const filter of filters) {
        await expect(collection.find(filter)).rejects.toThrow(UnsupportedQuery);
        await expect(collection.find(filter, { skip: 1 })).rejects.toThrow(UnsupportedQuery);
        await expect(collection.countDocuments(filter)).rejects.toThrow(UnsupportedQuery);
        const old = { stage: 'old', ...filter };
        expect(await collection.countDocuments(old)).toBe((await collection.find(old)).length);
      }
      expect(ids(await collection.find({ stage: 'old', 'offers.place': 'Lille' }))).toEqual(['b']);
      expect(ids(await collection.find({ stage: 'old', lists: 'x' }, { skip: 1 }))).toEqual([]);
    }),
  );

  test(
    'text as it is written: no letter is like another one',
    on(open, async ({ store }) => {
      const texts = ['a', 'A', 'à', 'a\u0300', ' a', 'a ', '1', '01'];
      const documents = texts.map((text, n) => ({ _id: `d${n}`, stage: text, plain: text }));
      const collection = await declared(store, ...documents);
      for (const [n, text] of texts.entries())
        for (const path of ['stage', 'plain'])
          expect(ids(await collection.find({ [path]: text }))).toEqual([`d${n}`]);
      expect(ids(await collection.find({ _id: { $in: ['D1', 'd1 ', 'd1'] } }))).toEqual(['d1']);
    }),
  );

  test(
    'numbers by their value, whole or not, small or large',
    on(open, async ({ store }) => {
      const numbers = [-(2 ** 53), -(2 ** 31) - 1, -1, 0, 0.5, 1, 2 ** 31, 2 ** 53, 2 ** 53 + 2];
      const documents = numbers.map((value, n) => ({ _id: `d${n}`, value, plain: value }));
      const collection = await declared(store, ...documents.toReversed());
      expect(ids(await collection.find({}, { sort: { value: 1 } }))).toEqual(ids(documents));
      for (const path of ['value', 'plain'])
        for (const [n, value] of numbers.entries()) {
          expect(await collection.find({ [path]: value })).toEqual([documents[n]]);
          expect(await collection.countDocuments({ [path]: { $lte: value } })).toBe(n + 1);
        }
    }),
  );

  test.each(['with a declared index beside', 'with none'])(
    'ids by conditions on them, %s, among organisations whose names begin alike',
    async (indexed) =>
      on(open, async ({ store }) => {
        const all = ['a', 'a/b', 'aa', 'o', 'o/', '\uFFFF', '😀'];
        const indexes = indexed === 'with none' ? [] : ([{ stage: 1 }, { _id: -1 }] as const);
        await store.declare({ name: NAME, indexes });
        const organisations = ['o', 'o.', 'o-', 'o0', 'oo', 'p', 'O'] as OrganisationId[];
        const documents = all.map((_id) => ({ _id, stage: 'new', plain: 1 }));
        await write(
          store,
          organisations.flatMap((organisation) => put(organisation, NAME, ...documents)),
        );
        for (const organisation of organisations) {
          const collection = store.collection(organisation, NAME);
          const found = async (condition: ReadFilter[string]) => {
            const some = ids(await collection.find({ _id: condition }, { sort: { _id: 1 } }));
            for (const beside of [{}, { stage: 'new' }, { plain: 1 }, { $or: [{ plain: 1 }] }]) {
              const filter = { _id: condition, ...beside };
              const fallen = await collection.find(filter, { sort: { _id: -1 } });
              expect(ids(fallen)).toEqual(some.toReversed());
              expect(ids(await collection.find(filter)).toSorted()).toEqual(some.toSorted());
              expect(await collection.countDocuments(filter)).toBe(some.length);
            }
            return some;
          };
          expect(await found({ $exists: true })).toEqual(all);
          expect(await found('o/')).toEqual(['o/']);
          expect(await found('o/a')).toEqual([]);
          expect(await found({ $ne: 'o' })).toEqual(all.filter((one) => one !== 'o'));
          expect(await found({ $in: ['aa', 'b', 7, null, 'a'] })).toEqual(['a', 'aa']);
          expect(await found({ $nin: ['aa', 'b', 7, null, 'a'] })).toEqual(
            all.filter((one) => one !== 'a' && one !== 'aa'),
          );
          expect(await found({ $gt: 'a' })).toEqual(all.slice(1));
          expect(await found({ $gte: 'a/b', $lt: 'o/' })).toEqual(['a/b', 'aa', 'o']);
          expect(await found({ $lte: '\uFFFF' })).toEqual(all.slice(0, -1));
          expect(await found({ $gt: '' })).toEqual(all);
          expect(await found({ $lt: '' })).toEqual([]);
          for (const none of [null, 7, false, { $gt: 7 }, { $lte: 7 }, { $in: [null, 7, true] }])
            expect(await found(none)).toEqual([]);
          for (const every of [{ $ne: null }, { $ne: 7 }, { $ne: true }, { $nin: [7, null] }])
            expect(await found(every)).toEqual(all);
          const second = await collection.find({}, { sort: { _id: 1 }, skip: 1, limit: 2 });
          expect(ids(second)).toEqual(['a/b', 'aa']);
        }
      })(),
  );

  test(
    'an organisation whose id holds a slash is refused, for it could be taken for a part of an id',
    on(open, async ({ store }) => {
      const here = await declared(store, { _id: 'a/b' });
      const wrong = `${AMIENS}/a` as OrganisationId;
      for (const one of [
        { organisationId: wrong, collection: NAME, put: { _id: 'b' } },
        { organisationId: wrong, collection: NAME, remove: 'b' },
      ])
        await expect(write(store, [one])).rejects.toThrow(TypeError);
      const collection = store.collection(wrong, NAME);
      await expect(collection.find({ _id: 'b' })).rejects.toThrow(TypeError);
      await expect(collection.findOne({})).rejects.toThrow(TypeError);
      await expect(collection.countDocuments({})).rejects.toThrow(TypeError);
      expect(await store.position(NAME)).toBe(1);
      expect(ids(await here.find({}))).toEqual(['a/b']);
    }),
  );

  test(
    'half a character in an id is the replacement character to every write and question',
    on(open, async ({ store }) => {
      const collection = await declared(store);
      const removal = { organisationId: AMIENS, collection: NAME, remove: 'a\ude00' };
      for (const n of [1, 2]) {
        await write(store, put(AMIENS, NAME, { _id: 'a\ud83d', n }));
        expect(await collection.find({ _id: 'a\ude00' })).toEqual([{ _id: 'a\uFFFD', n }]);
        await write(store, [removal]);
        expect(await collection.countDocuments({})).toBe(0);
      }
      await write(store, [removal, ...put(AMIENS, NAME, { _id: 'a\ud83d' })]);
      expect(ids(await collection.find({}))).toEqual(['a\uFFFD']);
    }),
  );

  test(
    'nothing about what lies inside an id, which is a text',
    on(open, async ({ store }) => {
      const collection = await declared(store, { _id: 'a', stage: 'new' });
      for (const path of ['_id.id', '_id.organisation', '_id.length', '_id._id'])
        expect(await collection.countDocuments({ [path]: { $exists: true } })).toBe(0);
      expect(await collection.countDocuments({ '_id.id': 'a' })).toBe(0);
      expect(await collection.countDocuments({ '_id.organisation': null })).toBe(1);
    }),
  );
};
