import streams from '@eventstore/db-client/generated/streams_pb.js';
import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { EventStore } from '../port.ts';
import { InvalidRequest } from './refusals.ts';
import { filterOf } from './request-filter.ts';
import type { RequestFilter } from './request-filter.ts';
import type { StreamReader } from './stream-reader.ts';
import { END, eventMessage, nameOf, streamNotFound } from './wire.ts';
import type { Shown } from './wire.ts';

const { FORWARDS } = streams.ReadReq.Options.ReadDirection;

/** What a read or a subscription is told about how to answer. */
export class Answering {
  readonly ids: 'text' | 'halves';
  readonly #resolvesLinks: boolean;

  constructor(
    options: ReadReq.Options,
    private readonly reader: StreamReader,
  ) {
    this.ids = options.getUuidOption()?.hasString() === true ? 'text' : 'halves';
    this.#resolvesLinks = options.getResolveLinks();
  }

  async event(shown: Shown): Promise<ReadResp> {
    const event = this.#resolvesLinks ? await this.reader.resolve(shown) : { event: shown };
    return eventMessage(event, this.ids);
  }
}

/** Where in the log to begin: a place of ours, or its beginning or end. @throws InvalidRequest */
export function startOf(options: ReadReq.Options.AllOptions): Position | 'start' | 'end' {
  if (options.hasStart()) return 'start';
  if (options.hasEnd()) return 'end';
  const position = options.getPosition();
  if (position === undefined) throw new InvalidRequest('It is not said where to begin.');
  const commit = BigInt(position.getCommitPosition());
  const prepare = BigInt(position.getPreparePosition());
  if (commit === END) return 'end';
  if (prepare > commit) {
    throw new InvalidRequest('The commit position cannot be less than the prepare position.');
  }
  return (Number(commit) - 1) as Position;
}

/** A revision to begin at; Infinity is the stream's end. @throws InvalidRequest */
export function revisionOf(options: ReadReq.Options.StreamOptions): number | 'start' {
  if (options.hasStart()) return 'start';
  if (options.hasEnd()) return Infinity;
  if (!options.hasRevision()) throw new InvalidRequest('It is not said where to begin.');
  const revision = BigInt(options.getRevision());
  return revision === END ? Infinity : Number(revision);
}

/** Answers a read: what is there now, and then it ends. @throws Refusal */
export async function* read(
  log: EventStore,
  reader: StreamReader,
  options: ReadReq.Options,
): AsyncGenerator<ReadResp, void> {
  const answering = new Answering(options, reader);
  const direction = options.getReadDirection() === FORWARDS ? 'forwards' : 'backwards';
  const count = Math.min(Number(options.getCount()), Number.MAX_SAFE_INTEGER);
  const stream = options.getStream();
  if (stream !== undefined) {
    if (options.hasFilter()) throw new InvalidRequest('Only $all can be read with a filter.');
    const name = nameOf(stream.getStreamIdentifier());
    const revision = revisionOf(stream);
    const from = revision === 'start' ? 0 : revision;
    const pages = await reader.read(name, { direction, from, count });
    if (pages === undefined) {
      yield streamNotFound(name);
      return;
    }
    for await (const page of pages) {
      for (const shown of page) yield await answering.event(shown);
    }
    if ((options.getControlOption()?.getCompatibility() ?? 0) >= 1) {
      const last = await reader.last(name);
      yield new streams.ReadResp().setLastStreamPosition(String(last));
    }
    return;
  }
  const all = options.getAll();
  if (all === undefined) throw new InvalidRequest('It is not said what to read.');
  const filter = filterOf(options.getFilter());
  for await (const shown of recordsOf(log, reader, {
    direction,
    from: startOf(all),
    count,
    filter,
  }))
    yield await answering.event(shown);
}

interface AllRange {
  readonly direction: 'forwards' | 'backwards';
  readonly from: Position | 'start' | 'end';
  readonly count: number;
  readonly filter: RequestFilter;
}

/** Of $all: forwards with the record at the position, backwards without it. */
async function* recordsOf(
  log: EventStore,
  reader: StreamReader,
  { direction, from, count, filter }: AllRange,
): AsyncGenerator<Shown, void> {
  const isForwards = direction === 'forwards';
  // Nothing lies after the end, nor before the beginning.
  if (count <= 0 || from === (isForwards ? 'end' : 'start')) return;
  const after =
    from === 'start' || from === 'end'
      ? undefined
      : isForwards
        ? (Math.max(from - 1, START) as Position)
        : from;
  let left = count;
  for await (const page of log.readAll({ direction, ...(after !== undefined && { after }) })) {
    for (const record of page) {
      const shown = reader.shown(record);
      if (!filter.matches(shown)) continue;
      yield shown;
      if (--left === 0) return;
    }
  }
}
