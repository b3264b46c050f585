// The only file that knows the client library: whatever replaces it is written here. Its own reading and
// writing go through JSON.parse and JSON.stringify, which change bytes; so the messages are made here and
// travel over the library's connection, with its discovery, credentials and reconnecting.
import {
  AccessDeniedError,
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  convertToCommandError,
} from '@eventstore/db-client';
import type { BaseOptions } from '@eventstore/db-client';
import { ServerFeaturesClient } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type * as grpc from '@grpc/grpc-js';
import { START, type EventId, type Position } from '@vivier/kernel';
import type { ExpectedRevision, NewRecord } from '../port.ts';
import { ConnectionFault, positionOf } from './connection.ts';
import type { AppendAnswer, Connection, LogNews, LogRequest } from './connection.ts';
import type { ServerEvent, StreamRequest } from './connection.ts';

type Kind<Service> = new (...args: never[]) => Service;
type Answered<Answer> = (error: grpc.ServiceError | null, answer?: Answer) => void;

/** What the library keeps for classes that extend it; its clients can only be made, not extended. */
interface Inside {
  execute<Service extends grpc.Client, Result>(
    service: Kind<Service>,
    name: string,
    action: (service: Service) => Promise<Result>,
  ): Promise<Result>;
  GRPCStreamCreator<Service extends grpc.Client, Call>(
    service: Kind<Service>,
    name: string,
    creator: (service: Service) => Call,
  ): () => Promise<Call>;
  callArguments(base: BaseOptions, options?: grpc.CallOptions): [grpc.Metadata, grpc.CallOptions];
  handleError: (client: grpc.Client, error: Error) => Promise<void>;
}

/** The server looks at so many events before it says how far it is, where its filter passes none. */
const WINDOW = 1_000;
const FOR_EVER = { deadline: Infinity };
/** A node that lags behind would not know what another one has just taken. */
const LEADER = { requiresLeader: true };

/** Makes a connection; nothing is sent yet. @throws whatever the library says of a string it cannot read */
export const connect = (address: string): Connection =>
  new ClientConnection(EventStoreDBClient.connectionString(address));

class ClientConnection implements Connection {
  readonly #inside: Inside;
  #channel: { close(): void } | undefined;

  constructor(private readonly client: EventStoreDBClient) {
    this.#inside = client as unknown as Inside;
    // The library lets this promise go. Where reconnecting fails as well (discovery finds nobody) its
    // rejection would end the process; the call at fault tells its caller anyway.
    const { handleError } = this.#inside;
    this.#inside.handleError = (service, error) => handleError(service, error).catch(() => {});
  }

