import { START } from '@vivier/kernel';
import { UnknownCollection, type ReadStore } from './port.ts';
import { AMIENS, ids, on, put, write, type OpenReadStore } from './opened.contract.ts';

const OLD = 'dossiers_1';
const NEW = 'dossiers_1_2';

/** Two collections of one projection, each with a document of its own, the first one answering. */
const beside = async (store: ReadStore): Promise<void> => {
  for (const name of [OLD, NEW]) {
    await store.declare({ name, indexes: [{ stage: 1 }] });
    await write(store, put(AMIENS, name, { _id: `in ${name}`, stage: 'new' }));
  }
  await store.switchTo('dossiers', OLD);
};

/** Rebuilding beside the living collection, and changing over (design: versions of a projection). */
export const switchingContract = (open: OpenReadStore): void => {
  test(
    'a projection answers from no collection until it is told from which',
    on(open, async ({ store }) => {
      expect(await store.current('dossiers')).toBeUndefined();
      await store.declare({ name: OLD, indexes: [] });
      expect(await store.current('dossiers')).toBeUndefined();
      await store.switchTo('dossiers', OLD);
      expect(await store.current('dossiers')).toBe(OLD);
      expect(await store.current('others')).toBeUndefined();
    }),
  );

  test(
    'what is shown is told of each projection that answers, and of no other collection',
    on(open, async ({ store }) => {
      expect(await store.shown()).toEqual([]);
      await beside(store);
      expect(await store.shown()).toEqual([
        { projection: 'dossiers', collection: OLD, position: 1 },
      ]);
      await store.declare({ name: 'people_1', indexes: [] });
      await store.switchTo('people', 'people_1');
      await store.switchTo('dossiers', NEW);
      const shown = [...(await store.shown())].sort((a, b) =>
        a.projection < b.projection ? -1 : 1,
      );
      expect(shown).toEqual([
        { projection: 'dossiers', collection: NEW, position: 1 },
        { projection: 'people', collection: 'people_1', position: START },
      ]);
    }),
  );

  test(
    'a collection is built beside the one that answers, and neither shows in the other',
    on(open, async ({ store }) => {
      await beside(store);
      expect([...(await store.collections())].sort()).toEqual([OLD, NEW]);
      expect(await store.current('dossiers')).toBe(OLD);
      expect(ids(await store.collection(AMIENS, OLD).find({}))).toEqual([`in ${OLD}`]);
      expect(ids(await store.collection(AMIENS, NEW).find({}))).toEqual([`in ${NEW}`]);
    }),
  );

  test(
    'the change-over takes the replaced collection and its position with it',
    on(open, async ({ store }) => {
      await beside(store);
      const late = store.collection(AMIENS, OLD);
      await store.switchTo('dossiers', NEW);
      expect(await store.current('dossiers')).toBe(NEW);
      expect(await store.collections()).toEqual([NEW]);
      expect(await store.position(OLD)).toBe(START);
      expect(await store.position(NEW)).toBe(1);
      await expect(late.find({})).rejects.toThrow(UnknownCollection);
      await expect(late.countDocuments({})).rejects.toThrow(UnknownCollection);
      const answered = store.collection(AMIENS, NEW).find({ stage: 'new' }, { sort: { stage: 1 } });
      expect(ids(await answered)).toEqual([`in ${NEW}`]);
    }),
  );

  test(
    'changing over to where it answers from already changes nothing',
    on(open, async ({ store }) => {
      await beside(store);
      await store.switchTo('dossiers', OLD);
      expect(ids(await store.collection(AMIENS, OLD).find({}))).toEqual([`in ${OLD}`]);
    }),
  );

  test(
    'a change-over to a collection that nobody declared is refused and changes nothing',
    on(open, async ({ store }) => {
      await beside(store);
      const refused = store.switchTo('dossiers', 'dossiers_9');
      await expect(refused).rejects.toThrow(UnknownCollection);
      expect(await store.current('dossiers')).toBe(OLD);
      expect(ids(await store.collection(AMIENS, OLD).find({}))).toEqual([`in ${OLD}`]);
    }),
  );

  test(
    'a collection that is dropped answers no more',
    on(open, async ({ store, reopen }) => {
      await beside(store);
      await store.drop(OLD);
      expect(await store.current('dossiers')).toBeUndefined();
      const again = await reopen();
      expect(await again.current('dossiers')).toBeUndefined();
      expect(await again.collections()).toEqual([NEW]);
    }),
  );

  test(
    'what answers, and what lies half-built beside it, is there after opening again',
    on(open, async ({ store, reopen }) => {
      await beside(store);
      const again = await reopen();
      expect(await again.current('dossiers')).toBe(OLD);
      expect([...(await again.collections())].sort()).toEqual([OLD, NEW]);
      await again.switchTo('dossiers', NEW);
      const last = await reopen();
      expect(await last.current('dossiers')).toBe(NEW);
      expect(await last.collections()).toEqual([NEW]);
      await expect(last.collection(AMIENS, OLD).find({})).rejects.toThrow(UnknownCollection);
    }),
  );
};
