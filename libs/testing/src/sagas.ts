import { expect } from '@jest/globals';
import type { Intention, Saga } from '@vivier/kernel';
import { MemoryVault } from './memory-vault.ts';
import { opened } from './open-givens.ts';
import { Past, type PastEvent } from './past.ts';

/** What a saga will send, and when, if nothing else happens first. */
export type Plan = Omit<Intention, 'key'>;

/** The words for sagas: `given(saga, events…).thenPlans([{ due, command, because }])`. */
export const givenSaga = <State>(
  saga: Saga<State>,
  ...past: readonly PastEvent[]
): { readonly thenPlans: (expected: readonly Plan[]) => void } => {
  const close = opened();
  const log = new Past(saga.events, new MemoryVault());
  const states = new Map<string, State>();
  for (const event of past.map((told) => log.recorded(told))) {
    const instance = saga.evolve[event.type] && saga.instance(event);
    if (instance === undefined) continue;
    const state = saga.evolve[event.type]?.(states.get(instance) ?? saga.initial, event) as State;
    // Between two events a state is JSON in a store.
    states.set(instance, JSON.parse(JSON.stringify(state)) as State);
  }
  return {
    thenPlans: (expected) => {
      close();
      const agendas = [...states.values()].map((state) => saga.agenda(state));
      for (const agenda of agendas)
        expect(new Set(agenda.map(({ key }) => key)).size).toBe(agenda.length);
      expect(
        agendas.flat().map(({ due, command, because }) => ({ due, command, because })),
      ).toEqual(expected);
    },
  };
};
