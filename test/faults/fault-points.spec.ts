import type { ErasurePoint, FaultPoint } from '@vivier/server';
import { expectSurvived } from './checking.ts';
import { expectErased } from './erasing.ts';
import { born, leave, lifetime, settle, type Child } from './lives.ts';
import { drawing, isLong, seed } from './seeded.ts';

const DEATHS = isLong ? 20 : 2;
/** Folders are changed after so many deaths, so that logs stay short enough to be folded. */
const DEATHS_A_FOLDER = 10;

/** Where anybody's work can be stopped, and up to which passing of the place it is. */
const points: Readonly<Record<Exclude<FaultPoint, ErasurePoint>, number>> = {
  'before-commit': 60,
  'after-commit': 60,
  'after-commit-before-answer': 60,
  'mid-projection': 60,
  'before-position-saved': 30,
  'between-claim-and-registration': 12,
  fenced: 4,
  deleted: 4,
  truncated: 4,
};
/** Passed by whoever is erased. */
const ofErasure: readonly FaultPoint[] = ['fenced', 'deleted', 'truncated'];

const random = drawing(seed);

test.each(Object.entries(points) as [FaultPoint, number][])(
  `killed ${DEATHS} times at “%s”, it goes on where it was (up to passing %i, seed ${seed})`,
  async (point, limit) => {
    const erases = ofErasure.includes(point);
    let next: Child | undefined = born();
    let place = await settle();
    let lives = new Set<string>();
    for (let death = 1; death <= DEATHS; death += 1) {
      const child = next ?? born();
      next = death < DEATHS ? born() : undefined;
      // One that goes on after a death passes the place again, and dies there a second time.
      const end = { point, nth: 1 + random(limit) };
      const heard = await lifetime(child, place, { prefix: `life-${death}`, end, erases });
      expect(heard.filter(({ kind }) => kind === 'refused')).toEqual([]);
      for (const { life } of heard) if (life !== undefined) lives.add(life);
      if (!isLong && death < DEATHS) continue;
      const events = await expectSurvived(place, lives);
      expect(events).toBeGreaterThanOrEqual(place.told.size);
      // Everybody who was told is erased, and at each death somebody was fenced who was not told.
      const untold = 1 + ((death - 1) % DEATHS_A_FOLDER);
      if (erases)
        expect(await expectErased(place)).toBeGreaterThanOrEqual(place.erased.size + untold);
      lives = new Set();
      if (death % DEATHS_A_FOLDER > 0) continue;
      await leave(place);
      place = await settle();
    }
    await leave(place);
  },
  900_000,
);
