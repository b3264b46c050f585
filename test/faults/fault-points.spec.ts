import type { FaultPoint } from '@vivier/server';
import { expectSurvived } from './checking.ts';
import { born, leave, lifetime, settle, type Child } from './lives.ts';
import { drawing, isLong, seed } from './seeded.ts';

const DEATHS = isLong ? 20 : 2;
/** Folders are changed after so many deaths, so that logs stay short enough to be folded. */
const DEATHS_A_FOLDER = 10;

/** Where the product can be stopped, and up to which passing of the place it is. */
const points: readonly (readonly [FaultPoint, number])[] = [
  ['before-commit', 60],
  ['after-commit', 60],
  ['after-commit-before-answer', 60],
  ['mid-projection', 60],
  ['before-position-saved', 30],
  ['between-claim-and-registration', 12],
];

const random = drawing(seed);

test.each(points)(
  `killed ${DEATHS} times at “%s”, it goes on where it was (up to passing %i, seed ${seed})`,
  async (point, limit) => {
    let next: Child | undefined = born();
    let place = await settle();
    let lives = new Set<string>();
    for (let death = 1; death <= DEATHS; death += 1) {
      const child = next ?? born();
      next = death < DEATHS ? born() : undefined;
      // One that goes on after a death passes the place again, and dies there a second time.
      const end = { point, nth: 1 + random(limit) };
      const heard = await lifetime(child, place, { prefix: `life-${death}`, end });
      expect(heard.filter(({ kind }) => kind === 'refused')).toEqual([]);
      for (const { life } of heard) if (life !== undefined) lives.add(life);
      if (!isLong && death < DEATHS) continue;
      const events = await expectSurvived(place, lives);
      expect(events).toBeGreaterThanOrEqual(place.told.size);
      lives = new Set();
      if (death % DEATHS_A_FOLDER > 0) continue;
      await leave(place);
      place = await settle();
    }
    await leave(place);
  },
  900_000,
);
