import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { uuidAs } from './wire.ts';

/** The version of the server that this one behaves like. */
const VERSION = '23.10.8';

const FEATURES: Readonly<Record<string, readonly string[]>> = {
  read: ['position', 'events'],
  batchappend: ['deadline_duration'],
};

/** What a client asks first: which calls there are. What is not named here is answered UNIMPLEMENTED. */
export function supportedMethods(): SupportedMethods {
  const message = new features.SupportedMethods().setEventStoreServerVersion(VERSION);
  const services = [StreamsService, ServerFeaturesService, GossipService];
  for (const { path } of services.flatMap((service) => Object.values(service))) {
    const [, service, method] = path.toLowerCase().split('/') as [string, string, string];
    message.addMethods(
      new features.SupportedMethod()
        .setServiceName(service)
        .setMethodName(method)
        .setFeaturesList([...(FEATURES[method] ?? [])]),
    );
  }
  return message;
}

/** A cluster of one, for clients that look for its members first. */
export function clusterOfOne(host: string, port: number): ClusterInfo {
  const member = new gossip.MemberInfo()
    .setInstanceId(uuidAs('text', crypto.randomUUID()))
    .setTimeStamp(String(BigInt(Date.now()) * 10_000n))
    .setState(gossip.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
  return new gossip.ClusterInfo().setMembersList([member]);
}
