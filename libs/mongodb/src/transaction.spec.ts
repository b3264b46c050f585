import { jest } from '@jest/globals';
import { MongoError, type ClientSession, type Collection, type MongoClient } from 'mongodb';
import { acknowledged, isDuplicate, makeCollections } from './acknowledged.ts';
import { databases, onServer, type TestDatabases } from './servers.contract.ts';
import { inTransaction } from './transaction.ts';
import { wire, type Fate } from './wire.contract.ts';

jest.setTimeout(120_000);

interface Counter {
  readonly _id: string;
  readonly n: number;
}

onServer('a transaction on a MongoDB', () => {
  let server: TestDatabases;
  let counters: Collection<Counter>;
  beforeAll(async () => {
    server = await databases();
  });
  beforeEach(async () => {
    const db = acknowledged(server.create());
    await makeCollections(db, ['counters']);
    await makeCollections(db, ['counters']);
    counters = db.collection<Counter>('counters');
  });
  afterAll(() => server.end());

  const seenBy = (client: MongoClient): Collection<Counter> =>
    acknowledged(client.db(counters.dbName)).collection<Counter>('counters');
  const addOne = (to: Collection<Counter>, id: string) => (session: ClientSession) =>
    to.updateOne({ _id: id }, { $inc: { n: 1 } }, { upsert: true, session });
  const all = () => counters.find({}, { sort: { _id: 1 } }).toArray();

  test('writes all of it and gives what the work gave', async () => {
    const result = await inTransaction(server.client, async (session) => {
      await addOne(counters, 'a')(session);
      await addOne(counters, 'b')(session);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await all()).toEqual([
      { _id: 'a', n: 1 },
      { _id: 'b', n: 1 },
    ]);
  });

  test('writes nothing where the work throws, and is not tried again', async () => {
    let tries = 0;
    const failing = inTransaction(server.client, async (session) => {
      tries += 1;
      await addOne(counters, 'a')(session);
      throw new RangeError('not like this');
    });
    await expect(failing).rejects.toThrow('not like this');
    expect(tries).toBe(1);
    expect(await all()).toEqual([]);
  });

  test('a key that is taken already is told apart from other errors', async () => {
    await counters.insertOne({ _id: 'a', n: 1 });
    const errors: unknown[] = [];
    for (const write of [
      () => counters.insertOne({ _id: 'a', n: 2 }),
      () => counters.insertMany([{ _id: 'a', n: 2 }], { ordered: false }),
      () => counters.updateOne({ _id: 'a' }, { $inc: { 'n.x': 1 } }),
    ])
      await write().catch((error: unknown) => errors.push(error));
    expect(errors.map(isDuplicate)).toEqual([true, true, false]);
  });

  test('two that meet are both done, one after the other', async () => {
    await counters.insertOne({ _id: 'a', n: 0 });
    let met = () => {};
    const meeting = new Promise<void>((resolve) => (met = resolve));
    let arrived = 0;
    const reading = async (session: ClientSession) => {
      const found = await counters.findOne({ _id: 'a' }, { session });
      arrived += 1;
      if (arrived === 2) met();
      await meeting;
      await counters.updateOne({ _id: 'a' }, { $set: { n: (found?.n ?? 0) + 1 } }, { session });
    };
    await Promise.all([
      inTransaction(server.client, reading),
      inTransaction(server.client, reading),
    ]);
    expect(await all()).toEqual([{ _id: 'a', n: 2 }]);
    expect(arrived).toBeGreaterThan(2);
  });

  test('one that is in the way for longer than the patience is told of', async () => {
    await counters.insertOne({ _id: 'a', n: 0 });
    const before = server.client.startSession();
    before.startTransaction();
    await addOne(counters, 'a')(before);
    const late = inTransaction(server.client, addOne(counters, 'a'), 0);
    await expect(late).rejects.toThrow(MongoError);
    await before.commitTransaction();
    await before.endSession();
    expect(await all()).toEqual([{ _id: 'a', n: 1 }]);
  });

  test.each<[string, Fate, number]>([
    ['before it arrived', 'is lost', 1],
    ['after it was stored', 'arrives, and its answer is lost', 1],
    ['after it was stored, three times', 'arrives, and its answer is lost', 3],
  ])('a commit that breaks off %s is there once', async (_, fate, times) => {
    let left = times;
    const network = await wire((message) => {
      if (!message.includes('commitTransaction')) return 'arrives';
      left -= 1;
      return left >= 0 ? fate : 'arrives';
    });
    await inTransaction(network.client, addOne(seenBy(network.client), 'a'));
    expect(left).toBeLessThan(0);
    expect(await all()).toEqual([{ _id: 'a', n: 1 }]);
    await network.end();
  });

  test('a write within it that breaks off is done again from the start of the work', async () => {
    let left = 1;
    let tries = 0;
    const network = await wire((message) => {
      if (!message.includes('second')) return 'arrives';
      left -= 1;
      return left >= 0 ? 'is lost' : 'arrives';
    });
    const own = seenBy(network.client);
    await inTransaction(network.client, async (session) => {
      tries += 1;
      await addOne(own, 'first')(session);
      await addOne(own, 'second')(session);
    });
    expect(tries).toBe(2);
    expect(await all()).toEqual([
      { _id: 'first', n: 1 },
      { _id: 'second', n: 1 },
    ]);
    await network.end();
  });
});
