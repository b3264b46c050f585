import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ConfigurationMistake,
  DEFAULT_RATE,
  isLoopback,
  processRoles,
  type ServerConfig,
} from './config.ts';
import { Feed } from './graphql/feed/feed.ts';
import type { FeedLimits } from './graphql/feed/limits.ts';
import { serveSockets, type Sockets } from './graphql/feed/sockets.ts';
import { ApiModule } from './graphql/graphql.module.ts';
import { edgeRejections } from './graphql/rejections.ts';
import { accountPages } from './http/account-pages.ts';
import { administrationSocket } from './http/administration-socket.ts';
import { explorer } from './http/explorer.ts';
import { onlyRoles } from './http/only-roles.ts';
import { health } from './http/health.ts';
import { invitationPage } from './http/invitation-page.ts';
import { Rates, ratesOf } from './http/rates.ts';
import { sendRefusal, takingIn } from './http/taking-in.ts';
import { transfers } from './http/transfers.ts';
import { demoOf, ensureDemo } from './house/demo.ts';
import { metricsServer } from './http/metrics-server.ts';
import type { createTracing } from './telemetry/tracing.ts';
import { together } from './telemetry/instruments.ts';
import {
  serveEventStore,
  type EventStoreProtocol,
  type EventStoreProtocolOptions,
} from './house/eventstore-protocol.ts';
import { openHouse, type House, type HouseOptions } from './house/house.ts';
import { createLog, type Log } from './house/log.ts';
import { frameworkLog } from './house/nest-log.ts';

export interface StartOptions extends Omit<ServerConfig, 'tracesUrl'> {
  /** Where traces are sent; or what gets each span, in tests. */
  readonly tracesUrl?: Parameters<typeof createTracing>[0];
  readonly log?: Log;
  readonly clock?: HouseOptions['clock'];
  readonly passwordCost?: HouseOptions['passwordCost'];
  readonly beforeNames?: HouseOptions['beforeNames'];
  readonly duringRebuild?: HouseOptions['duringRebuild'];
  /** Told of each longer step. */
  readonly onStep?: (step: string) => void;
  /** Make the demo in an empty store; default: on the loopback address, without servers. */
  readonly demo?: boolean;
  /** Serves EventStoreDB's protocol on the loopback address too. */
  readonly eventStoreProtocol?: EventStoreProtocolOptions;
  /** How long a stop waits for running requests, in ms; default: 10 s. */
  readonly patience?: number;
  /** Other limits of the feed, for tests. */
  readonly feedLimits?: Partial<FeedLimits>;
}

export interface Server {
  /** Where it listens, for example `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly house: House;
  /** The token of the demo's invitation, where this folder holds the demo. */
  readonly demoInvitation: string | undefined;
  /** Where Prometheus reads, where it was asked for. */
  readonly metricsUrl: string | undefined;
  /** The port of EventStoreDB's protocol, where it was asked for. */
  readonly eventStorePort: number | undefined;
  /** Lets running requests end, for a bounded time, then closes everything. */
  stop(): Promise<void>;
}

/** Bytes of a GraphQL request; files have their own way in. */
const LARGEST_BODY = 256 * 1024;

/** Default of how long a stop waits for running requests, in ms. */
const PATIENCE = 10_000;

/** No route declares a schema: without these, Fastify would load its compilers at every start. */
const noCompilers = {
  buildValidator: (): never => {
    throw new TypeError('A route declares a schema: give Fastify a compiler for it.');
  },
  buildSerializer: (): never => {
    throw new TypeError('A route declares a schema: give Fastify a compiler for it.');
  },
};

/** How long a request may take to arrive, in ms: a large file on a slow line. */
const LONGEST_ARRIVAL = 5 * 60_000;

/**
 * Starts the whole product on one folder: stores, projector, sagas and the API.
 *
 * @throws ConfigurationMistake, FolderOwned
 */
