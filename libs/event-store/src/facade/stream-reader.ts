import type { EventStore, StoredRecord } from '../port.ts';
import { isTombstone } from './own-log.ts';
import type { Naming } from './own-log.ts';
import { StreamDeleted } from './refusals.ts';
import type { StreamState } from './stream-state.ts';
import { LARGEST } from './wire.ts';
import type { Shown } from './wire.ts';

/** At most so many records of a stream are read at once. */
const PAGE = 500;
const LINK_TYPE = '$>';

export interface StreamRange {
  readonly direction: 'forwards' | 'backwards';
  /** Where to begin; Infinity is the stream's end. */
  readonly from: number;
  readonly count: number;
}

/** Reading streams as their metadata allow it. */
export class StreamReader {
  constructor(
    private readonly log: EventStore,
    private readonly naming: Naming,
    private readonly stateOf: (name: string) => Promise<StreamState>,
    private readonly now: () => number,
  ) {}

  shown(record: StoredRecord): Shown {
    const revision = isTombstone(record) ? String(LARGEST) : String(record.revision);
    return { record, stream: this.naming.nameOf(record), revision };
  }

  /** The revision of the stream's last event, -1 where there is none. @throws StreamDeleted */
  async last(name: string): Promise<number> {
    return (await this.#bounds(name))?.last ?? -1;
  }

  /** The first revision that the stream still shows, and its last; `undefined` where it shows none. */
  async #bounds(name: string): Promise<Bounds | undefined> {
    const place = this.naming.locate(name);
    if (place === undefined) return undefined;
    const state = await this.stateOf(name);
    if (state.isTombstoned) throw new StreamDeleted(name);
    if (state.isDeleted) return undefined;
    const { organisationId, stream } = place;
    const end = { direction: 'backwards', limit: 1 } as const;
    const last = (await this.log.readStream(organisationId, stream, end))?.[0]?.revision;
    if (last === undefined) return undefined;
    const { truncateBefore, maxCount = Infinity, maxAge = Infinity } = state;
    const first = Math.max(0, truncateBefore, last - maxCount + 1);
    return { first, last, since: this.now() - maxAge * 1000 };
  }

  /**
   * Pages of the stream, or `undefined` where there is no such stream.
   *
   * @throws StreamDeleted
   */
  async read(name: string, range: StreamRange): Promise<AsyncIterable<Shown[]> | undefined> {
    const bounds = await this.#bounds(name);
    return bounds && this.#pages(name, bounds, range);
  }

  async *#pages(name: string, bounds: Bounds, range: StreamRange): AsyncGenerator<Shown[], void> {
    const { organisationId, stream } = this.naming.locate(name)!;
    const { direction } = range;
    const step = direction === 'forwards' ? 1 : -1;
    let from = step > 0 ? Math.max(range.from, bounds.first) : Math.min(range.from, bounds.last);
    let left = range.count;
    while (left > 0 && from >= bounds.first) {
      const room = step > 0 ? Infinity : from - bounds.first + 1;
      const limit = Math.min(PAGE, left, room);
      const page = await this.log.readStream(organisationId, stream, { from, direction, limit });
      if (page === undefined || page.length === 0) return;
      from += page.length * step;
      const shown = page.filter(({ created }) => created >= bounds.since);
      left -= shown.length;
      if (shown.length > 0) yield shown.map((record) => this.shown(record));
      if (page.length < limit) return;
    }
  }

  /** An event, or what it links to and the link itself. */
  async resolve(link: Shown): Promise<{ event: Shown | undefined; link?: Shown }> {
    const { record } = link;
    if (record.type !== LINK_TYPE) return { event: link };
    const [, revision, name] = LINK.exec(Buffer.from(record.data).toString('utf8')) ?? [];
    const event = name === undefined ? undefined : await this.#one(name, Number(revision));
    return { event, link };
  }

  async #one(name: string, revision: number): Promise<Shown | undefined> {
    const range = { direction: 'forwards', from: revision, count: 1 } as const;
    try {
      for await (const [shown] of (await this.read(name, range)) ?? []) {
        // What was truncated is not there, although something later is.
        return shown?.record.revision === revision ? shown : undefined;
      }
    } catch (error) {
      if (!(error instanceof StreamDeleted)) throw error;
    }
    return undefined;
  }
}

const LINK = /^(\d+)@(.+)$/s;

interface Bounds {
  readonly first: number;
  readonly last: number;
  /** Older ones, in ms since 1970, are not shown. */
  readonly since: number;
}
