import type { Rejection } from '@vivier/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { edgeRejections } from '../graphql/rejections.ts';
import { countedAddress } from './client-address.ts';
import type { Rates } from './rates.ts';

/** Sends a refusal in the words of the address that was asked. */
export const sendRefusal = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  { rejected: code, message, remedy, retry, details }: Rejection,
): FastifyReply => {
  const more = { remedy, retry, ...(details && { details }) };
  const isGraphQL = request.url.split('?')[0] === '/graphql';
  return reply
    .code(status)
    .send(
      isGraphQL
        ? { errors: [{ message, extensions: { code, ...more } }] }
        : { code, message, ...more },
    );
};

/** What is running and whether more is taken in. */
export interface TakingIn {
  /** Says from now on that it is not ready, and takes nothing more in. */
  stop(): void;
  readonly isStopping: boolean;
  /** Resolves when no request is running. */
  idle(): Promise<void>;
}

/** Whether the address and the host that were asked for make a URL: what answers GraphQL builds one. */
const isAddressable = ({ url, protocol, hostname }: FastifyRequest): boolean =>
  URL.canParse(url, `${protocol}://${hostname}/`);

const isHealth = (request: FastifyRequest): boolean => request.url.startsWith('/health/');

/**
 * The first thing that happens to a request: once a stop has begun it is answered 503 and its connection
 * closed; from an address that sends too many, 429 with `Retry-After`; to a host that is none, 400.
 * Questions about health pass.
 */
export const takingIn = (server: FastifyInstance, rates: Rates): TakingIn => {
  const running = new Set<FastifyRequest>();
  let isStopping = false;
  let onIdle: (() => void) | undefined;

  server.addHook('onRequest', async (request, reply) => {
    if (isHealth(request)) return undefined;
    if (isStopping)
      return sendRefusal(
        request,
        reply.header('connection', 'close').header('retry-after', 5),
        503,
        edgeRejections.ShuttingDown({ retryAfterSeconds: 5 }),
      );
    const retryAfterSeconds = rates.take(countedAddress(request.ip));
    if (retryAfterSeconds > 0)
      return sendRefusal(
        request,
        reply.header('retry-after', retryAfterSeconds),
        429,
        edgeRejections.RateLimited({ retryAfterSeconds }),
      );
    if (!isAddressable(request))
      return sendRefusal(request, reply, 400, edgeRejections.AddressUnknown());
    running.add(request);
    // It closes whether the answer was sent or the peer hung up.
    reply.raw.once('close', () => {
      running.delete(request);
      if (running.size === 0) onIdle?.();
    });
    return undefined;
  });

  return {
    get isStopping() {
      return isStopping;
    },
    stop: () => {
      isStopping = true;
    },
    idle: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        if (running.size === 0) resolve();
      }),
  };
};
