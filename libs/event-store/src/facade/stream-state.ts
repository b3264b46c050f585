import type { StreamName } from '@vivier/kernel';
import type { EventStore, StoredRecord } from '../port.ts';
import {
  OWN_ORGANISATION,
  isMetastream,
  isTombstone,
  metastreamOf,
  originalOf,
} from './own-log.ts';

/** What a stream's metadata and tombstone say about reading and writing it. */
export interface StreamState {
  /** Deleted for good. */
  readonly isTombstoned: boolean;
  /** Deleted until something is appended again. */
  readonly isDeleted: boolean;
  readonly truncateBefore: number;
  readonly maxCount?: number;
  /** Seconds. */
  readonly maxAge?: number;
}

export const ORDINARY: StreamState = {
  isTombstoned: false,
  isDeleted: false,
  truncateBefore: 0,
};
/** Of metadata only the newest count. */
const METASTREAM: StreamState = { ...ORDINARY, maxCount: 1 };
const TOMBSTONED: StreamState = { ...ORDINARY, isTombstoned: true };

/** So many streams' states are remembered. */
const REMEMBERED = 10_000;

/** The state of the streams of an own log, told by the log alone. */
export class StreamStates {
  readonly #known = new Map<string, Promise<StreamState>>();

  constructor(private readonly log: EventStore) {}

  async of(name: string): Promise<StreamState> {
    if (!isMetastream(name)) return this.#stateOf(name);
    const { isTombstoned } = await this.of(originalOf(name));
    return isTombstoned ? TOMBSTONED : METASTREAM;
  }

  #stateOf(name: string): Promise<StreamState> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const state = this.#read(name);
    // What failed is tried again by the next who asks.
    state.catch(() => this.forget(name));
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(name, state);
    return state;
  }

  /** To be called before and after the log says something new about a stream. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  async last(name: string): Promise<StoredRecord | undefined> {
    const place = [OWN_ORGANISATION, name as StreamName] as const;
    return (await this.log.readStream(...place, { direction: 'backwards', limit: 1 }))?.[0];
  }

  async #read(name: string): Promise<StreamState> {
    const last = await this.last(name);
    if (last !== undefined && isTombstone(last)) return TOMBSTONED;
    const metadata = await this.last(metastreamOf(name));
    if (metadata === undefined) return ORDINARY;
    const state = parseMetadata(metadata);
    // A crash can come between an append to a deleted stream and the metadata that open it again.
    if (!state.isDeleted || last === undefined || last.position < metadata.position) return state;
    return { ...state, isDeleted: false, truncateBefore: await this.#firstAfter(name, metadata) };
  }

  async #firstAfter(name: string, { position }: StoredRecord): Promise<number> {
    const place = [OWN_ORGANISATION, name as StreamName] as const;
    let first = (await this.last(name))!.revision;
    for (;;) {
      const page =
        (await this.log.readStream(...place, {
          direction: 'backwards',
          from: first,
          limit: 100,
        })) ?? [];
      const since = page.filter((record) => record.position > position);
      first = since.at(-1)?.revision ?? first;
      if (since.length < 100 || first === 0) return first;
    }
  }
}

/** What a metadata record says; what cannot be understood says nothing, as on the real server. */
function parseMetadata({ contentType, data }: StoredRecord): StreamState {
  if (contentType !== 'application/json' || data.byteLength === 0) return ORDINARY;
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return ORDINARY;
  }
  if (typeof fields !== 'object' || fields === null) return ORDINARY;
  const { $tb, $maxCount, $maxAge } = fields as Record<string, unknown>;
  const known = [$tb ?? 0, $maxCount ?? 1, $maxAge ?? 1];
  if (!known.every((value, index) => isWhole(value, index === 0 ? 0 : 1))) return ORDINARY;
  return {
    ...ORDINARY,
    // 2^63 - 1 itself is no number of JavaScript's.
    isDeleted: Number($tb) >= 2 ** 63,
    truncateBefore: Number($tb ?? 0),
    ...(typeof $maxCount === 'number' && { maxCount: $maxCount }),
    ...(typeof $maxAge === 'number' && { maxAge: $maxAge }),
  };
}

const isWhole = (value: unknown, least: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least;
