import type { OrganisationId, Position, Recorded, Saga } from '@vivier/kernel';
import type { AgendaEntry, SagaInstance, WorkState } from '@vivier/work-state';
import { CannotGoOn } from './followers.ts';

/** What an entry of the agenda carries. */
export interface Payload {
  readonly name: string;
  readonly input: unknown;
  readonly because: string;
}

/** A saga that throws has a bug: waiting does not mend it. */
const pure = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new CannotGoOn('The saga failed on this event.', { cause: error });
  }
};

const entriesOf = (
  saga: Saga,
  organisationId: OrganisationId,
  instance: string,
  state: unknown,
): AgendaEntry[] =>
  saga.agenda(state).map(({ key, due: instant, command, because }) => {
    const due = Date.parse(instant);
    if (!Number.isFinite(due)) throw new RangeError(`The entry ${key} has no time.`);
    const payload: Payload = { ...command, because };
    return {
      organisationId,
      saga: saga.name,
      instance,
      key,
      due,
      payload: JSON.stringify(payload),
    };
  });

/**
 * What events make of a saga's instances: their states and agendas as they are afterwards.
 *
 * @param at told of the event that is being folded
 * @throws CannotGoOn where the saga fails
 */
export const foldSaga = async (
  workState: WorkState,
  saga: Saga,
  events: readonly Recorded[],
  at: (position: Position) => void,
): Promise<SagaInstance[]> => {
  const touched = events.flatMap((event) => {
    at(event.position);
    const instance = saga.evolve[event.type] && pure(() => saga.instance(event));
    return instance === undefined ? [] : [{ event, instance }];
  });
  const instances = new Map(
    touched.map(({ event: { organisationId }, instance }) => [
      `${organisationId}/${instance}`,
      { organisationId, instance },
    ]),
  );
  const stored = await workState.states(saga.name, [...instances.values()]);
  const states = new Map(
    [...instances.keys()].map((place, index) => {
      const text = stored[index];
      return [place, text === undefined ? saga.initial : (JSON.parse(text) as unknown)];
    }),
  );
  for (const { event, instance } of touched) {
    const place = `${event.organisationId}/${instance}`;
    at(event.position);
    states.set(
      place,
      pure(() => saga.evolve[event.type]?.(states.get(place), event)),
    );
  }
  return [...instances].map(([place, { organisationId, instance }]) => ({
    organisationId,
    instance,
    state: JSON.stringify(states.get(place)),
    agenda: pure(() => entriesOf(saga, organisationId, instance, states.get(place))),
  }));
};
