import { expectSurvived } from './checking.ts';
import { born, leave, lifetime, settle, type Place, type Said } from './lives.ts';
import { drawing, isLong, seed } from './seeded.ts';

const KILLS = Number(process.env['VIVIER_KILLS'] ?? (isLong ? 1_000 : 20));
/** Each folder sees so many deaths, so that logs stay short enough to be folded after each. */
const KILLS_A_FOLDER = 10;

const random = drawing(seed);

/** While it opens its stores, as soon as they are open, or after so many things that it said. */
const moment = (): ((said: Said, count: number) => boolean) => {
  const dice = random(10);
  if (dice === 0) return ({ kind }) => kind === 'opening';
  if (dice === 1) return ({ kind }) => kind === 'open';
  const after = 5 + random(120);
  return (_, count) => count === after;
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
    const events = await expectSurvived(place, lives);
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
}, 4_000_000);
