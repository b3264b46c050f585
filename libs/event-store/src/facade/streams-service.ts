import streams from '@eventstore/db-client/generated/streams_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { DeleteReq, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { TombstoneReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { EventStore } from '../port.ts';
import { append } from './append.ts';
import { BatchAppend } from './batch-append.ts';
import type { Calls } from './calls.ts';
import { deserializeBatchAppend } from './deadline.ts';
import type { Outlet } from './outlet.ts';
import type { Naming } from './own-log.ts';
import { expectedOf } from './proposed.ts';
import { read } from './read.ts';
import { InvalidRequest } from './refusals.ts';
import type { Expected } from './refusals.ts';
import type { StreamReader } from './stream-reader.ts';
import { Subscription } from './subscribe.ts';
import { nameOf, positionText } from './wire.ts';
import type { Writer } from './writer.ts';

export interface Served {
  readonly log: EventStore;
  readonly naming: Naming;
  readonly reader: StreamReader;
  readonly writer: Writer;
  readonly report: (error: unknown) => void;
}

/** The stubs' definition of the service, with the one field that they do not know. */
export const STREAMS_SERVICE: typeof StreamsService = {
  ...StreamsService,
  batchAppend: { ...StreamsService.batchAppend, requestDeserialize: deserializeBatchAppend },
};

export function streamsServer(served: Served, calls: Calls): IStreamsServer {
  const { writer, report } = served;
  return {
    read: calls.serverStream((request, outlet) => answerRead(served, request, outlet)),
    append: calls.clientStream((requests) => append(writer, requests)),
    batchAppend: calls.duplex((requests, outlet) =>
      new BatchAppend(writer, outlet, report).run(requests),
    ),
    delete: calls.unary(async (request) => {
      const { position } = await writer.delete(...targetOf(request));
      const at = positionText(position);
      return new streams.DeleteResp().setPosition(
        new streams.DeleteResp.Position().setCommitPosition(at).setPreparePosition(at),
      );
    }),
    tombstone: calls.unary(async (request) => {
      const { position } = await writer.tombstone(...targetOf(request));
      const at = positionText(position);
      return new streams.TombstoneResp().setPosition(
        new streams.TombstoneResp.Position().setCommitPosition(at).setPreparePosition(at),
      );
    }),
  };
}

function targetOf(request: DeleteReq | TombstoneReq): [name: string, expected: Expected] {
  const options = request.getOptions();
  if (options === undefined) throw new InvalidRequest('It is not said which stream is meant.');
  const revision = options.hasRevision() ? options.getRevision() : undefined;
  return [nameOf(options.getStreamIdentifier()), expectedOf(options, revision)];
}

async function answerRead(
  { log, naming, reader }: Served,
  request: ReadReq,
  outlet: Outlet<ReadResp>,
): Promise<void> {
  const options = request.getOptions();
  if (options === undefined) throw new InvalidRequest('It is not said what to read.');
  if (options.hasSubscription()) {
    return new Subscription(log, naming, reader, options, outlet).run();
  }
  if (!options.hasCount()) throw new InvalidRequest('It is not said how much to read.');
  for await (const message of read(log, reader, options)) {
    await outlet.send(message);
    if (outlet.ended.aborted) return;
  }
}
