import { streamName } from '@vivier/kernel';
import type { EventId, OrganisationId, Position, StreamName } from '@vivier/kernel';
import type { EventStore, NewRecord, ReadAllOptions, StoredRecord } from '../port.ts';

/** Fresh names for every case, so that cases do not meet in one log. */
export const newOrganisation = (): OrganisationId => crypto.randomUUID() as OrganisationId;
export const newStream = (category = 'sample'): StreamName =>
  streamName(category, crypto.randomUUID());
export const newId = (): EventId => crypto.randomUUID() as EventId;

export function record(changes: Partial<NewRecord> = {}): NewRecord {
  return {
    id: newId(),
    type: 'SampleTaken.v1',
    contentType: 'application/json',
    data: Buffer.from('{"colour":"blue"}'),
    metadata: Buffer.from('{"at":1}'),
    ...changes,
  };
}

export const records = (count: number): NewRecord[] =>
  Array.from({ length: count }, () => record());

export const idsOf = (list: readonly { readonly id: EventId }[] | undefined): EventId[] =>
  (list ?? []).map(({ id }) => id);

/** The numbers from `first` on. */
export const countUp = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

export async function everything(
  store: EventStore,
  options: ReadAllOptions,
): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for await (const page of store.readAll(options)) all.push(...page);
  return all;
}

/** What the log took after a position, for one organisation alone. */
export const since = (
  store: EventStore,
  after: Position,
  organisationId: OrganisationId,
): Promise<StoredRecord[]> => everything(store, { after, filter: { organisationId } });

/** The name of the error that a promise rejects with, or `done`. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return (error as Error).name;
  }
}
