import { randomInt } from 'node:crypto';
import {
  everything,
  expectFold,
  expectFollowed,
  expectOnce,
  expectUsable,
  expectWhole,
} from './checking.ts';
import { born, leave, lifetime, open, settle, type Place, type Said } from './lives.ts';

const KILLS = Number(process.env['VIVIER_KILLS'] ?? 100);
/** Each folder sees so many deaths, so that logs stay short enough to be folded after each. */
const KILLS_A_FOLDER = 10;

const seed = Number(process.env['VIVIER_SEED'] ?? randomInt(2 ** 31));

/** Numbers from 0 to below `limit`, the same ones for the same seed (mulberry32). */
const random = ((state: number) => (limit: number) => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
})(seed);

/** While it opens its stores, as soon as they are open, or after so many things that it said. */
const moment = (): ((said: Said, count: number) => boolean) => {
  const dice = random(10);
  if (dice === 0) return ({ kind }) => kind === 'opening';
  if (dice === 1) return ({ kind }) => kind === 'open';
  const after = 5 + random(120);
  return (_, count) => count === after;
};

const check = async (place: Place, lives: ReadonlySet<string>): Promise<number> => {
  const house = await open(place.folder);
  try {
    await house.settled();
    const events = await everything(house);
    expectWhole(events);
    expectOnce(events, place);
    await expectFollowed(house, place, events);
    await expectUsable(house, place, lives, events, place.told);
    await expectFold(house, place);
    return events.length;
  } finally {
    await house.close();
  }
};

test(`killed ${KILLS} times in mid-load: nothing answered is lost, nothing is done twice, the read models are the log’s fold (seed ${seed})`, async () => {
  const tally = { answered: 0, events: 0 };
  let next = born();
  let place: Place | undefined;
  for (let kill = 0; kill < KILLS; kill += 1) {
    place ??= await settle();
    const child = next;
    next = born();
    const heard = await lifetime(child, place, { prefix: `life-${kill}` }, moment());
    expect(heard.filter(({ kind }) => kind === 'refused')).toEqual([]);
    const lives = new Set(heard.flatMap(({ life }) => life ?? []));
    const events = await check(place, lives);
    if ((kill + 1) % KILLS_A_FOLDER > 0 && kill + 1 < KILLS) continue;
    tally.answered += place.told.size;
    tally.events += events;
    await leave(place);
    place = undefined;
  }
  next.process.kill('SIGKILL');
  await next.closed;
  // A load that never got anywhere would prove nothing.
  expect(tally.answered).toBeGreaterThan(3 * KILLS);
  expect(tally.events).toBeGreaterThanOrEqual(tally.answered);
}, 600_000);
