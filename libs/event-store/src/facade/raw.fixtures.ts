import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import protobuf from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { ServiceError } from '@grpc/grpc-js';
import type { Served } from './served.fixtures.ts';

export const identifier = (name: string) =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name));

/** A message without one of its fields. */
export function without<T>(message: T, clear: (message: T) => void): T {
  clear(message);
  return message;
}

export const textId = (id: string = crypto.randomUUID()): UUID => new shared.UUID().setString(id);

interface Proposed {
  readonly id?: UUID;
  readonly facts?: Readonly<Record<string, string>>;
  readonly data?: string;
}
const FACTS = { type: 'SampleTaken', 'content-type': 'application/json' };

export function appendOptions(name: string): AppendReq.Options {
  const options = new streams.AppendReq.Options().setStreamIdentifier(identifier(name));
  return options.setAny(new shared.Empty());
}

/** One classic append, message by message. */
export function appendRaw(
  { raw }: Served,
  options: AppendReq.Options | undefined,
  events: readonly Proposed[],
): Promise<AppendResp> {
  return new Promise((resolve, reject) => {
    const call = raw.append((error: ServiceError | null, answer?: AppendResp) => {
      if (error) reject(error);
      else resolve(answer!);
    });
    if (options !== undefined) call.write(new streams.AppendReq().setOptions(options));
    for (const { id = textId(), facts = FACTS, data = '{}' } of events) {
      const message = new streams.AppendReq.ProposedMessage().setId(id);
      message.setData(Buffer.from(data));
      for (const [key, value] of Object.entries(facts)) message.getMetadataMap().set(key, value);
      call.write(new streams.AppendReq().setProposedMessage(message));
    }
    call.end();
  });
}

export function batchOptions(name: string, deadline?: Date): BatchAppendReq.Options {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(identifier(name));
  if (deadline !== undefined) options.setDeadline(timestamp.Timestamp.fromDate(deadline));
  return options.setAny(new protobuf.Empty());
}

interface Chunk {
  readonly options?: BatchAppendReq.Options;
  readonly events?: number | readonly Proposed[];
  readonly final?: boolean;
}

export function chunk(id: string, { options, events = 0, final = true }: Chunk): BatchAppendReq {
  const request = new streams.BatchAppendReq().setCorrelationId(textId(id)).setIsFinal(final);
  if (options !== undefined) request.setOptions(options);
  const list = typeof events === 'number' ? Array.from({ length: events }, () => ({})) : events;
  for (const { id: eventId = textId(), facts = FACTS, data = '{}' } of list as Proposed[]) {
    const message = new streams.BatchAppendReq.ProposedMessage().setId(eventId);
    message.setData(Buffer.from(data));
    for (const [key, value] of Object.entries(facts)) message.getMetadataMap().set(key, value);
    request.addProposedMessages(message);
  }
  return request;
}

/** Sends requests over one batch call and resolves with so many answers; the call is ended then. */
export function batchRaw(
  { raw }: Served,
  requests: readonly BatchAppendReq[],
  answers: number,
): Promise<BatchAppendResp[]> {
  return new Promise((resolve, reject) => {
    const got: BatchAppendResp[] = [];
    const call = raw.batchAppend();
    call.on('data', (answer: BatchAppendResp) => {
      got.push(answer);
      if (got.length === answers) call.end();
    });
    call.on('error', reject);
    call.on('end', () => resolve(got));
    for (const request of requests) call.write(request);
    if (answers === 0) call.end();
  });
}

/** What a read of a stream from its start asks, to be changed by a test. */
export function readOptions(name: string): ReadReq.Options {
  return new streams.ReadReq.Options()
    .setStream(
      new streams.ReadReq.Options.StreamOptions()
        .setStreamIdentifier(identifier(name))
        .setStart(new shared.Empty()),
    )
    .setCount('100')
    .setUuidOption(new streams.ReadReq.Options.UUIDOption().setStructured(new shared.Empty()))
    .setNoFilter(new shared.Empty());
}

export function readRaw({ raw }: Served, options?: ReadReq.Options): Promise<ReadResp[]> {
  return new Promise((resolve, reject) => {
    const got: ReadResp[] = [];
    const request = new streams.ReadReq();
    if (options !== undefined) request.setOptions(options);
    raw
      .read(request)
      .on('data', (answer: ReadResp) => got.push(answer))
      .on('error', reject)
      .on('end', () => resolve(got));
  });
}
