import {
  collectionName,
  defineEvents,
  projection,
  type Document,
  type Position,
  type Projection,
  type Scope,
} from '@vivier/kernel';
import { openMongoDatabase, type MongoDatabase } from '@vivier/mongodb';
import { onOwnServer, ownServer, type OwnServer } from '@vivier/mongodb/contract';
import { openEmbeddedReadStore, openMongoReadStore } from '@vivier/read-store';
import type { ReadDocument, ReadStore } from '@vivier/read-store';
import { startProjector } from '@vivier/runtime';
import { inStream, MemoryEventStore, MemoryVault, organisation, Past } from '@vivier/testing';
import { jest } from '@jest/globals';
import { z } from 'zod';
import { drawing, isLong, seed } from './seeded.ts';

const KILLS = isLong ? 50 : 3;
/** The server is killed while these are on their way into it. */
const EVENTS_A_KILL = 400;
const TALLIES = 40;

const events = defineEvents({
  Counted: { owner: z.string(), by: z.int() },
  Forgotten: {},
});

interface Tally extends Document {
  readonly owner: string;
  readonly counted: number;
  readonly sum: number;
}

const counting = (name: string, indexes: readonly Readonly<Record<string, 1 | -1>>[]) =>
  projection<Tally>()({
    name,
    version: 1,
    indexes,
    events: [events],
    on: {
      Counted: {
        keys: ({ key }) => [key],
        evolve: (tally, { data }, _id) => ({
          _id,
          owner: data.owner,
          counted: (tally?.counted ?? 0) + 1,
          sum: (tally?.sum ?? 0) + data.by,
        }),
      },
      Forgotten: { keys: ({ key }) => [key], evolve: () => undefined },
    },
  }) as unknown as Projection;
/** Several, whose pages are written together. */
const projections = [counting('tallies', [{ owner: 1, sum: -1 }]), counting('others', [])];
const names = projections.map(collectionName);

const random = drawing(seed);

/** All documents, in the order of their ids. */
const documents = async (store: ReadStore, name: string): Promise<readonly ReadDocument[]> =>
  store.collection(organisation, name).find({}, { sort: { _id: 1 } });

onOwnServer('the MongoDB of the read models', () => {
  let server: OwnServer;
  let database: MongoDatabase;
  beforeAll(async () => {
    server = await ownServer();
    await server.start();
    database = await openMongoDatabase({ url: server.url, installation: 'of the faults' });
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await server.end();
  }, 120_000);

  test(`killed ${KILLS} times while documents are written: nothing is lost or counted twice (seed ${seed})`, async () => {
    const past = new Past([events], new MemoryVault());
    const store = new MemoryEventStore({ pageSize: 20 });
    const readStore = await openMongoReadStore(database);
    /** Told of each batch before it goes out and when it is acknowledged. */
    let told = (): void => {};
    const apply = readStore.apply.bind(readStore);
    jest.spyOn(readStore, 'apply').mockImplementation(async (batch) => {
      told();
      await apply(batch);
      told();
    });
    const halts: unknown[] = [];
    const projector = await startProjector({
      store,
      readStore,
      codec: past.codec,
      projections,
      onHalt: (...halt) => halts.push(halt),
    });
    const append = async (): Promise<void> => {
      const key = `tally-${random(TALLIES)}`;
      const stream = { category: 'tally', key, scope: 'account' as Scope };
      const event =
        random(10) === 0
          ? events.Forgotten({})
          : events.Counted({ owner: `owner-${random(3)}`, by: random(100) });
      const { organisationId, stream: at, ...record } = past.stored(inStream(stream)(event));
      await store.append(organisationId, at, 'any', [record]);
    };

    let killedAmid = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const after = 1 + random(40);
      const hit = new Promise<void>((resolve) => {
        let count = 0;
        told = () => {
          count += 1;
          if (count === after) resolve();
        };
      });
      for (let event = 0; event < EVENTS_A_KILL; event += 1) await append();
      await hit;
      // A few turns later the batch is on its way, at the server, or acknowledged.
      for (let turns = random(60); turns > 0; turns -= 1)
        await new Promise((resolve) => setImmediate(resolve));
      const head = await store.head();
      killedAmid += projector.progress.get(names[0] ?? '')!.position < head ? 1 : 0;
      await server.kill();
      for (let event = random(50); event > 0; event -= 1) await append();
      await server.start();

      const end: Position = await store.head();
      for (const progress of projector.progress.values())
        expect(await progress.reached(end)).toBe(true);
    }
    expect(halts).toEqual([]);
    await projector.stop();
    expect(killedAmid).toBeGreaterThan(0);

    const folded = await openEmbeddedReadStore({ file: ':memory:' });
    const folding = await startProjector({
      store,
      readStore: folded,
      codec: past.codec,
      projections,
    });
    const end = await store.head();
    for (const progress of folding.progress.values())
      expect(await progress.reached(end)).toBe(true);
    await folding.stop();
    for (const name of names) {
      const kept = await documents(readStore, name);
      const position = await readStore.position(name);
      // What changed no document need not be written down.
      expect(position).toBeLessThanOrEqual(end);
      for (const { _position } of kept) expect(_position).toBeLessThanOrEqual(position);
      expect(kept.length).toBeGreaterThan(TALLIES / 2);
      expect(JSON.stringify(kept)).toBe(JSON.stringify(await documents(folded, name)));
    }
    await folded.close();
  }, 1_800_000);
});
