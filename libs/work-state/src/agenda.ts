import { UnstorableAgenda, type SagaBatch, type SagaInstance } from './port.ts';

const checkInstance = (saga: string, { organisationId, instance, agenda }: SagaInstance): void => {
  const keys = new Set<string>();
  for (const entry of agenda) {
    const where = `The entry ${entry.key} of ${saga}`;
    if (
      entry.saga !== saga ||
      entry.organisationId !== organisationId ||
      entry.instance !== instance
    ) {
      throw new UnstorableAgenda(`${where} stands in the agenda of another instance.`);
    }
    if (!Number.isSafeInteger(entry.due)) {
      throw new UnstorableAgenda(`${where} is due at no whole number of ms since 1970.`);
    }
    if (keys.has(entry.key)) {
      throw new UnstorableAgenda(`${where} stands twice in one agenda.`);
    }
    keys.add(entry.key);
  }
};

/** Checks a batch, for any adapter, before anything is stored. Throws {@link UnstorableAgenda}. */
export const checkBatch = ({ saga, from, to, instances }: SagaBatch): void => {
  if (to < from) throw new RangeError(`${saga} cannot go back from ${from} to ${to}.`);
  for (const instance of instances) checkInstance(saga, instance);
};
