import { jest } from '@jest/globals';
import type { Collection } from 'mongodb';
import { databases, onServer, type TestDatabases } from '@vivier/mongodb/contract';
import type { Lease, Leases } from '../leases.ts';
import { leasesContract } from '../leases.contract.ts';
import type { LeaseNumberRow, LeaseRow } from './collections.ts';
import { openMongoWorkState } from './open.ts';

jest.setTimeout(120_000);

const LONG = 600_000;

onServer('leases on a MongoDB replica set', () => {
  let server: TestDatabases;
  let elsewhere: TestDatabases;
  beforeAll(async () => {
    server = await databases();
    elsewhere = await databases();
  });
  afterAll(async () => {
    await elsewhere.end();
    await server.end();
  });

  const open = async () => {
    const { databaseName: name } = server.create();
    const by = async ({ client }: TestDatabases): Promise<Leases> =>
      (await openMongoWorkState({ client, db: client.db(name) })).leases;
    return { name, here: await by(server), there: await by(elsewhere) };
  };
  leasesContract('in a MongoDB', async () => ({ ...(await open()), end: async () => {} }));

  const had = (lease: Lease | undefined): Lease => {
    if (!lease) throw new Error('The lease is not to be had.');
    return lease;
  };
  const rowsOf = (name: string): Collection<LeaseRow> =>
    server.client.db(name).collection<LeaseRow>('leases');

  test('one that is not renewed in time goes to the next, under a greater number', async () => {
    const { here, there } = await open();
    const paused = had(await here.acquire('projector', 'here', 1));
    let next: Lease | undefined;
    while (!next) next = await there.acquire('projector', 'there', LONG);
    expect(next.number).toBeGreaterThan(paused.number);
    expect(await here.renew(paused, LONG)).toBeUndefined();
    await here.release(paused);
    expect(await here.acquire('projector', 'here', LONG)).toBeUndefined();
  });

  test('one whose time has passed is renewed as long as nobody has taken it', async () => {
    const { name, here, there } = await open();
    const lease = had(await here.acquire('projector', 'here', 1));
    await rowsOf(name).updateOne({ _id: 'projector' }, { $set: { until: new Date(0) } });
    expect(await here.renew(lease, LONG)).toMatchObject({ number: lease.number });
    expect(await there.acquire('projector', 'there', LONG)).toBeUndefined();
  });

  const numberOf = async (name: string): Promise<number | undefined> =>
    (await server.client.db(name).collection<LeaseNumberRow>('lease_numbers').findOne())?.number;

  test('has its number in a document of its own, where a writer finds it only while it is held', async () => {
    const { name, here, there } = await open();
    const lease = had(await here.acquire('projector', 'here', LONG));
    expect(await rowsOf(name).find().toArray()).toEqual([
      { _id: 'projector', number: 1, holder: 'here', until: new Date(lease.until) },
    ]);
    expect(await numberOf(name)).toBe(lease.number);
    await here.release(lease);
    expect(await numberOf(name)).toBe(lease.number + 1);
    const next = had(await there.acquire('projector', 'there', LONG));
    expect(await numberOf(name)).toBe(next.number);
  });

  test('is renewed while a transaction shows its number, however long that takes', async () => {
    const { name, here } = await open();
    const lease = had(await here.acquire('projector', 'here', LONG));
    const numbers = server.client
      .db(name)
      .collection<LeaseNumberRow & { touched?: number }>('lease_numbers');
    const session = server.client.startSession();
    session.startTransaction();
    await server.client.db(name).collection('read').insertOne({ a: 1 }, { session });
    expect(await here.renew(lease, LONG)).toMatchObject({ number: lease.number });
    const shown = await numbers.updateOne(
      { _id: 'projector', number: lease.number },
      { $set: { touched: 1 } },
      { session },
    );
    expect(shown.modifiedCount).toBe(1);
    expect(await here.renew(lease, LONG)).toMatchObject({ number: lease.number });
    await session.commitTransaction();
    await session.endSession();
  });

  test('shuts out whoever held it before the next one knows that it is had', async () => {
    const { name, here, there } = await open();
    const paused = had(await here.acquire('projector', 'here', 1));
    let next: Lease | undefined;
    while (!next) {
      next = await there.acquire('projector', 'there', LONG);
      if (next) expect(await numberOf(name)).toBe(next.number);
    }
    await here.release(paused);
    expect(await numberOf(name)).toBe(next.number);
  });

  test('the clock of a process does not count', async () => {
    const { here, there } = await open();
    const lease = had(await here.acquire('projector', 'here', LONG));
    const clock = jest.spyOn(Date, 'now').mockReturnValue(lease.until + LONG);
    try {
      expect(await there.acquire('projector', 'there', LONG)).toBeUndefined();
      expect(had(await here.renew(lease, 1)).until).toBe(lease.until);
    } finally {
      clock.mockRestore();
    }
  });
});
