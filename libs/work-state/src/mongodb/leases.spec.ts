import { jest } from '@jest/globals';
import type { Collection } from 'mongodb';
import { databases, onServer, type TestDatabases } from '@vivier/mongodb/contract';
import type { Lease, Leases } from '../leases.ts';
import { leasesContract } from '../leases.contract.ts';
import type { LeaseRow } from './collections.ts';
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

  test('lies in a document whose number a writer finds only while it is held', async () => {
    const { name, here } = await open();
    const lease = had(await here.acquire('projector', 'here', LONG));
    const rows = rowsOf(name);
    expect(await rows.find().toArray()).toEqual([
      { _id: 'projector', number: 1, holder: 'here', until: new Date(lease.until) },
    ]);
    await here.release(lease);
    expect(await rows.findOne({ _id: 'projector', number: lease.number })).toBeNull();
  });

  test('what a writer leaves in its document does no harm', async () => {
    const { name, here, there } = await open();
    const lease = had(await here.acquire('projector', 'here', LONG));
    await rowsOf(name).updateOne(
      { _id: 'projector', number: 1 },
      { $set: { touched: 1 } as never },
    );
    expect(await here.renew(lease, LONG)).toMatchObject({ number: 1 });
    await here.release(lease);
    expect(await there.acquire('projector', 'there', LONG)).toMatchObject({ name: 'projector' });
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
