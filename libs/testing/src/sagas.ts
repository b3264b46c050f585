import { expect } from '@jest/globals';
import type { Intention, Saga } from '@vivier/kernel';
import { MemoryVault } from './memory-vault.ts';
import { opened } from './open-givens.ts';
import { Past, type PastEvent } from './past.ts';

/** What a saga will send, and when, if nothing else happens first. */
export type Plan = Omit<Intention, 'key'>;

/** Between two events a state is JSON in a store. */
const stored = <T>(state: T): T =>
  state === undefined ? state : (JSON.parse(JSON.stringify(state)) as T);

/** The words for sagas: `given(saga, events…).thenPlans([{ due, command, because }])`. */
export const givenSaga = <State, Settings>(
  saga: Saga<State, Settings>,
  ...past: readonly PastEvent[]
): { readonly thenPlans: (expected: readonly Plan[]) => void } => {
  const close = opened();
  const log = new Past(saga.events, new MemoryVault());
  const states = new Map<string, State>();
  let settings = saga.organisation?.initial as Settings;
  for (const event of past.map((told) => log.recorded(told))) {
    const settle = saga.organisation?.evolve[event.type];
    if (settle) settings = stored(settle(settings, event));
    const instance = saga.evolve[event.type] && saga.instance(event);
    if (instance === undefined) continue;
    const state = saga.evolve[event.type]?.(states.get(instance) ?? saga.initial, event) as State;
    states.set(instance, stored(state));
  }
  return {
    thenPlans: (expected) => {
      close();
      const agendas = [...states.values()].map((state) => saga.agenda(state, settings));
      for (const agenda of agendas)
        expect(new Set(agenda.map(({ key }) => key)).size).toBe(agenda.length);
      expect(
        agendas.flat().map(({ due, command, because }) => ({ due, command, because })),
      ).toEqual(expected);
    },
  };
};
