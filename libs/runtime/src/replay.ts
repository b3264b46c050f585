import type { Document, Keys, Projection, Recorded } from '@vivier/kernel';

/** Whether an event touches the document of a key, as it is before the event. */
const touches = (keys: Keys, key: string, document: Document | undefined): boolean => {
  if (!('where' in keys)) return keys.includes(key);
  if (keys.and?.includes(key)) return true;
  const fields = document as unknown as Readonly<Record<string, unknown>> | undefined;
  return (
    fields !== undefined &&
    Object.entries(keys.where).every(([field, value]) => fields[field] === value)
  );
};

/**
 * One document of a projection, folded from the log alone: the same that a read model holds once it has
 * taken these events in, without the position. Pure, as projections are.
 *
 * @param events in the order of the log; those that do not concern the document are passed over
 * @returns undefined where the document does not exist, or no more
 */
export const replay = <Doc extends Document>(
  projection: Projection<Doc>,
  events: readonly Recorded[],
  key: string,
): Doc | undefined => {
  let document: Doc | undefined;
  for (const event of events) {
    const touch = projection.on[event.type];
    if (touch && touches(touch.keys(event), key, document))
      document = touch.evolve(document, event, key);
  }
  return document;
};

/**
 * What had happened by an instant, in the order of the log: a beginning of `events`, so that nothing is
 * seen without what led to it. Where a clock was set back, it ends when the instant came first.
 *
 * @param events in the order of the log
 * @param instant in ms since 1970; what happened in that very millisecond counts
 */
export const asOf = (events: readonly Recorded[], instant: number): readonly Recorded[] => {
  const end = events.findIndex(({ at }) => Date.parse(at) > instant);
  return end < 0 ? events : events.slice(0, end);
};
