import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigurationMistake, isLoopback, type ServerConfig } from './config.ts';
import { ApiModule } from './graphql/graphql.module.ts';
import { administrationSocket } from './http/administration-socket.ts';
import { explorer } from './http/explorer.ts';
import { health } from './http/health.ts';
import { invitationPage } from './http/invitation-page.ts';
import { transfers } from './http/transfers.ts';
import { demoOf, ensureDemo } from './house/demo.ts';
import { openHouse, type House, type HouseOptions } from './house/house.ts';
import { createLog, type Log } from './house/log.ts';

export interface StartOptions extends ServerConfig {
  readonly log?: Log;
  readonly clock?: HouseOptions['clock'];
  readonly passwordCost?: HouseOptions['passwordCost'];
  readonly beforeNames?: HouseOptions['beforeNames'];
  /** Told of each longer step. */
  readonly onStep?: (step: string) => void;
  /** Make the demo in an empty store; default: on the loopback address. */
  readonly demo?: boolean;
  /** How long a stop waits for running requests, in ms; default: 5 s. */
  readonly patience?: number;
}

export interface Server {
  /** Where it listens, for example `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly house: House;
  /** The token of the demo's invitation, where this folder holds the demo. */
  readonly demoInvitation: string | undefined;
  /** Lets running requests end, for a bounded time, then closes everything. */
  stop(): Promise<void>;
}

/** Bytes of a GraphQL request; files have their own way in. */
const LARGEST_BODY = 256 * 1024;

/** Default of how long a stop waits for running requests, in ms. */
const PATIENCE = 5_000;

/**
 * Starts the whole product on one folder: stores, projector, sagas and the API.
 *
 * @throws ConfigurationMistake, FolderOwned
 */
export const start = async (options: StartOptions): Promise<Server> => {
  const { host, port, dataFolder, publicUrl, log = createLog() } = options;
  const step = options.onStep ?? (() => undefined);
  step('Opening the stores');
  const house = await openHouse({
    folder: dataFolder,
    purpose: 'vivier serve',
    log,
    ...(options.clock && { clock: options.clock }),
    ...(options.passwordCost && { passwordCost: options.passwordCost }),
    ...(options.beforeNames && { beforeNames: options.beforeNames }),
  });
  let app: NestFastifyApplication | undefined;
  try {
    if (!isLoopback(host) && (await demoOf(house)))
      throw new ConfigurationMistake(
        'This folder holds the demo, whose passwords everybody knows: set VIVIER_DATA to another ' +
          'folder, or HOST to 127.0.0.1.',
      );
    const wantsDemo = options.demo ?? isLoopback(host);
    if (wantsDemo) step('Looking after the demo organisation');
    const demoInvitation = wantsDemo ? await ensureDemo(house) : undefined;

    step('Starting the API');
    let url = publicUrl;
    const adapter = new FastifyAdapter({ bodyLimit: LARGEST_BODY, logger: false });
    app = await NestFactory.create<NestFastifyApplication>(
      ApiModule.of(house, () => url),
      adapter,
      { logger: ['error', 'warn'], abortOnError: false, bufferLogs: false },
    );
    const server = adapter.getInstance();
    await explorer(server as never, demoInvitation !== undefined);
    await transfers(server as never, house);
    health(server as never, house);
    invitationPage(server as never, house);
    await app.listen(port, host);
    // Whoever is signed in is served before the last name is known.
    house.directory.begin();
    const { port: listening } = server.server.address() as AddressInfo;
    const local = `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
    // Port 0 is any free one: links then follow what was found.
    if (port === 0) url = local;
    const administration = await administrationSocket(house, dataFolder);
    const running = app;
    return {
      url: local,
      house,
      demoInvitation,
      stop: async () => {
        await administration.close();
        // A peer that stalls in mid-transfer must not keep the program from ending.
        const hangUp = (): void => {
          server.server.closeAllConnections();
        };
        const patience = setTimeout(hangUp, options.patience ?? PATIENCE);
        await running.close();
        clearTimeout(patience);
        await house.close();
      },
    };
  } catch (failure) {
    await app?.close().catch(() => undefined);
    await house.close();
    throw failure;
  }
};
