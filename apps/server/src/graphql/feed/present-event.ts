import { aggregates } from '@vivier/domain';
import {
  erased,
  isPersonal,
  Sealed,
  streamCategory,
  type AnyEventSet,
  type EventFacts,
  type PersonId,
  type Recorded,
} from '@vivier/kernel';
import { openHandles, type OpenBlobs } from '@vivier/kernel/sealing';
import type { DomainEventType } from '../types/domain-event.ts';

const sets: readonly AnyEventSet[] = Object.values(aggregates).map(({ events }) => events);
const declared: ReadonlyMap<string, EventFacts> = new Map(
  sets.flatMap((set) => Object.values(set)).map((event) => [event.type, event]),
);

/** Every event that the feed knows, by name. */
export const eventNames: readonly string[] = [...declared.keys()].sort();

type Data = Readonly<Record<string, unknown>>;

/**
 * An event's data as its published schema says: facts, and where they are granted, personal values, null
 * where their person was erased. What was not declared is not shown.
 */
const dataOf = async (
  event: Recorded,
  { fields }: EventFacts,
  isGranted: () => Promise<boolean>,
  open: OpenBlobs,
): Promise<Data> => {
  const { organisationId, personId: streamPerson } = event;
  const data = event.data as Data;
  const shown: Record<string, unknown> = {};
  const sealed: { readonly name: string; readonly handle: Sealed; readonly personId: PersonId }[] =
    [];
  for (const [name, field] of Object.entries(fields)) {
    const value = data[name];
    if (value === undefined) continue;
    if (!isPersonal(field)) shown[name] = value;
    else if (value instanceof Sealed)
      sealed.push({
        name,
        handle: value,
        personId: (field.subject === undefined ? streamPerson : data[field.subject]) as PersonId,
      });
  }
  if (sealed.length === 0 || !(await isGranted())) return shown;
  const values = await openHandles(
    sealed.map(({ handle, personId }) => ({ handle, expected: { organisationId, personId } })),
    open,
  );
  sealed.forEach(({ name }, index) => {
    shown[name] = values[index] === erased ? null : values[index];
  });
  return shown;
};

/** An event as integrators see it. */
export const presentEvent = async (
  event: Recorded,
  isGranted: () => Promise<boolean>,
  open: OpenBlobs,
): Promise<DomainEventType> => {
  const facts = declared.get(event.type);
  if (!facts) throw new TypeError(`No aggregate declares ${event.type}.`);
  const { kind, id, role } = event.by;
  return {
    eventId: event.id,
    type: event.type,
    version: facts.version,
    aggregate: streamCategory(event.stream),
    key: event.key,
    at: event.at,
    by: { kind, id, role },
    commandId: event.commandId,
    causationId: event.causationId,
    correlationId: event.correlationId,
    position: event.position,
    personId: event.personId ?? null,
    data: await dataOf(event, facts, isGranted, open),
  };
};
