import type { EventId, StreamName } from '@vivier/kernel';
import { EventIdConflict, WrongExpectedRevision } from '../port.ts';
import type { Appended, EventStore, ExpectedRevision, NewRecord } from '../port.ts';
import {
  METADATA_TYPE,
  OWN_ORGANISATION,
  TOMBSTONE_TYPE,
  derivedId,
  isMetastream,
  metastreamOf,
  originalOf,
  tombstoneId,
} from './own-log.ts';
import { AccessDenied, InvalidRequest, StreamDeleted, WrongExpectedVersion } from './refusals.ts';
import type { Expected } from './refusals.ts';
import type { StreamState, StreamStates } from './stream-state.ts';
import { Turns } from './turns.ts';
import { LARGEST } from './wire.ts';

/** What the calls that write can do; each rejects with a Refusal. */
export interface Writer {
  append(name: string, expected: Expected, records: readonly NewRecord[]): Promise<Appended>;
  /** Hides the stream until something is appended to it. Resolves with where the log says so. */
  delete(name: string, expected: Expected): Promise<Appended>;
  /** Ends the stream for ever. */
  tombstone(name: string, expected: Expected): Promise<Appended>;
}

/** Vivier's own log is written by Vivier alone. */
export const NO_WRITER: Writer = {
  append: () => Promise.reject(new AccessDenied()),
  delete: () => Promise.reject(new AccessDenied()),
  tombstone: () => Promise.reject(new AccessDenied()),
};

/**
 * EventStoreDB's rules over the embedded log: the log itself checks revisions and repetitions, here stand
 * deletion, its end by a new append, and metadata. Everything is told by the log's own records.
 */
export class OwnLogWriter implements Writer {
  readonly #turns = new Turns();

  constructor(
    private readonly log: EventStore,
    private readonly states: StreamStates,
  ) {}

