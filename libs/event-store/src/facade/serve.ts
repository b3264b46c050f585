import { setMaxListeners } from 'node:events';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { EventStore } from '../port.ts';
import { Calls } from './calls.ts';
import { clusterOfOne, supportedMethods } from './features.ts';
import { OWN_NAMES, VIVIER_NAMES, isOwnLog } from './own-log.ts';
import { StreamReader } from './stream-reader.ts';
import { ORDINARY, StreamStates } from './stream-state.ts';
import { STREAMS_SERVICE, streamsServer } from './streams-service.ts';
import type { Users } from './users.ts';
import { NO_WRITER, OwnLogWriter } from './writer.ts';

export interface ServeOptions {
  /** An open log. Unless it is only read, it is the server's own: no other program's records lie in it. */
  readonly log: EventStore;
  /** Vivier's own log, under the names that its streams have in an EventStoreDB; writing is refused. */
  readonly readOnly?: boolean;
  /** 0, which is the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Without it the connections are insecure, and credentials are ignored as EventStoreDB does then. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer };
  /** Who may call over a secure connection; without it everybody. */
  readonly users?: Users;
  /** In ms since 1970: how old an event is, where a stream keeps its events for a time only. */
  readonly now?: () => number;
  /** Told of failures that are nobody's mistake but ours, or the disk's. */
  readonly report?: (error: unknown) => void;
}

export interface ServedProtocol {
  readonly port: number;
  /** Ends the subscriptions, answers what is being answered and frees the port; the log stays open. */
  close(): Promise<void>;
}

/** What the largest request of any client fits in; a larger append is refused by name. */
const MAXIMUM_REQUEST_BYTES = 17 * 1_048_576;
/** As many calls over one connection as EventStoreDB takes. */
const CALLS_AT_ONCE = 100;

/** The log is not the server's own and may only be read. */
export class ForeignLog extends Error {
  override readonly name = 'ForeignLog';
  constructor() {
    super(
      'This log holds records of another program, which alone may write it: serve it read-only, ' +
        'or give the server a file of its own.',
    );
  }
}

/**
 * Serves a log under EventStoreDB's own gRPC protocol: negotiation, both kinds of append, reads,
 * subscriptions, deletion, tombstones and stream metadata. Persistent subscriptions, projections and
 * administration answer UNIMPLEMENTED.
 *
 * @throws ForeignLog; Error when the address cannot be listened on
 */
export async function serveEventStoreProtocol(options: ServeOptions): Promise<ServedProtocol> {
  const { log, readOnly = false, host = '127.0.0.1', now = Date.now, tls } = options;
  const report = options.report ?? ((): void => {});
  if (!readOnly && !(await isOwnLog(log))) throw new ForeignLog();
  const stopping = new AbortController();
  // Every call under way listens for the end.
  setMaxListeners(0, stopping.signal);
  const calls = new Calls(tls && options.users, stopping.signal, report);
  // Clients ask what there is before they say who they are.
  const open = new Calls(undefined, stopping.signal, report);
  const server = new Server({
    'grpc.max_receive_message_length': MAXIMUM_REQUEST_BYTES,
    'grpc.max_concurrent_streams': CALLS_AT_ONCE,
  });
  server.addService(
    STREAMS_SERVICE,
    streamsServer({ log, report, ...partsFor(log, readOnly, now) }, calls),
  );
  const address = { host, port: options.port ?? 0 };
  server.addService(ServerFeaturesService, {
    getSupportedMethods: open.unary(supportedMethods),
  });
  server.addService(GossipService, {
    read: open.unary(() => clusterOfOne(host, address.port)),
  });
  const target = `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  address.port = await bound(server, target, tls);
  return { port: address.port, close: () => closed(server, stopping) };
}

function partsFor(log: EventStore, readOnly: boolean, now: () => number) {
  if (readOnly) {
    const naming = VIVIER_NAMES;
    const reader = new StreamReader(log, naming, async () => ORDINARY, now);
    return { naming, reader, writer: NO_WRITER };
  }
  const states = new StreamStates(log);
  const naming = OWN_NAMES;
  const reader = new StreamReader(log, naming, (name) => states.of(name), now);
  return { naming, reader, writer: new OwnLogWriter(log, states) };
}

function bound(server: Server, address: string, tls: ServeOptions['tls']): Promise<number> {
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.certificate }]);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (!error) return resolve(port);
      const reason = `Nothing can be served on ${address}: ${error.message}. Take another port.`;
      reject(new Error(reason));
    });
  });
}

/** What the server still does for its clients once it was told to stop, in ms. */
const GRACE_MS = 2_000;

async function closed(server: Server, stopping: AbortController): Promise<void> {
  stopping.abort();
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
