import type { EventStore } from '@vivier/event-store';
import { evolveOne, streamName, type AnyDecider, type OrganisationId } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { load, recorded, type Loaded } from './log.ts';

/** So many events stay folded, of the streams used last: some 30 MB. */
const EVENTS_KEPT = 20_000;

/**
 * Aggregates that were folded lately. The store is asked each time whether a stream has gone on, and
 * only what is new is read: an answer is never older than a whole reading would have given. What is kept
 * are facts and sealed values, as in the log.
 */
export class Folds {
  /** The least recently used first. */
  readonly #kept = new Map<string, Loaded>();
  #events = 0;

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly mostEvents = EVENTS_KEPT,
  ) {}

  /** Folds one aggregate; another organisation's answers as absent. */
  async load(organisationId: OrganisationId, aggregate: AnyDecider, key: string): Promise<Loaded> {
    const stream = streamName(aggregate.category, key);
    const place = `${organisationId}/${stream}`;
    const kept = this.#kept.get(place);
    if (!kept) {
      const loaded = await load(this.store, this.codec, organisationId, aggregate, key);
      this.#keep(place, loaded);
      return loaded;
    }
    const from = kept.revision + 1;
    const records = await this.store.readStream(organisationId, stream, { from });
    if (!records) {
      this.#forget(place);
      return load(this.store, this.codec, organisationId, aggregate, key);
    }
    const events = records.map((record) => recorded(this.codec, record));
    let { state } = kept;
    for (const event of events) state = evolveOne(aggregate, state, event);
    const loaded: Loaded = {
      state,
      revision: events.at(-1)?.revision ?? kept.revision,
      events: events.length > 0 ? [...kept.events, ...events] : kept.events,
    };
    this.#keep(place, loaded);
    return loaded;
  }

  #keep(place: string, loaded: Loaded): void {
    this.#forget(place);
    if (loaded.revision < 0 || loaded.events.length > this.mostEvents) return;
    this.#kept.set(place, loaded);
    this.#events += loaded.events.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#events <= this.mostEvents) break;
      this.#forget(oldest);
    }
  }

  #forget(place: string): void {
    this.#events -= this.#kept.get(place)?.events.length ?? 0;
    this.#kept.delete(place);
  }
}
