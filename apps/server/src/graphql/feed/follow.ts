import type { EventStore, StoredRecord } from '@vivier/event-store';
import type { OrganisationId, Position } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { Entry, prefixesOf } from './entry.ts';
import type { Hub } from './hub.ts';

/** The subscriber let more events gather than wait for one. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

export interface Following {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly hub: Pick<Hub, 'join'>;
  readonly codec: EventCodec;
  readonly organisationId: OrganisationId;
  /** Names of the events that are wanted; undefined: all. */
  readonly types: readonly string[] | undefined;
  /** The first event comes after this position. */
  readonly after: Position;
  readonly signal: AbortSignal;
  /** Told before each page of the past, and before each event that comes live. */
  readonly onPage: () => void;
}

/** Records in one page of the past: all that a slow reader of it holds. */
const PAGE = 1_000;

/**
 * The events of one organisation in the log's order, each once: first the past in pages, read as they
 * are taken, then live. It ends when the signal aborts.
 *
 * @throws TooSlow once what waited is taken
 */
export async function* follow(following: Following): AsyncGenerator<Entry, void> {
  const { store, hub, codec, organisationId, signal, onPage } = following;
  const prefixes = prefixesOf(following.types);
  const filter = { organisationId, ...(prefixes && { typePrefixes: prefixes }) };
  let position = following.after;
  const nextPage = async (): Promise<readonly StoredRecord[]> => {
    for await (const records of store.readAll({ after: position, limit: PAGE, filter })) {
      onPage();
      return records;
    }
    return [];
  };
  /** What of the past is left, up to a position. */
  async function* past(until: Position): AsyncGenerator<Entry, void> {
    for (let page = await nextPage(); page.length > 0; page = await nextPage())
      for (const record of page) {
        if (record.position > until || signal.aborted) return;
        position = record.position;
        yield new Entry(record, codec);
      }
  }

  while (!signal.aborted) {
    yield* past(Infinity as Position);
    const seat = await hub.join(organisationId, prefixes);
    try {
      // What lies between the last page and the seat.
      yield* past(seat.from);
      // So much came meanwhile that it is read in pages too: nobody is slow before they come live.
      if (seat.isFull) continue;
      while (!signal.aborted) {
        const entry = seat.take();
        if (!entry) {
          if (seat.failure !== undefined) throw seat.failure;
          if (seat.isFull) throw new TooSlow('More events came than wait for one subscriber.');
          await seat.more(signal);
        } else if (entry.position > position) {
          position = entry.position;
          onPage();
          yield entry;
        }
      }
    } finally {
      seat.leave();
    }
  }
}
