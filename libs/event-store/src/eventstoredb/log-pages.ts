import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import type { RecordFilter, StoredRecord } from '../port.ts';
import { fromEventStoreDb, namePattern } from '../stream-names.ts';
import type { Connection, ServerEvent } from './connection.ts';

/** A page is at most so many records. */
export const PAGE = 1_000;
/** All streams of Vivier: what the subscription and the log's end are about. */
export const OURS = namePattern();

export interface Page {
  readonly records: readonly StoredRecord[];
  /** Where to go on from; undefined where the log ended. */
  readonly next: Position | undefined;
}

export interface PageRequest {
  readonly after?: Position | undefined;
  readonly direction: 'forwards' | 'backwards';
  readonly filter?: RecordFilter | undefined;
  readonly size: number;
}

/** Reads the server's log page by page, so that no call stays open while a consumer thinks. */
export class LogPages {
  constructor(
    private readonly connection: Pick<Connection, 'readLog'>,
    private readonly insist: <Answer>(
      attempt: () => Promise<Answer>,
      signal?: AbortSignal,
    ) => Promise<Answer>,
  ) {}

  /**
   * Records strictly after (backwards: before) a position. The filter's types are not looked at. When the
   * signal aborts, the page is worth nothing.
   */
  async page({ after, direction, filter, size }: PageRequest, signal?: AbortSignal): Promise<Page> {
    const forwards = direction === 'forwards';
    const from = after === undefined || (forwards && after < 0) ? undefined : after;
    if (!forwards && from !== undefined && from <= 0) return { records: [], next: undefined };
    // The server begins with the event at the place itself, unless its name does not fit.
    const limit = from === undefined ? size : size + 1;
    const names = namePattern(filter);
    const request = { ...(from !== undefined && { from }), direction, limit, names };
    const events = await this.insist(() => this.connection.readLog(request, signal), signal);
    const isBeyond = ({ position }: ServerEvent): boolean =>
      from === undefined || (forwards ? position > from : position < from);
    const page = events.filter(isBeyond).slice(0, size);
    const next = events.length < limit ? undefined : page.at(-1)?.position;
    return { records: page.flatMap((event) => recordOf(event) ?? []), next };
  }

  /** The position of the last event in a stream of ours; START where there is none. */
  async head(): Promise<Position> {
    const request = { direction: 'backwards', limit: 1, names: OURS } as const;
    const [last] = await this.insist(() => this.connection.readLog(request));
    return last?.position ?? START;
  }
}

/** The record that an event is; undefined for a stranger's and for what the server itself wrote. */
export function recordOf(event: ServerEvent): StoredRecord | undefined {
  const place = fromEventStoreDb(event.name);
  if (place === undefined || event.type.startsWith('$')) return undefined;
  const { id, type, contentType, data, metadata, revision, position, created } = event;
  const { organisationId, stream } = place;
  return {
    ...{ id, type, contentType, data, metadata },
    ...{ organisationId, stream, revision, position, created },
  };
}
