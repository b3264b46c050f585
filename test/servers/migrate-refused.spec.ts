import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { openEventStoreDb } from '@vivier/event-store';
import { streamName, type EventId } from '@vivier/kernel';
import { onServer } from '@vivier/mongodb/contract';
import { BSON, type Db } from 'mongodb';
import { runToEnd } from '../support/child.ts';
import type { Servers } from '../support/ground.ts';
import { breakingAfter, move, movable, onDatabase, type Movable } from '../support/movable.ts';
import { recordsOn, startedOn } from '../support/moving.ts';
import { staffed } from '../support/people.ts';

jest.setTimeout(240_000);

const matching = (shape: RegExp): unknown => expect.stringMatching(shape);

const vivier = new URL('../../apps/cli/src/main.ts', import.meta.url);

onServer('A move to servers', () => {
  let stores: Movable;
  beforeAll(async () => {
    stores = await movable();
  });
  afterAll(() => stores.end());

  test('A folder that was moved is started on both servers alone, and says so', async () => {
    const { folder, servers } = await stores.fresh();
    await move({ folder, servers });
    const { mongoUrl } = servers;
    for (const some of [{}, { mongoUrl }])
      await expect(startedOn(folder, some)).rejects.toThrow(
        /were moved to servers on .*: set EVENTSTORE_URL and MONGODB_URL/,
      );
    const again = await move({ folder, servers });
    expect(again.moved).toBeUndefined();
  });

  test('One that is on its way is not started at all, until the move has gone on to its end', async () => {
    const { folder, servers } = await stores.fresh();
    const broken = move({ folder, servers }, breakingAfter(30));
    await expect(broken).rejects.toThrow('A server does not answer: run');
    for (const some of [{}, servers])
      await expect(startedOn(folder, some)).rejects.toThrow(/run `vivier migrate` again/);
    const { moved } = await move({ folder, servers });
    expect(moved?.events).toBeGreaterThan(0);
    await (await startedOn(folder, servers)).stop();
  });

  test.each<[string, string, (db: Db) => Promise<unknown>]>([
    [
      'Organisations or accounts',
      'a row of another turn',
      (db) => db.collection('identity_accounts').updateOne({}, { $set: { turns: 9 } }),
    ],
    ['Organisations or accounts', 'a secret that does not open', spoilKeyOf(/^credentials-/)],
    ['Keys', 'one that does not open', spoilKeyOf(/^file-/)],
    [
      'Keys',
      'a claim of another time',
      (db) => db.collection('vault_claims').updateOne({}, { $set: { at: 7 } }),
    ],
    [
      'Files',
      'a record of another time',
      (db) => db.collection('files_uploads').updateOne({}, { $set: { expiresAt: 7 } }),
    ],
    ['Files', 'one flipped bit', spoilOneFile],
    [
      'Tasks of effects',
      'one too many',
      (db) => db.collection('work_tasks').insertOne({ isDead: true }),
    ],
  ])(
    '%s that differ are found before the folder counts as moved: %s',
    async (what, _how, spoil) => {
      const { folder, servers } = await stores.fresh();
      const tell = (sentence: string) => {
        if (sentence.includes('compared now')) throw new Error('Stopped before the comparison.');
      };
      await expect(move({ folder, servers }, { tell })).rejects.toThrow('before the comparison');
      await onDatabase(servers, spoil);
      await expect(move({ folder, servers })).rejects.toThrow(
        `${what} on the servers are not those`,
      );
      await expect(startedOn(folder, servers)).rejects.toThrow('on their way');
    },
  );

  test('A log that went its own way meanwhile is not added to', async () => {
    const { folder, servers } = await stores.fresh();
    await expect(move({ folder, servers }, breakingAfter(40))).rejects.toThrow(
      'A server does not answer: run',
    );
    const { eventStoreUrl } = servers;
    const there = await recordsOn(eventStoreUrl);
    expect(there.length).toBeGreaterThan(0);
    const store = await openEventStoreDb({ address: eventStoreUrl });
    const id = '3f1c2b6e-0000-4000-8000-000000000000' as EventId;
    const [data, metadata] = [Buffer.from('{}'), Buffer.from('{}')];
    await store.append(stores.things.organisationId, streamName('candidate', id), 'none', [
      { id, type: 'Stranger.v1', contentType: 'application/json', data, metadata },
    ]);
    await store.close();
    await expect(move({ folder, servers })).rejects.toThrow(
      'events that are not those of this log',
    );
    expect(await recordsOn(eventStoreUrl)).toHaveLength(there.length + 1);
  });

  test('Servers that hold anything else are refused, and the folder goes on as it was', async () => {
    const { folder, servers } = await stores.fresh();
    const { servers: others } = await stores.fresh();
    const elsewhere = await startedOn(join(folder, '..', 'elsewhere'), others);
    await elsewhere.server.house.settled();
    await elsewhere.stop();
    const at = (some: Partial<Servers>) => move({ folder, servers: { ...servers, ...some } });
    await expect(at({ eventStoreUrl: others.eventStoreUrl })).rejects.toThrow(
      'belongs to another installation',
    );
    await expect(at({ mongoUrl: others.mongoUrl })).rejects.toThrow(
      'belongs to another installation',
    );
    await onDatabase(servers, (db) => db.collection('recipes').insertOne({ of: 'soup' }));
    await expect(at({})).rejects.toThrow('holds something else already');
    await (await startedOn(folder)).stop();
  });

  test('Servers that this installation has used before are refused, and the folder goes on', async () => {
    const { folder, servers } = await stores.fresh();
    const beside = join(folder, '..', 'beside');
    const onBoth = await startedOn(beside, servers);
    await staffed(onBoth, 'newcomers');
    await onBoth.stop();
    // The same installation, by its id.
    await copyFile(join(beside, 'installation.json'), join(folder, 'installation.json'));
    await expect(move({ folder, servers })).rejects.toThrow('holds events already');
    const { servers: untouchedOnes } = await stores.fresh();
    await expect(
      move({ folder, servers: { ...servers, mongoUrl: untouchedOnes.mongoUrl } }),
    ).rejects.toThrow('holds events already');
    await onDatabase(untouchedOnes, async (db) => {
      expect(await db.listCollections().toArray()).toEqual([]);
    });
    const { servers: empty } = await stores.fresh();
    await expect(
      move({ folder, servers: { ...servers, eventStoreUrl: empty.eventStoreUrl } }),
    ).rejects.toThrow('holds data already');
    await (await startedOn(folder)).stop();
  });

  test('The demo stays where it is', async () => {
    const { folder, servers } = await stores.fresh();
    const demo = join(folder, '..', 'demo');
    await (await startedOn(demo, {}, true)).stop();
    await expect(move({ folder: demo, servers })).rejects.toThrow('holds the demo');
    await onDatabase(servers, async (db) => {
      expect(await db.listCollections().toArray()).toEqual([]);
    });
  });

  test('The command moves, says how far it is and what to set, and refuses in one sentence', async () => {
    const { folder, servers } = await stores.fresh();
    const run = (settings: Readonly<Record<string, string>>) =>
      runToEnd(vivier, ['migrate'], { env: { VIVIER_DATA: folder, ...settings } });
    const addresses = { EVENTSTORE_URL: servers.eventStoreUrl, MONGODB_URL: servers.mongoUrl };
    expect(await run({})).toEqual({
      code: 1,
      output: matching(/^[^\n]*set EVENTSTORE_URL and MONGODB_URL\.\n$/),
    });
    expect(await run({ ...addresses, VIVIER_DATA: join(folder, '..') })).toEqual({
      code: 1,
      output: matching(/^There is no log\.sqlite in [^\n]*\n$/),
    });
    const running = await startedOn(folder);
    expect(await run(addresses)).toEqual({
      code: 1,
      output: matching(/^vivier serve \(process \d+, [^\n]*holds the folder[^\n]*\n$/),
    });
    await running.stop();
    const { code, output } = await run(addresses);
    expect(code).toBe(0);
    expect(output).toMatch(/Everything is compared now\.\nMoved and compared: \d+ events/);
    expect(output).toContain(`VIVIER_DATA=${folder}`);
    expect(output).not.toContain(servers.mongoUrl);
    expect(await run(addresses)).toEqual({
      code: 0,
      output: matching(/moved on/),
    });
  });
});

/** Not the first of an organisation, which is looked at whenever the vault is opened. */
function spoilKeyOf(scope: RegExp) {
  return async (db: Db): Promise<unknown> => {
    const keys = db.collection('vault_keys');
    const found = (await keys.find().toArray()).filter((key) => scope.test(key['scope'] as string));
    return keys.updateOne({ _id: found.at(-1)!._id }, { $set: { wrapped: Buffer.alloc(90) } });
  };
}

async function spoilOneFile(db: Db): Promise<unknown> {
  const chunks = db.collection('files_documents.chunks');
  const chunk = await chunks.findOne({});
  const data = Buffer.from((chunk as unknown as { data: BSON.Binary }).data.buffer);
  data[data.length - 1]! ^= 1;
  return chunks.updateOne({ _id: chunk!._id }, { $set: { data: new BSON.Binary(data) } });
}
