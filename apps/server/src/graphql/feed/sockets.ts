import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { LoginSessionId } from '@vivier/identity';
import type { Rejection } from '@vivier/kernel';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { House } from '../../house/house.ts';
import { countedAddress } from '../../http/client-address.ts';
import type { Rates } from '../../http/rates.ts';
import { sendRefusal } from '../../http/taking-in.ts';
import { edgeRejections } from '../rejections.ts';
import { Connection } from './connection.ts';
import type { Feed } from './feed.ts';
import { FEED_LIMITS, type FeedLimits } from './limits.ts';
import { feedProtocol, reasonToLeave } from './protocol.ts';
import { unforeseen } from '../../house/log.ts';

export interface SocketsOptions {
  readonly house: House;
  readonly rates: Rates;
  readonly limits?: Partial<FeedLimits>;
  readonly schema: () => GraphQLSchema;
  readonly feed: () => Feed;
}

/** The WebSockets of a server. */
export interface Sockets {
  /** Ends every stream with where to go on, then closes every connection. */
  close(): Promise<void>;
}

/** What a close frame says when a server stops. */
const GOING_AWAY = 1001;

/**
 * Answers WebSockets at `/graphql`. A request to open one takes the way of every other request: it is
 * counted, refused where too many come, and answered 503 by a server that stops.
 */
export const serveSockets = (server: FastifyInstance, options: SocketsOptions): Sockets => {
  const { house, rates, schema, feed } = options;
  const limits = { ...FEED_LIMITS, ...options.limits };
  const connections = new Set<Connection>();
  const protocol = feedProtocol({ house, limits, rates, schema, connections });
  const opening = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.message,
    handleProtocols,
  });
  const asked = new WeakMap<IncomingMessage, { readonly socket: Socket; readonly head: Buffer }>();

  const takeIn = (socket: WebSocket, raw: Socket, address: string): void => {
    const connection = new Connection(socket, raw);
    connections.add(connection);
    watch();
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => connection.send(data),
        close: (code, reason) => {
          connection.close(code ?? CloseCode.InternalServerError, reason ?? '');
        },
        onMessage: (handle) => {
          socket.on('message', (data: Buffer) => {
            handle(data.toString('utf8')).catch((failure: unknown) => {
              failed(connection, failure);
            });
          });
        },
      },
      { connection, address },
    );
    // What a peer sends that is no WebSocket: it is closed with the code for it.
    socket.on('error', () => undefined);
    socket.once('close', (code, reason) => {
      connections.delete(connection);
      if (connections.size === 0) rest();
      closed(code, reason.toString('utf8')).catch((failure: unknown) => {
        failed(connection, failure);
      });
    });
  };

  const failed = (connection: Connection, failure: unknown): void => {
    // A peer that hung up in the middle of a message is none of our failures.
    if (connection.socket.readyState !== connection.socket.OPEN) return;
    house.log.error(unforeseen(failure), 'A WebSocket has failed.');
    connection.close(CloseCode.InternalServerError, edgeRejections.InternalError());
  };

  const endThose = async (
    those: readonly Connection[],
    code: number,
    why: Rejection,
  ): Promise<void> => {
    const sessions = new Set(those.map(({ principal }) => principal?.sessionId));
    feed().end(({ sessionId }) => sessions.has(sessionId), why);
    await Promise.all(those.map((connection) => connection.end(code, why)));
  };

  const lookAtSessions = async (): Promise<void> => {
    const bySession = new Map<LoginSessionId, Connection[]>();
    for (const connection of connections) {
      const session = connection.principal?.sessionId;
      if (session === undefined) continue;
      bySession.set(session, [...(bySession.get(session) ?? []), connection]);
    }
    for (const theirs of bySession.values()) {
      const [first] = theirs;
      const why = first && (await reasonToLeave(house, first));
      if (why) endThose(theirs, CloseCode.Forbidden, why).catch(() => undefined);
    }
  };

  let timers: readonly NodeJS.Timeout[] = [];
  let looking = false;
  const watch = (): void => {
    if (timers.length > 0) return;
    timers = [
      setInterval(() => {
        if (looking) return;
        looking = true;
        lookAtSessions()
          .catch(() => undefined)
          .finally(() => {
            looking = false;
          });
      }, limits.sessionsMs),
      setInterval(() => {
        for (const connection of connections) connection.keepAlive();
      }, limits.keepAliveMs),
    ];
  };
  const rest = (): void => {
    for (const timer of timers) clearInterval(timer);
    timers = [];
  };

  // Whoever offers another protocol than this (HTTP/2 in clear, by default in Java) is answered as usual.
  Object.assign(server.server, {
    shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
      /^websocket$/i.test(headers.upgrade ?? ''),
  });
  server.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => undefined);
    asked.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    // Where it was answered, it was refused.
    response.once('finish', () => {
      socket.destroySoon();
    });
    server.routing(request, response);
  });

  server.addHook('onRequest', async (request, reply) => {
    const upgrade = asked.get(request.raw);
    if (!upgrade) return undefined;
    if (request.url.split('?')[0] !== '/graphql')
      return sendRefusal(request, reply, 404, edgeRejections.AddressUnknown());
    const { socket, head } = upgrade;
    reply.hijack();
    opening.handleUpgrade(request.raw, socket, head, (opened) => {
      takeIn(opened, socket, countedAddress(request.ip));
    });
    return undefined;
  });

  return {
    close: async () => {
      const why = edgeRejections.ShuttingDown({ retryAfterSeconds: 5 });
      await endThose([...connections], GOING_AWAY, why);
      rest();
    },
  };
};