export const start = async (options: StartOptions): Promise<Server> => {
  const { host, port, dataFolder, publicUrl, log = createLog() } = options;
  const step = options.onStep ?? (() => undefined);
  // Loaded where they are asked for: a start needs neither.
  const metrics =
    options.metricsPort === undefined
      ? undefined
      : (await import('./telemetry/metrics.ts')).createMetrics();
  const tracing =
    options.tracesUrl === undefined
      ? undefined
      : (await import('./telemetry/tracing.ts')).createTracing(options.tracesUrl);
  const instruments = [tracing, metrics].filter((one) => one !== undefined);
  step('Opening the stores');
  let url = publicUrl;
  const { eventStoreUrl, mongoUrl, roles = processRoles } = options;
  const house = await openHouse({
    folder: dataFolder,
    eventStoreUrl,
    mongoUrl,
    roles,
    purpose: 'vivier serve',
    log,
    mail: { smtpUrl: options.smtpUrl, from: options.mailFrom, publicUrl: () => url },
    ...(instruments.length > 0 && { instruments: together(instruments) }),
    ...(options.clock && { clock: options.clock }),
    ...(options.passwordCost && { passwordCost: options.passwordCost }),
    ...(options.beforeNames && { beforeNames: options.beforeNames }),
    ...(options.duringRebuild && { duringRebuild: options.duringRebuild }),
  });
  let app: NestFastifyApplication | undefined;
  /** Of what listens, in the order in which it began. */
  const listening: (() => Promise<unknown>)[] = [];
  let protocol: EventStoreProtocol | undefined;
  let sockets: Sockets | undefined;
  try {
    if (!isLoopback(host) && (await demoOf(house)))
      throw new ConfigurationMistake(
        'This folder holds the demo, whose passwords everybody knows: set VIVIER_DATA to another ' +
          'folder, or HOST to 127.0.0.1.',
      );
    const wantsDemo = options.demo ?? (isLoopback(host) && house.isEmbedded);
    if (wantsDemo) step('Looking after the demo organisation');
    const demoInvitation = wantsDemo ? await ensureDemo(house) : undefined;

    step('Starting the API');
    const rate = ratesOf(options.requestsPerSecond ?? DEFAULT_RATE);
    const adapter = new FastifyAdapter({
      bodyLimit: LARGEST_BODY,
      requestTimeout: LONGEST_ARRIVAL,
      logger: false,
      schemaController: { compilersFactory: noCompilers },
      ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }),
      frameworkErrors: (_: unknown, request: FastifyRequest, reply: FastifyReply) => {
        void sendRefusal(request, reply, 400, edgeRejections.AddressUnknown());
      },
    });
    tracing?.watch(adapter.getInstance());
    const takesIn = takingIn(adapter.getInstance(), new Rates(rate));
    const server = adapter.getInstance();
    listening.push(() => (app ?? server).close());
    const byAccount = new Rates(rate);
    if (roles.includes('feed'))
      sockets = serveSockets(server, {
        house,
        rates: byAccount,
        limits: options.feedLimits ?? {},
        schema: () => (app as NestFastifyApplication).get(GraphQLSchemaHost).schema,
        feed: () => (app as NestFastifyApplication).get(Feed),
      });
    onlyRoles(server, roles);
    health(server, house, takesIn);
    if (roles.includes('api') || roles.includes('feed')) {
      app = await NestFactory.create<NestFastifyApplication>(
        ApiModule.of(house, () => url, byAccount, options.feedLimits),
        adapter,
        { logger: frameworkLog(log, 'Nest'), abortOnError: false, bufferLogs: false },
      );
      explorer(server, demoInvitation !== undefined);
      await transfers(server, house);
      invitationPage(server, house);
      accountPages(server);
      await app.listen(port, host);
    } else await server.listen({ port, host });
    // Whoever is signed in is served before the last name is known.
    if (roles.includes('api')) house.directory.begin();
    const { port: found } = server.server.address() as AddressInfo;
    const local = `http://${host.includes(':') ? `[${host}]` : host}:${found}`;
    // Port 0 is any free one: links then follow what was found.
    if (port === 0) url = local;
    metrics?.watch(house);
    const measured =
      metrics && (await metricsServer(metrics, { host, port: options.metricsPort ?? 0 }));
    if (measured) listening.push(() => measured.close());
    protocol =
      options.eventStoreProtocol && (await serveEventStore(options.eventStoreProtocol, house));
    const ended = protocol;
    const administration = await administrationSocket(house, dataFolder);
    const running = app ?? server;
    const streams = sockets;
    return {
      url: local,
      house,
      demoInvitation,
      metricsUrl: measured?.url,
      eventStorePort: protocol?.port,
      stop: async () => {
        takesIn.stop();
        await administration.close();
        await streams?.close();
        // A peer that stalls in mid-transfer must not keep the program from ending.
        const hangUp = (): void => {
          server.server.closeAllConnections();
        };
        const patience = setTimeout(hangUp, options.patience ?? PATIENCE);
        await takesIn.idle();
        await running.close();
        clearTimeout(patience);
        await ended?.close();
        await house.close();
        await measured?.close();
        await tracing?.stop();
      },
    };
  } catch (failure) {
    await sockets?.close().catch(() => undefined);
    await protocol?.close().catch(() => undefined);
    // A process that could not start must not seem to live.
    for (const close of listening.toReversed()) await close().catch(() => undefined);
    await house.close();
    await tracing?.stop().catch(() => undefined);
    throw failure;
  }
};
