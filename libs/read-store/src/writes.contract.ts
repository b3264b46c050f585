import { START, joined, type Position } from '@vivier/kernel';
import {
  DeclarationRefused,
  PositionMoved,
  UnknownCollection,
  UnstorableDocument,
  type CollectionDeclaration,
  type ReadDocument,
} from './port.ts';
import { AMIENS, ids, on, put, write, type OpenReadStore } from './opened.contract.ts';

const NAME = 'dossiers_1';
const at = (position: number): Position => position as Position;
const declaration: CollectionDeclaration = {
  name: NAME,
  indexes: [{ stage: 1 }, { 'offer.place': 1 }],
};

let deep: unknown = 1;
for (let level = 0; level < 101; level += 1) deep = { deep };

export const writesContract = (open: OpenReadStore): void => {
  test(
    'a document replaces the one with its id, whole',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      await write(store, put(AMIENS, NAME, { _id: 'a', stage: 'new', text: 'x' }));
      await write(store, put(AMIENS, NAME, { _id: 'a', stage: 'old' }));
      const collection = store.collection(AMIENS, NAME);
      expect(await collection.find({})).toEqual([{ _id: 'a', stage: 'old' }]);
      expect(await collection.countDocuments({ stage: 'new' })).toBe(0);
      expect(await collection.countDocuments({ stage: 'old' })).toBe(1);
    }),
  );

  test(
    'writes of one batch count in their order, and removing what is not there is nothing',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      await write(store, [
        ...put(AMIENS, NAME, { _id: 'a' }, { _id: 'b' }, { _id: 'b', stage: 'last' }),
        { organisationId: AMIENS, collection: NAME, remove: 'a' },
        { organisationId: AMIENS, collection: NAME, remove: 'c' },
      ]);
      expect(await store.collection(AMIENS, NAME).find({})).toEqual([{ _id: 'b', stage: 'last' }]);
    }),
  );

  test(
    'a document comes back with its fields in their order, without those that were undefined',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      const document = { _id: 'a', z: 1, b: undefined, a: [{ y: null, x: -0 }], '': undefined };
      await write(store, put(AMIENS, NAME, document));
      const found = await store.collection(AMIENS, NAME).findOne({ _id: 'a' });
      expect(JSON.stringify(found)).toBe('{"_id":"a","z":1,"a":[{"y":null,"x":0}]}');
    }),
  );

  test(
    'half a character is kept as the replacement character, and found by itself',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      await write(store, put(AMIENS, NAME, { _id: 'a', stage: 'x\ud83d', text: '\ude00' }));
      const collection = store.collection(AMIENS, NAME);
      expect(await collection.findOne({ stage: 'x\ud83d', text: '\ude00' })).toEqual({
        _id: 'a',
        stage: 'x\uFFFD',
        text: '\uFFFD',
      });
    }),
  );

  test(
    'a position is START until a batch moves it, also one without writes',
    on(open, async ({ store }) => {
      expect(await store.position(NAME)).toBe(START);
      await store.apply({ projection: NAME, from: START, to: at(41), writes: [] });
      expect(await store.position(NAME)).toBe(41);
      expect(await store.position('other_1')).toBe(START);
      await store.apply({ projection: NAME, from: at(41), to: at(2 ** 52), writes: [] });
      expect(await store.position(NAME)).toBe(2 ** 52);
    }),
  );

  test(
    'a batch that starts elsewhere is refused with the position, and writes nothing',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      await store.apply({ projection: NAME, from: START, to: at(5), writes: [] });
      const late = {
        projection: NAME,
        from: START,
        to: at(9),
        writes: put(AMIENS, NAME, { _id: 'a' }),
      };
      const refusal = await store.apply(late).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PositionMoved);
      expect(refusal).toMatchObject({ projection: NAME, stored: 5 });
      expect(await store.collection(AMIENS, NAME).countDocuments({})).toBe(0);
      expect(await store.position(NAME)).toBe(5);
      const back = store.apply({ projection: NAME, from: at(5), to: at(4), writes: [] });
      await expect(back).rejects.toThrow(RangeError);
    }),
  );

  test(
    'of two batches from the same position one is written and one refused',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      const batch = (_id: string) =>
        store.apply({
          projection: NAME,
          from: START,
          to: at(1),
          writes: put(AMIENS, NAME, { _id }),
        });
      const outcomes = await Promise.allSettled([batch('a'), batch('b')]);
      expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      expect(await store.collection(AMIENS, NAME).countDocuments({})).toBe(1);
    }),
  );

  test(
    'a batch whose last write fails leaves no trace',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      await write(store, put(AMIENS, NAME, { _id: 'kept' }));
      const first = [
        ...put(AMIENS, NAME, { _id: 'a' }),
        { organisationId: AMIENS, collection: NAME, remove: 'kept' },
      ];
      const broken = write(store, [...first, ...put(AMIENS, NAME, { _id: 'b', stage: ['x'] })]);
      await expect(broken).rejects.toThrow(UnstorableDocument);
      const lost = write(store, [...first, ...put(AMIENS, 'unheardOf_1', { _id: 'b' })]);
      await expect(lost).rejects.toThrow(UnknownCollection);
      expect(await store.position(NAME)).toBe(1);
      expect(ids(await store.collection(AMIENS, NAME).find({}))).toEqual(['kept']);
    }),
  );

  test.each<[string, unknown]>([
    ['a date', { when: new Date(0) }],
    ['a handle of a personal value', { name: joined(' ') }],
    ['a map', { by: new Map() }],
    ['bytes', { bytes: Uint8Array.of(1) }],
    ['a function', { run: () => 1 }],
    ['a big integer', { big: 1n }],
    ['a number that is none', { ratio: [Number.NaN] }],
    ['an endless number', { ratio: Number.POSITIVE_INFINITY }],
    ['an undefined member of a list', { list: [undefined] }],
    ['a name that begins with a dollar', { nested: { $set: 1 } }],
    ['an empty name', { nested: { '': 1 } }],
    ["a field that holds the store's own name for the organisation", { _organisation: 'x' }],
    ['a name that the driver takes for its own', { nested: { _bsontype: 'Long' } }],
    ['more levels than MongoDB keeps', { deep }],
    ['a list at an indexed path', { stage: [] }],
    ['an object at an indexed path', { stage: {} }],
    ['a list on the way to an indexed path', { offer: [{ place: 'Lille' }] }],
    ['an empty id', { _id: '' }],
    ['an id that is no text', { _id: 7 }],
  ])('a document with %s is refused', async (_, fields) =>
    on(open, async ({ store }) => {
      await store.declare(declaration);
      const document = { _id: 'a', ...(fields as object) } as ReadDocument;
      const refusal = write(store, put(AMIENS, NAME, document));
      await expect(refusal).rejects.toThrow(UnstorableDocument);
      expect(await store.position(NAME)).toBe(START);
    })(),
  );

  test(
    'a removed document stays away, though its batch is delivered again',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      const first = {
        projection: NAME,
        from: START,
        to: at(3),
        writes: put(AMIENS, NAME, { _id: 'a' }, { _id: 'b' }),
      };
      await store.apply(first);
      const second = {
        projection: NAME,
        from: at(3),
        to: at(4),
        writes: [{ organisationId: AMIENS, collection: NAME, remove: 'a' }],
      };
      await store.apply(second);
      for (const again of [first, second])
        await expect(store.apply(again)).rejects.toThrow(PositionMoved);
      expect(ids(await store.collection(AMIENS, NAME).find({}))).toEqual(['b']);
      expect(await store.position(NAME)).toBe(4);
    }),
  );

  test(
    'batches of one moment are written though one among them is refused',
    on(open, async ({ store }) => {
      const names = ['a_1', 'b_1', 'c_1', 'd_1'];
      for (const name of names) await store.declare({ name, indexes: [{ stage: 1 }] });
      const outcomes = await Promise.allSettled(
        names.map((name, n) =>
          store.apply({
            projection: name,
            from: name === 'b_1' ? at(7) : START,
            to: at(9),
            writes: put(AMIENS, name, { _id: 'x', stage: name === 'c_1' ? ['x'] : n }),
          }),
        ),
      );
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      for (const name of names) {
        const written = name === 'a_1' || name === 'd_1';
        expect(await store.position(name)).toBe(written ? 9 : START);
        expect(await store.collection(AMIENS, name).countDocuments({})).toBe(written ? 1 : 0);
      }
    }),
  );

  test(
    'declaring again changes nothing, and other indexes under the same name are refused',
    on(open, async ({ store, reopen }) => {
      await store.declare(declaration);
      await write(store, put(AMIENS, NAME, { _id: 'a' }));
      await store.declare(declaration);
      await store.declare({ name: NAME, indexes: [{ stage: 1, _id: 1 }, { 'offer.place': 1 }] });
      const again = await reopen();
      await again.declare(declaration);
      const other = again.declare({ name: NAME, indexes: [{ stage: -1 }] });
      await expect(other).rejects.toThrow(DeclarationRefused);
      expect(ids(await again.collection(AMIENS, NAME).find({}))).toEqual(['a']);
    }),
  );

  test.each<[string, CollectionDeclaration]>([
    ['a name with a hyphen', { name: 'a-1', indexes: [] }],
    ['no name', { name: '', indexes: [] }],
    ['an index without a key', { name: 'a_1', indexes: [{}] }],
    ['a path that is no name', { name: 'a_1', indexes: [{ "a'b": 1 }] }],
    ['a place in a list', { name: 'a_1', indexes: [{ 'a.0': 1 }] }],
    [
      'an index by the organisation, which stands before each key',
      { name: 'a_1', indexes: [{ _organisation: 1 }] },
    ],
    ['an index within the organisation', { name: 'a_1', indexes: [{ '_organisation.x': 1 }] }],
    ['_id before another key', { name: 'a_1', indexes: [{ _id: 1, a: 1 }] }],
    ['a direction that is none', { name: 'a_1', indexes: [{ a: 2 as 1 }] }],
  ])('a declaration with %s is refused', async (_, wrong) =>
    on(open, async ({ store }) => {
      await expect(store.declare(wrong)).rejects.toThrow(DeclarationRefused);
    })(),
  );

  test(
    'two collections whose names differ by a capital letter are two',
    on(open, async ({ store }) => {
      await store.declare({ name: 'offers_1', indexes: [] });
      await store.declare({ name: 'Offers_1', indexes: [] });
      await write(store, put(AMIENS, 'offers_1', { _id: 'a' }));
      expect(await store.collection(AMIENS, 'Offers_1').countDocuments({})).toBe(0);
    }),
  );

  test(
    'dropping takes documents and position, after which the name is free',
    on(open, async ({ store }) => {
      await store.declare(declaration);
      await store.declare({ name: 'other_1', indexes: [] });
      await write(store, put(AMIENS, NAME, { _id: 'a' }));
      await write(store, put(AMIENS, 'other_1', { _id: 'a' }));
      await store.drop(NAME);
      await store.drop(NAME);
      expect(await store.position(NAME)).toBe(START);
      await expect(store.collection(AMIENS, NAME).find({})).rejects.toThrow(UnknownCollection);
      await store.declare({ name: NAME, indexes: [{ stage: -1 }] });
      expect(await store.collection(AMIENS, NAME).find({}, { sort: { stage: -1 } })).toEqual([]);
      expect(await store.collection(AMIENS, 'other_1').countDocuments({})).toBe(1);
    }),
  );

  test(
    'documents, positions and declarations are there after closing and opening again',
    on(open, async ({ store, reopen }) => {
      await store.declare(declaration);
      await write(store, put(AMIENS, NAME, { _id: 'a', stage: 'new' }));
      const again = await reopen();
      expect(await again.position(NAME)).toBe(1);
      expect(await again.collection(AMIENS, NAME).find({}, { sort: { stage: 1 } })).toEqual([
        { _id: 'a', stage: 'new' },
      ]);
      await write(again, put(AMIENS, NAME, { _id: 'b' }));
      expect(await again.position(NAME)).toBe(2);
    }),
  );
};
