import type { Lease, Leases } from '@vivier/work-state';
import { endingEpochs } from './ending-epochs.ts';

/** Leases of one store, by a clock that the test sets. */
const leasesAt = (clock: { now: number }): Leases => {
  const held = new Map<string, Lease>();
  return {
    acquire: async (name, _, ms) => {
      const before = held.get(name);
      if (before && before.until > clock.now) return undefined;
      const lease = { name, number: (before?.number ?? 0) + 1, until: clock.now + ms };
      held.set(name, lease);
      return lease;
    },
    renew: async (lease, ms) => {
      if (held.get(lease.name)?.number !== lease.number) return undefined;
      const renewed = { ...lease, until: clock.now + ms };
      held.set(lease.name, renewed);
      return renewed;
    },
    release: async ({ name }) => void held.delete(name),
  };
};

const HOUR = 60 * 60_000;

test('The epoch ends once a day, whichever of two schedulers looks after it each hour', async () => {
  const clock = { now: 0 };
  const leases = leasesAt(clock);
  const ended: string[] = [];
  const scheduler = (name: string) =>
    endingEpochs({
      leases,
      rotateEpoch: async () => void ended.push(`${name} at ${clock.now / HOUR}`),
    });
  const [one, other] = [scheduler('one'), scheduler('other')];
  for (; clock.now <= 48 * HOUR; clock.now += HOUR) {
    await other?.();
    await one?.();
  }
  expect(ended).toEqual(['other at 0', 'other at 23', 'other at 46']);
});

test('What a scheduler dies of is taken up by another one after an hour', async () => {
  const clock = { now: 0 };
  const leases = leasesAt(clock);
  let ends = 0;
  const dying = endingEpochs({ leases, rotateEpoch: () => Promise.reject(new Error('killed')) });
  const other = endingEpochs({ leases, rotateEpoch: async () => void (ends += 1) });
  await expect(dying?.()).rejects.toThrow('killed');
  clock.now += HOUR / 2;
  await other?.();
  expect(ends).toBe(0);
  clock.now += HOUR / 2;
  await other?.();
  expect(ends).toBe(1);
});

test('Embedded keys have no epochs', () => {
  expect(endingEpochs({})).toBeUndefined();
  expect(endingEpochs({ leases: leasesAt({ now: 0 }) })).toBeUndefined();
});