  async append(name: string, expected: Expected, records: readonly NewRecord[]): Promise<Appended> {
    if (name === '$all') throw new AccessDenied();
    if (isMetastream(name)) {
      return this.#changing(name, (state) => this.#setMetadata(name, state, expected, records));
    }
    const appended = await this.#turns.together(name, async () =>
      (await this.#living(name)).isDeleted ? undefined : this.#plain(name, expected, records),
    );
    if (appended !== undefined) return appended;
    return this.#changing(name, (state) =>
      state.isDeleted
        ? this.#reopen(name, expected, records)
        : this.#plain(name, expected, records),
    );
  }

  delete(name: string, expected: Expected): Promise<Appended> {
    return this.#changing(name, async (state) => {
      const last = await this.#check(name, state, expected);
      const isThere = last >= 0 || (await this.#hasMetadata(name));
      if (!isThere) throw new WrongExpectedVersion(name, expected, -1n);
      return this.#store(metastreamOf(name), 'any', [metadataRecord(`{"$tb":${LARGEST}}`)]);
    });
  }

  tombstone(name: string, expected: Expected): Promise<Appended> {
    return this.#changing(name, async (state) => {
      await this.#check(name, state, expected);
      const nothing = new Uint8Array();
      const contentType = 'application/octet-stream' as const;
      const record = { id: tombstoneId(name), type: TOMBSTONE_TYPE, contentType };
      return this.#store(name, 'any', [{ ...record, data: nothing, metadata: nothing }]);
    });
  }

  /** Work that may change what is known of a stream: alone, and known anew afterwards. */
  #changing(name: string, work: (state: StreamState) => Promise<Appended>): Promise<Appended> {
    const original = originalOf(name);
    return this.#turns.alone(original, async () => {
      const state = await this.#living(name);
      this.states.forget(original);
      try {
        return await work(state);
      } finally {
        this.states.forget(original);
      }
    });
  }

  async #living(name: string): Promise<StreamState> {
    const state = await this.states.of(originalOf(name));
    if (state.isTombstoned) throw new StreamDeleted(name);
    return state;
  }

  async #plain(name: string, expected: Expected, records: readonly NewRecord[]): Promise<Appended> {
    try {
      return await this.#store(name, expected, records);
    } catch (error) {
      // A stream that has only metadata exists.
      const isEmpty = error instanceof WrongExpectedVersion && error.actual < 0n;
      if (expected !== 'exists' || !isEmpty || !(await this.#hasMetadata(name))) throw error;
      return this.#store(name, 'any', records, expected);
    }
  }

  async #hasMetadata(name: string): Promise<boolean> {
    return (await this.states.last(metastreamOf(name))) !== undefined;
  }

  /** The first append to a deleted stream: what it held stays hidden, its revisions go on. */
  async #reopen(
    name: string,
    expected: Expected,
    records: readonly NewRecord[],
  ): Promise<Appended> {
    if (expected === 'exists') throw new StreamDeleted(name);
    const last = await this.#lastRevision(name);
    const startsAnew =
      expected === 'none' && last >= 0 && records.length > 0 && !(await this.#holds(name, records));
    const effective = startsAnew ? BigInt(last) : expected;
    const appended = await this.#store(name, effective, records, expected);
    if (appended.revision > last || records.length === 0) {
      const metadata = await this.states.last(metastreamOf(name));
      const text = withTruncateBefore(metadata?.data ?? new Uint8Array(), last + 1);
      if (text !== undefined) {
        await this.#store(metastreamOf(name), 'any', [metadataRecord(text)]);
      }
    }
    return appended;
  }

  /** Whether the stream's very first record is the first of these: then "no stream" is a repetition. */
  async #holds(name: string, [first]: readonly NewRecord[]): Promise<boolean> {
    const place = [OWN_ORGANISATION, name as StreamName] as const;
    return (await this.log.readStream(...place, { limit: 1 }))?.[0]?.id === first?.id;
  }

  /** Metadata for a deleted stream open it again: both are one append, that no crash can part. */
  async #setMetadata(
    name: string,
    state: StreamState,
    expected: Expected,
    records: readonly NewRecord[],
  ): Promise<Appended> {
    const newest = records.at(-1);
    const next = (await this.#lastRevision(originalOf(name))) + 1;
    const text = state.isDeleted && newest && withTruncateBefore(newest.data, next);
    if (!text) return this.#store(name, expected, records);
    const reopening = metadataRecord(text, derivedId(`opened again by ${newest.id}`));
    try {
      const { revision, position } = await this.#store(name, expected, [...records, reopening]);
      return { revision: revision - 1, position: (position - 1) as typeof position };
    } catch (error) {
      if (!(error instanceof WrongExpectedVersion)) throw error;
      // It may still repeat an append from before the deletion; nothing new comes of this.
      return this.#store(name, expected, records);
    }
  }

  /** What a deletion demands of the stream. Returns the revision of its last record, or -1. */
  async #check(name: string, state: StreamState, expected: Expected): Promise<number> {
    if (isMetastream(name)) throw new InvalidRequest('Metadata are deleted with their stream.');
    if (expected === 'exists' && state.isDeleted) throw new StreamDeleted(name);
    const last = await this.#lastRevision(name);
    const isAsExpected =
      expected === 'any' ||
      (expected === 'none' && (last < 0 || state.isDeleted)) ||
      (expected === 'exists' && (last >= 0 || (await this.#hasMetadata(name)))) ||
      expected === BigInt(last);
    if (!isAsExpected) throw new WrongExpectedVersion(name, expected, BigInt(last));
    return last;
  }

  async #lastRevision(name: string): Promise<number> {
    return (await this.states.last(name))?.revision ?? -1;
  }

  /** One append to the log, whose refusals name what the client said. */
  async #store(
    name: string,
    expected: Expected,
    records: readonly NewRecord[],
    told: Expected = expected,
  ): Promise<Appended> {
    const wrong = async (): Promise<Error> =>
      new WrongExpectedVersion(name, told, BigInt(await this.#lastRevision(name)));
    if (typeof expected === 'bigint' && expected > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw await wrong();
    }
    const revision: ExpectedRevision = typeof expected === 'bigint' ? Number(expected) : expected;
    try {
      return await this.log.append(OWN_ORGANISATION, name as StreamName, revision, records);
    } catch (error) {
      if (error instanceof WrongExpectedRevision) {
        const actual = error.actual === 'none' ? -1n : BigInt(error.actual);
        throw new WrongExpectedVersion(name, told, actual);
      }
      if (error instanceof EventIdConflict) throw await wrong();
      throw error;
    }
  }
}

function metadataRecord(text: string, id = crypto.randomUUID() as EventId): NewRecord {
  const contentType = 'application/json' as const;
  const metadata = new Uint8Array();
  return { id, type: METADATA_TYPE, contentType, data: Buffer.from(text), metadata };
}

/** Metadata with another beginning of the stream; `undefined` where they are no JSON object. */
function withTruncateBefore(data: Uint8Array, revision: number): string | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
    return JSON.stringify({ ...fields, $tb: revision });
  } catch {
    return undefined;
  }
}
