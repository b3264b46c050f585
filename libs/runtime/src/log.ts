import type { EventStore, StoredRecord } from '@vivier/event-store';
import { evolveOne, streamName } from '@vivier/kernel';
import type { AnyDecider, OrganisationId, Position, Recorded } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { LoggedEvent } from './logged-event.ts';

/** A stored record as everybody reads it: facts, handles, metadata. */
export const recorded = (codec: EventCodec, record: StoredRecord): Recorded =>
  new LoggedEvent(codec.decode(record), record, record.text?.metadata ?? record.metadata);

/** One page of the log, as far as this program can read it. */
export interface Page {
  /** Those before the first unreadable one. */
  readonly events: readonly Recorded[];
  readonly unreadable?: { readonly position: Position; readonly error: unknown };
}

/** Reads a page up to its end or its first unreadable event, so that nothing is ever skipped. */
export const readPage = (codec: EventCodec, records: readonly StoredRecord[]): Page => {
  const events: Recorded[] = [];
  for (const record of records)
    try {
      events.push(recorded(codec, record));
    } catch (error) {
      return { events, unreadable: { position: record.position, error } };
    }
  return { events };
};

/** An aggregate as its stream tells it. `revision` is -1 where there is no stream. */
export interface Loaded {
  readonly state: unknown;
  readonly revision: number;
  readonly events: readonly Recorded[];
}

/** Reads and folds one aggregate; another organisation's answers as absent. */
export const load = async (
  store: EventStore,
  codec: EventCodec,
  organisationId: OrganisationId,
  aggregate: AnyDecider,
  key: string,
): Promise<Loaded> => {
  const records =
    (await store.readStream(organisationId, streamName(aggregate.category, key))) ?? [];
  const events = records.map((record) => recorded(codec, record));
  let state: unknown = aggregate.initial;
  for (const event of events) state = evolveOne(aggregate, state, event);
  return { state, revision: events.at(-1)?.revision ?? -1, events };
};
