import { jest } from '@jest/globals';
import { onServer } from '@vivier/mongodb/contract';
import { runToEnd } from '../support/child.ts';
import type { Servers } from '../support/ground.ts';
import { move, movable, onDatabase, type Movable } from '../support/movable.ts';
import { answersOf, recordsOn, startedOn } from '../support/moving.ts';
import { drawing, isLong, seed } from './seeded.ts';

jest.setTimeout(isLong ? 1_800_000 : 240_000);

const KILLS = isLong ? 50 : 2;
/** A life does at most so many pieces of work, so that a move takes several. */
const LONGEST_LIFE = 30;
/** Into the piece after those, in turns of the event loop. */
const MOST_TURNS = 20;

const program = new URL('../servers/migrate.child.ts', import.meta.url);

const rowsOn = (servers: Servers): Promise<Readonly<Record<string, number>>> =>
  onDatabase(servers, async (db) => {
    const counts: Record<string, number> = {};
    for (const { name } of await db.listCollections().toArray())
      counts[name] = await db.collection(name).countDocuments();
    return counts;
  });

onServer('A move to servers that is killed', () => {
  let stores: Movable;
  const draw = drawing(seed);
  beforeAll(async () => {
    stores = await movable();
  });
  afterAll(() => stores.end());

  test(`${KILLS} times at any place goes on there and comes to the same (VIVIER_SEED=${seed})`, async () => {
    const whole = await stores.fresh();
    const { moved } = await move(whole);
    expect(moved?.events).toBeGreaterThan(20);
    const records = await recordsOn(whole.servers.eventStoreUrl);
    const rows = await rowsOn(whole.servers);

    for (let killed = 0; killed < KILLS;) {
      const { folder, servers } = await stores.fresh();
      const { eventStoreUrl, mongoUrl } = servers;
      const live = (pieces: number) =>
        runToEnd(program, [folder, eventStoreUrl, mongoUrl, `${pieces}`, `${draw(MOST_TURNS)}`]);
      let last = await live(1 + draw(LONGEST_LIFE));
      for (; last.code === null; killed += 1)
        last = await live(killed + 1 < KILLS ? 1 + draw(LONGEST_LIFE) : 0);
      expect([last.code, JSON.parse(last.output)]).toEqual([0, moved]);
      expect(await recordsOn(eventStoreUrl)).toEqual(records);
      expect(await rowsOn(servers)).toEqual(rows);
      if (killed < KILLS) continue;
      const running = await startedOn(folder, servers);
      expect(await answersOf(running, stores.things)).toEqual(stores.before);
      await running.stop();
    }
  });
});