  async negotiate(): Promise<ReadonlySet<string>> {
    const ask = (service: ServerFeaturesClient, answer: Answered<SupportedMethods>) =>
      service.getSupportedMethods(new shared.Empty(), ...this.#inside.callArguments({}), answer);
    const methods = await this.#ask(ServerFeaturesClient, ask);
    const abilities = methods.getMethodsList().flatMap((method) => {
      const name = `${method.getServiceName()}/${method.getMethodName()}`.toLowerCase();
      return [name, ...method.getFeaturesList().map((feature) => `${name}:${feature}`)];
    });
    return new Set(abilities);
  }

  /**
   * The classic Append call, by itself. The library would take it only where credentials come with the
   * call, and otherwise BatchAppend, whose answers get lost between the clients of a process.
   */
  async append(
    name: string,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<AppendAnswer> {
    const send = (service: StreamsClient, answer: Answered<AppendResp>): void => {
      const call = service.append(...this.#inside.callArguments(LEADER), answer);
      call.on('error', (error) => answer(error as grpc.ServiceError));
      call.write(new streams.AppendReq().setOptions(appendOptions(name, expected)));
      for (const record of records) call.write(proposed(record));
      call.end();
    };
    const answered = await this.#ask(StreamsClient, send);
    const success = answered.getSuccess();
    if (success === undefined) {
      const wrong = answered.getWrongExpectedVersion();
      const actual = wrong?.hasCurrentRevision() ? Number(wrong.getCurrentRevision()) : 'none';
      return { kind: 'wrong-revision', actual };
    }
    const position = success.getPosition()?.getCommitPosition();
    return {
      kind: 'appended',
      revision: Number(success.getCurrentRevision()),
      ...(position !== undefined && { position: positionOf(position) }),
    };
  }

  async readStream(name: string, request: StreamRequest): Promise<ServerEvent[] | undefined> {
    const options = readOptions(request);
    options.setStream(streamOptions(name, request)).setNoFilter(new shared.Empty());
    return this.#events(options).catch((error: unknown) => {
      if (error instanceof ConnectionFault && error.kind === 'deleted') return undefined;
      throw error;
    });
  }

  async readLog(request: LogRequest, signal?: AbortSignal): Promise<ServerEvent[]> {
    const options = readOptions(request);
    options.setAll(allOptions(request)).setFilter(filterOptions(request.names));
    return (await this.#events(options, signal)) ?? [];
  }

  async *followLog(after: Position, names: string, signal: AbortSignal): AsyncGenerator<LogNews> {
    const options = readOptions({ direction: 'forwards', limit: Infinity })
      .setSubscription(new streams.ReadReq.Options.SubscriptionOptions())
      .setAll(allOptions({ ...(after > START && { from: after }), direction: 'forwards' }))
      .setFilter(filterOptions(names));
    for await (const message of this.#read(options, signal)) {
      const event = eventOf(message);
      const checkpoint = message.getCheckpoint()?.getCommitPosition();
      if (event !== undefined) yield { kind: 'event', event };
      else if (message.hasConfirmation()) yield { kind: 'confirmed' };
      else if (checkpoint !== undefined) {
        yield { kind: 'checkpoint', position: positionOf(checkpoint) };
      }
    }
    if (!signal.aborted) throw new ConnectionFault('unreachable', 'The subscription ended.');
  }

  async close(): Promise<void> {
    await this.client.dispose();
    // Disposing ends the streams and leaves the connection open.
    this.#channel?.close();
  }

  /** One call with one answer. */
  async #ask<Service extends grpc.Client, Answer>(
    service: Kind<Service>,
    call: (service: Service, answer: Answered<Answer>) => unknown,
  ): Promise<Answer> {
    const asked = (opened: Service): Promise<Answer> => {
      this.#channel = opened.getChannel();
      return new Promise((resolve, reject) => {
        call(opened, (error, answer) => (error ? reject(error) : resolve(answer!)));
      });
    };
    return this.#inside.execute(service, service.name, asked).catch((error: unknown) => {
      throw faultOf(error);
    });
  }

  /** All events of a read; undefined where there is no such stream. */
  async #events(
    options: ReadReq.Options,
    signal?: AbortSignal,
  ): Promise<ServerEvent[] | undefined> {
    const events: ServerEvent[] = [];
    for await (const message of this.#read(options, signal)) {
      if (message.hasStreamNotFound()) return undefined;
      const event = eventOf(message);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** The messages of a read. It holds no more than a few at a time, however slow its consumer is. */
  async *#read(options: ReadReq.Options, signal?: AbortSignal): AsyncGenerator<ReadResp> {
    let failure: Error | undefined;
    let call: grpc.ClientReadableStream<ReadResp> | undefined;
    const cancel = (): void => call?.cancel();
    try {
      call = await this.#inside.GRPCStreamCreator(StreamsClient, 'read', (service) => {
        this.#channel = service.getChannel();
        const opened = service.read(
          new streams.ReadReq().setOptions(options),
          ...this.#inside.callArguments(LEADER, FOR_EVER),
        );
        // It may fail before anybody iterates, or be cancelled when nobody does so any more.
        return opened.on('error', (error) => (failure = error));
      })();
      signal?.addEventListener('abort', cancel);
      if (!signal?.aborted) yield* call as AsyncIterable<ReadResp>;
      if (failure !== undefined) throw failure;
    } catch (error) {
      if (!signal?.aborted) throw faultOf(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call?.cancel();
    }
  }
}

const DISCOVERY_FAILED = /^Failed to discover/;
const [PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED] = [7, 12, 16];
/** Invalid argument, not found, already exists, failed precondition, out of range. */
const MISTAKES: readonly unknown[] = [3, 5, 6, 9, 11];

