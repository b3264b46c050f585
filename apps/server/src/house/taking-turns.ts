import { setTimeout as sleep } from 'node:timers/promises';
import type { PersonId } from '@vivier/kernel';
import { turns } from '@vivier/runtime';
import type { Leases } from '@vivier/work-state';

/** Work for one person goes one after another: in this process, and in all that share the stores. */
export type ForPerson = <T>(personId: PersonId, work: () => Promise<T>) => Promise<T>;

/** Longer than what is done in turn ever takes, and no longer than somebody may wait after a crash. */
const LEASE_MS = 30_000;

const PAUSE_MS = 20;

/**
 * Takes turns, none of them within another. Where processes share leases, one that is killed in its turn
 * keeps the next one waiting for half a minute.
 */
export const personTurns = (leases: Leases | undefined): ForPerson => {
  const here = turns();
  return (personId, work) => {
    if (!leases) return here(personId, work);
    // Ids are random: their first two digits share people out evenly, and stay behind in no store.
    const name = `person-turn-${personId.slice(0, 2)}`;
    // Those of one lease wait here for each other first: only one of them asks the store.
    return here(name, async () => {
      let held = await leases.acquire(name, 'person', LEASE_MS);
      while (!held) {
        await sleep(PAUSE_MS);
        held = await leases.acquire(name, 'person', LEASE_MS);
      }
      try {
        return await work();
      } finally {
        await leases.release(held);
      }
    });
  };
};
