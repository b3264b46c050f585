import { jest } from '@jest/globals';
import { START, type Position } from '@vivier/kernel';
import { databases, onServer, wire, type Fate } from '@vivier/mongodb/contract';
import { PositionMoved } from '../port.ts';
import { AMIENS, put } from '../opened.contract.ts';
import { openMongoReadStore } from './open.ts';

jest.setTimeout(120_000);

const at = (position: number): Position => position as Position;
const names = ['a_1', 'b_1'];

onServer('when the connection to a MongoDB breaks', () => {
  let server: Awaited<ReturnType<typeof databases>>;
  beforeAll(async () => {
    server = await databases();
  });
  afterAll(() => server.end());

  test.each<[string, Fate, number]>([
    ['before it arrived', 'is lost', 1],
    ['before it arrived, three times', 'is lost', 3],
    ['after it was stored', 'arrives, and its answer is lost', 1],
    ['after it was stored, three times', 'arrives, and its answer is lost', 3],
  ])('a commit that breaks off %s is there once', async (_, fate, times) => {
    const db = server.create();
    let left = 0;
    let seen = 0;
    const network = await wire((message) => {
      if (!message.includes('commitTransaction')) return 'arrives';
      seen += 1;
      left -= 1;
      return left >= 0 ? fate : 'arrives';
    });
    const store = await openMongoReadStore({ client: network.client, db });
    for (const name of names) await store.declare({ name, indexes: [{ n: 1 }] });

    left = times;
    seen = 0;
    const batch = (name: string, from: Position, n: number) => ({
      projection: name,
      from,
      to: at(n),
      writes: put(AMIENS, name, { _id: `d${n}`, n }),
    });
    await Promise.all(names.map((name) => store.apply(batch(name, START, 1))));
    expect(seen).toBeGreaterThan(times);
    await Promise.all(names.map((name) => store.apply(batch(name, at(1), 2))));
    const plain = await openMongoReadStore({ client: server.client, db });
    for (const name of names) {
      expect(await plain.position(name)).toBe(2);
      expect(await plain.collection(AMIENS, name).find({}, { sort: { n: 1 } })).toEqual([
        { _id: 'd1', n: 1 },
        { _id: 'd2', n: 2 },
      ]);
      await expect(plain.apply(batch(name, START, 1))).rejects.toThrow(PositionMoved);
    }
    await store.close();
    await network.end();
  });

  test('a commit that was stored by a server that knows of it no more is there once', async () => {
    const db = server.create();
    let commits = -100;
    const network = await wire((message) => {
      if (!message.includes('commitTransaction')) return 'arrives';
      commits += 1;
      // The answer to the first one is lost; the second one asks for a transaction that never was.
      if (commits === 2) {
        const number = message.indexOf('\u0012txnNumber\0') + 'xtxnNumberx'.length;
        message.writeBigInt64LE(message.readBigInt64LE(number) + 1000n, number);
      }
      return commits === 1 ? 'arrives, and its answer is lost' : 'arrives';
    });
    const store = await openMongoReadStore({ client: network.client, db });
    for (const name of names) await store.declare({ name, indexes: [] });
    const batch = (name: string) => ({
      projection: name,
      from: START,
      to: at(1),
      writes: put(AMIENS, name, { _id: 'a' }),
    });
    commits = 0;
    await Promise.all(names.map((name) => store.apply(batch(name))));
    expect(commits).toBe(2);
    for (const name of names) {
      expect(await store.position(name)).toBe(1);
      await expect(store.apply(batch(name))).rejects.toThrow(PositionMoved);
    }
    await store.close();
    await network.end();
  });

  test.each(['findAndModify', 'update', 'delete', 'abortTransaction'])(
    'a batch whose %s breaks off is written from its start',
    async (command) => {
      const db = server.create();
      let left = 0;
      const network = await wire((message) => {
        if (!message.includes(command)) return 'arrives';
        left -= 1;
        return left >= 0 ? 'is lost' : 'arrives';
      });
      const store = await openMongoReadStore({ client: network.client, db });
      await store.declare({ name: 'a_1', indexes: [{ n: 1 }] });
      await store.apply({
        projection: 'a_1',
        from: START,
        to: at(1),
        writes: put(AMIENS, 'a_1', { _id: 'kept', n: 1 }, { _id: 'gone', n: 1 }),
      });
      left = 2;
      await store.apply({
        projection: 'a_1',
        from: at(1),
        to: at(2),
        writes: [
          ...put(AMIENS, 'a_1', { _id: 'kept', n: 2 }),
          { organisationId: AMIENS, collection: 'a_1', remove: 'gone' },
        ],
      });
      expect(left).toBeLessThanOrEqual(command === 'abortTransaction' ? 2 : 0);
      expect(await store.position('a_1')).toBe(2);
      expect(await store.collection(AMIENS, 'a_1').find({})).toEqual([{ _id: 'kept', n: 2 }]);
      await store.close();
      await network.end();
    },
  );

  test('a change-over whose commit is not answered has happened, once', async () => {
    const db = server.create();
    let left = 0;
    const network = await wire((message) => {
      if (!message.includes('commitTransaction')) return 'arrives';
      left -= 1;
      return left >= 0 ? 'arrives, and its answer is lost' : 'arrives';
    });
    const store = await openMongoReadStore({ client: network.client, db });
    for (const name of names) await store.declare({ name, indexes: [] });
    await store.switchTo('x', 'a_1');
    left = 1;
    await store.switchTo('x', 'b_1');
    expect(await store.current('x')).toBe('b_1');
    expect(await store.collections()).toEqual(['b_1']);
    left = 1;
    await store.declare({ name: 'c_1', indexes: [] });
    left = 1;
    await store.drop('b_1');
    expect(await store.collections()).toEqual(['c_1']);
    expect(await store.current('x')).toBeUndefined();
    await store.close();
    await network.end();
  });
});
