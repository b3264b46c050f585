import streams from '@eventstore/db-client/generated/streams_pb.js';
import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { StoreClosed } from '../port.ts';
import type { EventStore } from '../port.ts';
import { isTombstone } from './own-log.ts';
import type { Naming } from './own-log.ts';
import type { Outlet } from './outlet.ts';
import { Liveness } from './liveness.ts';
import { Answering, revisionOf, startOf } from './read.ts';
import { InvalidRequest, StreamDeleted } from './refusals.ts';
import { filterOf } from './request-filter.ts';
import type { RequestFilter } from './request-filter.ts';
import type { StreamReader } from './stream-reader.ts';
import { confirmation, nameOf } from './wire.ts';

const { FORWARDS } = streams.ReadReq.Options.ReadDirection;

/** Follows the log, or one stream of it, for as long as the client listens. */
export class Subscription {
  readonly #answering: Answering;

  constructor(
    private readonly log: EventStore,
    private readonly naming: Naming,
    private readonly reader: StreamReader,
    private readonly options: ReadReq.Options,
    private readonly outlet: Outlet<ReadResp>,
  ) {
    this.#answering = new Answering(options, reader);
  }

  /** Ends when nobody listens any more. @throws Refusal, StoreClosed */
  async run(): Promise<void> {
    await this.#follow(this.options);
    // The log ends before its listeners only where it was closed.
    if (!this.outlet.ended.aborted) throw new StoreClosed();
  }

  async #follow(options: ReadReq.Options): Promise<void> {
    if (options.getReadDirection() !== FORWARDS)
      throw new InvalidRequest('A subscription goes forwards.');
    const stream = options.getStream();
    if (stream !== undefined) {
      if (options.hasFilter()) throw new InvalidRequest('Only $all can be filtered.');
      return this.#followStream(nameOf(stream.getStreamIdentifier()), revisionOf(stream));
    }
    const all = options.getAll();
    if (all === undefined) throw new InvalidRequest('It is not said what to subscribe to.');
    return this.#followAll(startOf(all), filterOf(options.getFilter()));
  }

  async #confirm(): Promise<void> {
    await this.outlet.send(confirmation(crypto.randomUUID()));
  }

  async #followAll(from: Position | 'start' | 'end', filter: RequestFilter): Promise<void> {
    const head = await this.log.head();
    await this.#confirm();
    const live = new Liveness(this.outlet, filter.checkpointInterval);
    const after = from === 'start' ? START : from === 'end' ? head : from;
    if (after >= head) await live.arrive();
    for await (const message of this.log.subscribe({ after, signal: this.outlet.ended })) {
      if (message.kind === 'caughtUp') {
        await live.arrive(message.position);
        continue;
      }
      await live.expect(message.records.length);
      for (const record of message.records) {
        const shown = this.reader.shown(record);
        if (filter.matches(shown)) await live.send(await this.#answering.event(shown));
        await live.considered(record.position);
      }
    }
  }

  /** From the revision after the one that is named. */
  async #followStream(name: string, revision: number | 'start'): Promise<void> {
    // What is appended while the stream is being read lies after this.
    const head = await this.log.head();
    const last = await this.reader.last(name);
    await this.#confirm();
    const live = new Liveness(this.outlet, Infinity);
    let next = revision === 'start' ? 0 : (revision === Infinity ? last : revision) + 1;
    if (next <= last) {
      const range = { direction: 'forwards', from: next, count: Infinity } as const;
      for await (const page of (await this.reader.read(name, range)) ?? []) {
        for (const shown of page) {
          await live.send(await this.#answering.event(shown));
          next = shown.record.revision + 1;
        }
      }
    }
    await live.arrive();
    const place = this.naming.locate(name);
    const nothing: never[] = [];
    const filter = {
      streamPrefixes: place === undefined ? nothing : [place.stream],
      ...(place !== undefined && { organisationId: place.organisationId }),
    };
    const following = { after: head, filter, signal: this.outlet.ended };
    for await (const message of this.log.subscribe(following)) {
      if (message.kind === 'caughtUp') {
        await live.arrive();
        continue;
      }
      const news = message.records.filter(
        (record) => record.stream === place?.stream && record.revision >= next,
      );
      await live.expect(news.length);
      for (const record of news) {
        if (isTombstone(record)) throw new StreamDeleted(name);
        await live.send(await this.#answering.event(this.reader.shown(record)));
        next = record.revision + 1;
      }
    }
  }
}
