import { jest } from '@jest/globals';
import { MongoClient, MongoNetworkError, MongoServerError, type Db } from 'mongodb';
import { START, type Position } from '@vivier/kernel';
import { databases, onServer, serverUrl, wire, type Fate } from '@vivier/mongodb/contract';
import { underLease } from '../lease.ts';
import { LeaseLost, PositionMoved, UndeclaredSort, UnknownCollection } from '../port.ts';
import { AMIENS, ids, put, write } from '../opened.contract.ts';
import { openMongoReadStore } from './open.ts';
import type { MongoReadStore } from './store.ts';

jest.setTimeout(120_000);

const at = (position: number): Position => position as Position;
const NAME = 'dossiers_1';

onServer('several processes on one MongoDB', () => {
  let server: Awaited<ReturnType<typeof databases>>;
  let db: Db;
  /** What two processes have opened. */
  let one: MongoReadStore;
  let other: MongoReadStore;
  beforeAll(async () => {
    server = await databases();
  });
  afterAll(() => server.end());
  beforeEach(async () => {
    const { client } = server;
    db = server.create();
    one = await openMongoReadStore({ client, db });
    other = await openMongoReadStore({ client, db });
  });
  afterEach(async () => {
    await one.close();
    await other.close();
  });

  const batch = (from: Position, to: Position, _id: string) => ({
    projection: NAME,
    from,
    to,
    writes: put(AMIENS, NAME, { _id, n: to }),
  });

  test('one answers from what another has declared, written and changed over to', async () => {
    await one.declare({ name: NAME, indexes: [{ n: 1 }] });
    await write(one, put(AMIENS, NAME, { _id: 'a', n: 1 }));
    await one.switchTo('dossiers', NAME);
    const seen = other.collection(AMIENS, NAME);
    expect(await seen.find({}, { sort: { n: 1 } })).toEqual([{ _id: 'a', n: 1 }]);
    await one.declare({ name: 'dossiers_2', indexes: [] });
    await one.switchTo('dossiers', 'dossiers_2');
    expect(await other.current('dossiers')).toBe('dossiers_2');
    await expect(seen.find({})).rejects.toThrow(UnknownCollection);
    await expect(seen.countDocuments({})).rejects.toThrow(UnknownCollection);
  });

  test('one that remembers a collection sees that its name was given to another', async () => {
    await one.declare({ name: NAME, indexes: [{ n: 1 }] });
    await write(one, put(AMIENS, NAME, { _id: 'a', n: 1 }));
    const seen = other.collection(AMIENS, NAME);
    expect(await seen.countDocuments({ n: 1 })).toBe(1);
    await one.drop(NAME);
    await one.declare({ name: NAME, indexes: [{ m: 1 }] });
    await write(one, put(AMIENS, NAME, { _id: 'b', m: 1 }));
    expect(ids(await seen.find({}))).toEqual(['b']);
    await expect(seen.find({}, { sort: { n: 1 } })).rejects.toThrow(UndeclaredSort);
    // It writes to the new one as well, checked by the new declaration.
    await other.apply({ ...batch(at(1), at(2), 'c') });
    expect(ids(await seen.find({}, { sort: { m: -1 } }))).toEqual(['b', 'c']);
  });

  test('one that is late does not bring back what another has removed', async () => {
    await one.declare({ name: NAME, indexes: [] });
    await other.apply(batch(START, at(1), 'a'));
    await one.drop(NAME);
    await expect(other.apply(batch(at(1), at(2), 'b'))).rejects.toThrow(PositionMoved);
    await expect(other.apply(batch(START, at(2), 'b'))).rejects.toThrow(UnknownCollection);
    expect(await one.collections()).toEqual([]);
    const left = await db.listCollections({}, { nameOnly: true }).toArray();
    expect(left.filter(({ name }) => name.startsWith('documents.'))).toEqual([]);
    expect(await one.position(NAME)).toBe(START);
  });

  test('of twenty that write from one position one is taken, each time', async () => {
    await one.declare({ name: NAME, indexes: [{ n: 1 }] });
    const stores = [one, other];
    for (let from = START, round = 0; round < 5; round += 1) {
      const to = at(from + 10);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          stores[n % 2]!.apply(batch(from, to, `round ${round} by ${n}`)),
        ),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toHaveLength(19);
      for (const { reason } of refused) {
        expect(reason).toBeInstanceOf(PositionMoved);
        expect(reason).toMatchObject({ stored: to });
      }
      expect(await one.collection(AMIENS, NAME).countDocuments({ n: to })).toBe(1);
      from = to;
    }
  });

  test('two that declare at once make one collection', async () => {
    const declaration = { name: NAME, indexes: [{ n: 1 }] } as const;
    await Promise.all([one, other, one, other].map((store) => store.declare(declaration)));
    const made = await db.listCollections({}, { nameOnly: true }).toArray();
    expect(made.filter(({ name }) => name.startsWith('documents.'))).toHaveLength(1);
    const [documents] = made.filter(({ name }) => name.startsWith('documents.'));
    const indexes = await db.collection(documents?.name ?? '').indexes();
    expect(indexes.map(({ key }) => Object.entries(key as object))).toEqual([
      [['_id', 1]],
      [
        ['_organisation', 1],
        ['n', 1],
        ['_id', 1],
      ],
    ]);
  });

  test('a collection without declared indexes has the one over its ids, and exists before it is written to', async () => {
    await one.declare({ name: NAME, indexes: [] });
    await other.declare({ name: NAME, indexes: [] });
    const made = await db.listCollections({ name: /^documents\./ }).toArray();
    expect(made).toHaveLength(1);
    const indexes = await db.collection(made[0]?.name ?? '').indexes();
    expect(indexes.map(({ key }) => key)).toEqual([{ _id: 1 }]);
  });

  test('a document lies under its organisation and its id, and comes back as it was given', async () => {
    await one.declare({ name: NAME, indexes: [{ n: 1 }] });
    await write(one, put(AMIENS, NAME, { n: 1, _id: 'a/b', more: [] }));
    const [made] = await db.listCollections({ name: /^documents\./ }).toArray();
    const kept = await db.collection(made?.name ?? '').findOne({ n: 1 });
    expect(JSON.stringify(kept)).toBe(
      JSON.stringify({ _id: `${AMIENS}/a/b`, _organisation: AMIENS, n: 1, more: [] }),
    );
    const given = await other.collection(AMIENS, NAME).findOne({ n: 1 });
    expect(JSON.stringify(given)).toBe('{"_id":"a/b","n":1,"more":[]}');
  });

  test('indexes that were removed by hand are made again at the next start', async () => {
    await one.declare({ name: NAME, indexes: [{ n: 1 }] });
    const [made] = await db.listCollections({ name: /^documents\./ }).toArray();
    await db.collection(made?.name ?? '').dropIndex('index_1');
    await other.declare({ name: NAME, indexes: [{ n: 1 }] });
    const indexes = await db.collection(made?.name ?? '').indexes();
    expect(indexes.map(({ name }) => name)).toContain('index_1');
  });

  test('what a killed process has not removed is removed at the next start', async () => {
    await one.declare({ name: NAME, indexes: [] });
    await one.declare({ name: 'kept_1', indexes: [] });
    await write(one, put(AMIENS, NAME, { _id: 'a' }));
    const network = await wire((message) =>
      message.includes('\u0002drop\0') ? 'is lost' : 'arrives',
    );
    const killed = await openMongoReadStore({ client: network.client, db });
    await expect(killed.drop(NAME)).rejects.toThrow(MongoNetworkError);
    await network.end();
    const documents = async () =>
      (await db.listCollections({}, { nameOnly: true }).toArray()).filter(({ name }) =>
        name.startsWith('documents.'),
      );
    expect(await documents()).toHaveLength(2);
    expect(await other.collections()).toEqual(['kept_1']);
    await openMongoReadStore({ client: server.client, db });
    expect(await documents()).toHaveLength(1);
  });

  test('batches of one moment share a commit, and those that come meanwhile the next', async () => {
    const client = await MongoClient.connect(serverUrl ?? '', { monitorCommands: true });
    let commits = 0;
    client.on('commandStarted', ({ commandName }) => {
      if (commandName === 'commitTransaction') commits += 1;
    });
    const store = await openMongoReadStore({ client, db });
    const names = Array.from({ length: 5 }, (_, n) => `p${n}_1`);
    for (const name of names) await store.declare({ name, indexes: [] });
    commits = 0;
    const apply = (name: string, from: Position, to: Position) =>
      store.apply({ projection: name, from, to, writes: put(AMIENS, name, { _id: `d${to}` }) });
    await Promise.all(names.map((name) => apply(name, START, at(1))));
    expect(commits).toBe(1);
    const first = apply('p0_1', at(1), at(2));
    const others = Promise.resolve().then(() =>
      Promise.all(names.slice(1).map((name) => apply(name, at(1), at(2)))),
    );
    await Promise.all([first, others]);
    expect(commits).toBeLessThanOrEqual(3);
    for (const name of names)
      expect(await store.collection(AMIENS, name).countDocuments({})).toBe(2);
    await client.close();
  });

  describe('under a lease', () => {
    const leases = () => db.collection<{ _id: string; number: number }>('lease_numbers');
    const takeOver = (number: number) =>
      leases().updateOne({ _id: 'projector' }, { $set: { number } }, { upsert: true });
    const under = (store: MongoReadStore, number: number) =>
      underLease(store, { name: 'projector', number });

    test('whoever holds it writes, and whoever held it writes nothing more', async () => {
      await takeOver(1);
      const before = under(one, 1);
      await before.declare({ name: NAME, indexes: [] });
      await before.apply(batch(START, at(1), 'a'));
      await before.switchTo('dossiers', NAME);
      await takeOver(2);
      for (const late of [
        () => before.apply(batch(at(1), at(2), 'late')),
        () => before.declare({ name: 'late_1', indexes: [] }),
        () => before.switchTo('late', NAME),
        () => before.drop(NAME),
      ])
        await expect(late()).rejects.toThrow(LeaseLost);
      expect(await one.collections()).toEqual([NAME]);
      expect(await one.current('late')).toBeUndefined();
      expect(await one.position(NAME)).toBe(1);
      await under(other, 2).apply(batch(at(1), at(2), 'b'));
      expect(ids(await one.collection(AMIENS, NAME).find({}, { sort: { _id: 1 } }))).toEqual([
        'a',
        'b',
      ]);
    });

    test('a lease that nobody has ever held is not held', async () => {
      await one.declare({ name: NAME, indexes: [] });
      await expect(under(one, 1).apply(batch(START, at(1), 'a'))).rejects.toThrow(LeaseLost);
      expect(await one.position(NAME)).toBe(START);
    });

    test('who loses it amid a batch, or is woken to commit it, has written nothing', async () => {
      await takeOver(1);
      await one.declare({ name: NAME, indexes: [] });
      let isTaken = false;
      const network = await wire(async (message): Promise<Fate> => {
        // Its documents are written; all that is left is to show the lease and to commit.
        if (message.includes('findAndModify') && message.includes('lease_numbers') && !isTaken) {
          isTaken = true;
          await takeOver(2);
        }
        return 'arrives';
      });
      const store = await openMongoReadStore({ client: network.client, db });
      const late = under(store, 1).apply(batch(START, at(1), 'late'));
      await expect(late).rejects.toThrow(LeaseLost);
      expect(isTaken).toBe(true);
      await network.end();
      expect(await one.position(NAME)).toBe(START);
      expect(await one.collection(AMIENS, NAME).countDocuments({})).toBe(0);
    });

    test('nobody takes it over between a last look at it and the commit', async () => {
      await takeOver(1);
      await one.declare({ name: NAME, indexes: [] });
      let outcome: unknown;
      const network = await wire(async (message): Promise<Fate> => {
        if (!message.includes('commitTransaction') || outcome !== undefined) return 'arrives';
        const session = server.client.startSession();
        session.startTransaction();
        const taken = { $set: { number: 2 } };
        outcome = await leases()
          .updateOne({ _id: 'projector' }, taken, { session })
          .catch((error: unknown) => error);
        await session.endSession();
        return 'arrives';
      });
      const store = await openMongoReadStore({ client: network.client, db });
      await under(store, 1).apply(batch(START, at(1), 'a'));
      expect(outcome).toBeInstanceOf(MongoServerError);
      expect(outcome).toMatchObject({ codeName: 'WriteConflict' });
      expect(await one.position(NAME)).toBe(1);
      await network.end();
    });

    test('the next holder waits for a batch that is being committed, and finds it whole', async () => {
      await takeOver(1);
      await one.declare({ name: NAME, indexes: [] });
      const outcomes = await Promise.allSettled([
        under(one, 1).apply(batch(START, at(1), 'a')),
        takeOver(2),
      ]);
      const [written] = outcomes;
      const position = await other.position(NAME);
      expect(position).toBe(written.status === 'fulfilled' ? 1 : START);
      if (written.status === 'rejected') expect(written.reason).toBeInstanceOf(LeaseLost);
      await under(other, 2).apply(batch(position, at(2), 'b'));
      expect(await other.position(NAME)).toBe(2);
    });
  });
});
