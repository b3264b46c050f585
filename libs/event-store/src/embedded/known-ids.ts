import type { EventId } from '@vivier/kernel';
import type { LogReader } from './log-reader.ts';
import type { StreamState } from './streams.ts';

/** So many ids are remembered; about 20 MB. */
const REMEMBERED = 200_000;

/** The ids of one stream up to a revision, each with the last revision at which it stands. */
interface Known {
  upTo: number;
  readonly ids: Map<EventId, number>;
}

/**
 * The ids of streams to which somebody appends without saying what he expects, as nothing in the product
 * itself does. An index of all ids in the file would cost every append a fifth; so a stream's ids are read
 * from its records when they are first asked for, and from then on only what was added.
 */
export class KnownIds {
  readonly #streams = new Map<number, Known>();
  #size = 0;

  constructor(
    private readonly reader: Pick<LogReader, 'streamPage'>,
    private readonly remembered = REMEMBERED,
  ) {}

  /** The last revision at which a stream holds an event. @throws DamagedRecord */
  revisionOf(state: StreamState, id: EventId): number | undefined {
    const known = this.#streams.get(state.number) ?? { upTo: -1, ids: new Map<EventId, number>() };
    while (known.upTo < state.revision) {
      const page = this.reader.streamPage(state, known.upTo + 1, 'forwards', Infinity);
      for (const record of page) known.ids.set(record.id, record.revision);
      this.#size += page.length;
      known.upTo += page.length;
    }
    this.#streams.set(state.number, known);
    if (this.#size > this.remembered) {
      // The one that is asked about stays, or a long stream would be read anew with each append.
      this.forget();
      this.#streams.set(state.number, known);
      this.#size = known.ids.size;
    }
    return known.ids.get(id);
  }

  /** To be called where a transaction did not end well: its records are not there. */
  forget(): void {
    this.#streams.clear();
    this.#size = 0;
  }
}
