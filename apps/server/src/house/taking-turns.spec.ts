import type { PersonId } from '@vivier/kernel';
import type { Lease, Leases } from '@vivier/work-state';
import { personTurns } from './taking-turns.ts';

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const bob = 'b0b00000-0000-4000-8000-000000000002' as PersonId;

/** Leases that last until they are given back. */
const leases = (): Leases => {
  const held = new Set<string>();
  return {
    acquire: async (name) => {
      if (held.has(name)) return undefined;
      held.add(name);
      return { name, number: 1, until: Infinity };
    },
    renew: async (lease: Lease) => lease,
    release: async ({ name }) => void held.delete(name),
  };
};

/** Work that tells when it begins, and ends when it is told to. */
const work = (told: string[], name: string) => {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end: () => {
      end();
    },
    run: async () => {
      told.push(`${name} begins`);
      await ended;
      told.push(`${name} ends`);
    },
  };
};

test.each([
  ['one process', () => personTurns(undefined)],
  ['one of several', () => personTurns(leases())],
])('In %s, work for a person waits for the work before', async (_, open) => {
  const turn = open();
  const told: string[] = [];
  const [first, second, others] = [work(told, 'first'), work(told, 'second'), work(told, 'others')];
  const all = [turn(ada, first.run), turn(ada, second.run), turn(bob, others.run)];
  others.end();
  await all[2];
  expect(told.filter((one) => one.startsWith('others'))).toHaveLength(2);
  second.end();
  first.end();
  await Promise.all(all);
  const hers = told.filter((one) => !one.startsWith('others'));
  expect(hers).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('Two processes take turns as well, and work that fails gives its turn back', async () => {
  const shared = leases();
  const [here, there] = [personTurns(shared), personTurns(shared)];
  const told: string[] = [];
  const long = work(told, 'here');
  const failing = here(ada, async () => {
    await long.run();
    throw new Error('It fails.');
  });
  const waiting = there(ada, async () => void told.push('there'));
  long.end();
  await expect(failing).rejects.toThrow('It fails.');
  await waiting;
  expect(told).toEqual(['here begins', 'here ends', 'there']);
});