/** Unless the error is a definite answer, it says nothing of what the server did. */
function faultOf(error: unknown): unknown {
  if (error instanceof ConnectionFault || !(error instanceof Error)) return error;
  const converted = convertToCommandError(error);
  const { code, message } = converted as Error & { readonly code?: unknown };
  const fault = (kind: ConnectionFault['kind']) => new ConnectionFault(kind, message);
  if (converted instanceof MaxAppendSizeExceededError) return fault('too-large');
  if (converted instanceof StreamDeletedError) return fault('deleted');
  if (code === UNAUTHENTICATED) return fault('unauthenticated');
  if (converted instanceof AccessDeniedError || code === PERMISSION_DENIED)
    return fault('forbidden');
  if (code === UNIMPLEMENTED) return fault('unknown-request');
  // The library turns to the leader by itself; the next try goes there.
  if (converted instanceof NotLeaderError || DISCOVERY_FAILED.test(message))
    return fault('unreachable');
  return typeof code === 'number' && !MISTAKES.includes(code) ? fault('unreachable') : converted;
}

function appendOptions(name: string, expected: ExpectedRevision) {
  const options = new streams.AppendReq.Options().setStreamIdentifier(identifier(name));
  if (expected === 'any') return options.setAny(new shared.Empty());
  if (expected === 'none') return options.setNoStream(new shared.Empty());
  if (expected === 'exists') return options.setStreamExists(new shared.Empty());
  return options.setRevision(String(expected));
}

function proposed(record: NewRecord) {
  const message = new streams.AppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(record.id))
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  message.getMetadataMap().set('type', record.type).set('content-type', record.contentType);
  return new streams.AppendReq().setProposedMessage(message);
}

function readOptions({ direction, limit }: Pick<LogRequest, 'direction' | 'limit'>) {
  const { FORWARDS, BACKWARDS } = streams.ReadReq.Options.ReadDirection;
  return new streams.ReadReq.Options()
    .setReadDirection(direction === 'forwards' ? FORWARDS : BACKWARDS)
    .setCount(String(Math.min(limit, Number.MAX_SAFE_INTEGER)))
    .setUuidOption(new streams.ReadReq.Options.UUIDOption().setString(new shared.Empty()));
}

function streamOptions(name: string, { from, direction }: StreamRequest) {
  const options = new streams.ReadReq.Options.StreamOptions().setStreamIdentifier(identifier(name));
  if (from !== undefined) return options.setRevision(String(from));
  return direction === 'forwards'
    ? options.setStart(new shared.Empty())
    : options.setEnd(new shared.Empty());
}

function allOptions({ from, direction }: Pick<LogRequest, 'from' | 'direction'>) {
  const options = new streams.ReadReq.Options.AllOptions();
  const whole = new shared.Empty();
  if (from === undefined)
    return direction === 'forwards' ? options.setStart(whole) : options.setEnd(whole);
  const place = String(from);
  return options.setPosition(
    new streams.ReadReq.Options.Position().setCommitPosition(place).setPreparePosition(place),
  );
}

function filterOptions(names: string) {
  const { FilterOptions } = streams.ReadReq.Options;
  return new FilterOptions()
    .setStreamIdentifier(new FilterOptions.Expression().setRegex(names))
    .setMax(WINDOW)
    .setCheckpointintervalmultiplier(1);
}

const identifier = (name: string) =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'));

/** The event of a message, if it holds one. */
function eventOf(message: ReadResp): ServerEvent | undefined {
  const event = message.getEvent()?.getEvent();
  if (event === undefined) return undefined;
  const facts = event.getMetadataMap();
  const isJson = facts.get('content-type') === 'application/json';
  return {
    name: Buffer.from(event.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8'),
    id: (event.getId()?.getString() ?? '') as EventId,
    type: facts.get('type') ?? '',
    contentType: isJson ? 'application/json' : 'application/octet-stream',
    data: event.getData_asU8(),
    metadata: event.getCustomMetadata_asU8(),
    revision: Number(event.getStreamRevision()),
    position: positionOf(event.getCommitPosition()),
    // In ticks of 100 ns, of which a number could not hold the last digits.
    created: Number((facts.get('created') ?? '').slice(0, -4)),
  };
}
