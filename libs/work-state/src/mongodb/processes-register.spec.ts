import { jest } from '@jest/globals';
import { databases, onServer, type TestDatabases } from '@vivier/mongodb/contract';
import { processesContract } from '../processes.contract.ts';
import { LogNewerThanProgram, type ProcessEntry, type Processes } from '../processes.ts';
import { openMongoWorkState, requireReadable } from './open.ts';

jest.setTimeout(120_000);

const LONG = 600_000;

const older: ProcessEntry = { id: 'older', roles: ['projector'], reads: new Map() };
const newer: ProcessEntry = { id: 'newer', roles: ['api'], reads: new Map([['Shared', 1]]) };

onServer('the register of processes on a MongoDB replica set', () => {
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
    const db = server.create();
    const by = async ({ client }: TestDatabases): Promise<Processes> =>
      (await openMongoWorkState({ client, db: client.db(db.databaseName) })).processes;
    return { db, here: await by(server), there: await by(elsewhere) };
  };
  processesContract('in a MongoDB', async () => {
    const { db, ...both } = await open();
    return { ...both, end: async () => void (await db.dropDatabase()) };
  });

  test('one that is heard of no more holds up nothing for longer than its time', async () => {
    const { here, there } = await open();
    await here.enter(older, 1);
    await there.enter(newer, LONG);
    while ((await there.allow('Shared', 1)).length > 0);
    // It was only paused: it learns that it does not belong here any more.
    expect(await here.renew('older', LONG)).toBe(false);
    await expect(here.enter(older, LONG)).rejects.toBeInstanceOf(LogNewerThanProgram);
    expect(await there.renew('newer', LONG)).toBe(true);
  });

  test('one whose time was over enters again as long as nothing was written that it does not read', async () => {
    const { db, here, there } = await open();
    await here.enter(older, LONG);
    await db
      .collection<{ readonly _id: string }>('work_processes')
      .updateOne({ _id: 'older' }, { $set: { until: new Date(0) } });
    expect(await here.renew('older', LONG)).toBe(false);
    expect(await here.enter(older, LONG)).toEqual(new Map());
    expect(await there.allow('Shared', 1)).toEqual([older]);
  });

  test('a program that does not read what was written learns it before it has made anything', async () => {
    const empty = server.create();
    await requireReadable({ db: empty }, older.reads);
    expect(await empty.listCollections().toArray()).toEqual([]);
    const { db, there } = await open();
    await requireReadable({ db }, older.reads);
    await there.allow('Shared', 1);
    await expect(requireReadable({ db }, older.reads)).rejects.toThrow('start that version');
    await requireReadable({ db }, newer.reads);
  });

  test('the clock of a process does not count', async () => {
    const { here, there } = await open();
    await here.enter(older, LONG);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * LONG);
    try {
      expect(await there.allow('Shared', 1)).toEqual([older]);
    } finally {
      clock.mockRestore();
    }
  });

  test('processes of one version that ask all at once are all allowed', async () => {
    const { here, there } = await open();
    await here.enter(newer, LONG);
    await there.enter({ ...newer, id: 'another' }, LONG);
    const asked = Array.from({ length: 12 }, (_, n) =>
      (n % 2 === 0 ? here : there).allow('Shared', 1),
    );
    expect((await Promise.all(asked)).flat()).toEqual([]);
  });
});
