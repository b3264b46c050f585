import type { StoredRecord } from '@vivier/event-store';
import type { Position, Recorded } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { recorded } from '@vivier/runtime';

/** One event of the log on its way to subscribers; decoded once, by the first who looks at it. */
export class Entry {
  readonly position: Position;
  readonly #record: StoredRecord;
  readonly #codec: EventCodec;
  #event: Recorded | undefined;

  constructor(record: StoredRecord, codec: EventCodec) {
    this.position = record.position;
    this.#record = record;
    this.#codec = codec;
  }

  get organisationId(): StoredRecord['organisationId'] {
    return this.#record.organisationId;
  }

  /** The event's name with its stored version. */
  get wireType(): string {
    return this.#record.type;
  }

  /** @throws UnknownEvent, NewerEvent */
  get event(): Recorded {
    return (this.#event ??= recorded(this.#codec, this.#record));
  }
}

/** The stored types that some names of events cover, in any version; undefined is all of them. */
export const prefixesOf = (types: readonly string[] | undefined): readonly string[] | undefined =>
  types?.map((type) => `${type}.v`);
