import type { OrganisationId, Saga } from '@vivier/kernel';
import type { AgendaEntry } from '@vivier/work-state';
import { CannotGoOn } from './followers.ts';

/** What an entry of the agenda carries. */
export interface Payload {
  readonly name: string;
  readonly input: unknown;
  readonly because: string;
}

/** Asks a saga. One that throws has a bug, which waiting does not mend: CannotGoOn. */
export const pure = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new CannotGoOn('The saga failed on this event.', { cause: error });
  }
};

/**
 * The agenda of an instance in a state, under the settings of its organisation, as it is stored.
 *
 * @throws CannotGoOn where the saga fails, or plans something for no time
 */
export const entriesOf = (
  saga: Saga,
  organisationId: OrganisationId,
  instance: string,
  state: unknown,
  settings: unknown,
): AgendaEntry[] =>
  pure(() =>
    saga.agenda(state, settings).map(({ key, due: instant, command, because }) => {
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
    }),
  );
