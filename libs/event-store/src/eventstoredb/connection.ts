import type { EventId, Position } from '@vivier/kernel';
import type { ExpectedRevision, NewRecord } from '../port.ts';

/** An event as the server hands it over; its stream has the server's name. */
export interface ServerEvent {
  readonly name: string;
  readonly id: EventId;
  readonly type: string;
  readonly contentType: NewRecord['contentType'];
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly revision: number;
  readonly position: Position;
  /** In ms since 1970. */
  readonly created: number;
}

/** The outcome of an append that the server has answered. */
export type AppendAnswer =
  | { readonly kind: 'appended'; readonly revision: number; readonly position?: Position }
  | { readonly kind: 'wrong-revision'; readonly actual: number | 'none' };

/** What a subscription hands over: events, and now and then how far the server has looked. */
export type LogNews =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'checkpoint'; readonly position: Position };

export interface StreamRequest {
  /** Default: the stream's beginning (its end, backwards). */
  readonly from?: number;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

export interface LogRequest {
  /** The server includes an event at this place; default: the log's beginning (its end, backwards). */
  readonly from?: Position;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
  /** A regular expression on the names of streams. */
  readonly names: string;
}

/**
 * All that the adapter asks of a client library. `client.ts` has the one implementation: to change the
 * library is to write that file again. Every call rejects with a {@link ConnectionFault}.
 */
export interface Connection {
  /** What the server can do, as `service/method` and `service/method:feature`, in lower case. */
  negotiate(): Promise<ReadonlySet<string>>;
  append(
    name: string,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<AppendAnswer>;
  /** The events asked for, or `undefined` where the stream is absent or deleted. */
  readStream(name: string, request: StreamRequest): Promise<ServerEvent[] | undefined>;
  /** When the signal aborts it ends early, with what it has. */
  readLog(request: LogRequest, signal?: AbortSignal): Promise<ServerEvent[]>;
  /** What comes after a position, until the signal aborts; whatever else ends it is a fault. */
  followLog(after: Position, names: string, signal: AbortSignal): AsyncIterable<LogNews>;
  close(): Promise<void>;
}

/**
 * - `unreachable`: no answer; whether a request had an effect is unknown
 * - `unauthenticated`: user or password are wrong; `forbidden`: the user may not do this
 * - `too-large`, `deleted`: the server refused an append
 * - `unknown-request`: the other side does not know EventStoreDB's protocol, or not this part of it
 */
export type FaultKind =
  'unreachable' | 'unauthenticated' | 'forbidden' | 'too-large' | 'deleted' | 'unknown-request';

/** What went wrong, in words of this adapter. The message is the library's and may name the address. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault';
  constructor(
    readonly kind: FaultKind,
    message: string,
  ) {
    super(message);
  }
}

/** A position as the protocol writes it. @throws RangeError beyond 2^53, which a log of nine petabytes would reach */
export function positionOf(text: string): Position {
  const position = Number(text);
  if (Number.isSafeInteger(position)) return position as Position;
  throw new RangeError(`The log's position ${text} is larger than a position can be: 2^53 - 1.`);
}
