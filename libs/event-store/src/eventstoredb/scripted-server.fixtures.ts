import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  AppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type {
  ServerReadableStream,
  ServerWritableStream,
  ServiceError,
  UntypedHandleCall,
  sendUnaryData,
} from '@grpc/grpc-js';
import { supportedMethods } from '../facade/features.ts';

export type Reading = ServerWritableStream<ReadReq, ReadResp>;

/** What a test lets the server do; a call that is not scripted ends the test by its failure. */
export interface Script {
  readonly features?: typeof supportedMethods;
  readonly read?: (call: Reading) => void;
  readonly append?: (
    requests: readonly AppendReq[],
    answer: sendUnaryData<AppendResp>,
    headers: Record<string, unknown>,
  ) => void;
  readonly gossip?: (answer: sendUnaryData<ClusterInfo>, port: number) => void;
}

/** A server of the protocol that says what it is told to say. */
export async function scripted(script: Script): Promise<{ port: number; close(): void }> {
  const unexpected = (name: string) => (): never => {
    throw new Error(`Nobody expected a call of ${name}.`);
  };
  const server = new Server();
  let port = 0;
  server.addService(ServerFeaturesService, {
    getSupportedMethods: (_: unknown, answer: sendUnaryData<unknown>) =>
      answer(null, (script.features ?? supportedMethods)()),
  });
  server.addService(GossipService, {
    read: (_: unknown, answer: sendUnaryData<ClusterInfo>) =>
      (script.gossip ?? ((say, at) => say(null, clusterAt(at))))(answer, port),
  });
  server.addService(StreamsService, {
    read: (script.read ?? unexpected('Read')) as UntypedHandleCall,
    append: ((
      call: ServerReadableStream<AppendReq, AppendResp>,
      answer: sendUnaryData<AppendResp>,
    ) => {
      const requests: AppendReq[] = [];
      call.on('data', (request: AppendReq) => requests.push(request));
      call.on('end', () =>
        (script.append ?? unexpected('Append'))(requests, answer, call.metadata.getMap()),
      );
    }) as UntypedHandleCall,
    batchAppend: unexpected('BatchAppend'),
    delete: unexpected('Delete'),
    tombstone: unexpected('Tombstone'),
  });
  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

export const UNAVAILABLE: Partial<ServiceError> = { code: 14, details: 'The script says so.' };

/** A cluster of one leader. */
export const clusterAt = (port: number): ClusterInfo =>
  new gossip.ClusterInfo().setMembersList([
    new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString(crypto.randomUUID()))
      .setTimeStamp('0')
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port)),
  ]);

export const success = (revision: number, position: string): AppendResp =>
  new streams.AppendResp().setSuccess(
    new streams.AppendResp.Success()
      .setCurrentRevision(String(revision))
      .setPosition(
        new streams.AppendResp.Position().setCommitPosition(position).setPreparePosition(position),
      ),
  );

export function eventAt(name: string, position: string): ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(crypto.randomUUID()))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(name)))
    .setStreamRevision('0')
    .setCommitPosition(position)
    .setPreparePosition(position);
  event.getMetadataMap().set('type', 'SampleTaken.v1').set('created', '17000000000009999');
  return new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(event));
}
