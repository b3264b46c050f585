import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { handSetClock, type HandSetClock } from '@vivier/kernel';
import { silentLog, type Server, type StartOptions } from '@vivier/server';
import { Client } from './client.ts';
import { endServersOf } from './ground.ts';
import { started } from './started.ts';

/** The whole product starts in a second, or in several where the machine is busy. */
jest.setTimeout(120_000);

/** One pass over a few KiB: what a password costs to guess is not what these tests are about. */
export const cheap = { memoryKiB: 8, passes: 1, parallelism: 1 } as const;

/** Where hand-set clocks start. */
export const MORNING = '2026-03-02T09:00:00.000Z';

export interface Running {
  readonly server: Server;
  readonly folder: string;
  readonly clock: HandSetClock;
  /** Somebody without a token. */
  readonly anybody: Client;
  /** Stops the server and starts another one on the same folder, at the same time of day. */
  readonly again: () => Promise<Running>;
  /** Stops the server and removes its folder; throws where the server's log told of an error. */
  readonly end: () => Promise<void>;
}

/** Starts the whole product on a folder of its own, at an hour of the test's choosing. */
export const running = async (
  options: {
    readonly demo?: boolean;
    readonly folder?: string;
    readonly at?: number;
    readonly patience?: number;
    /** Default: any number. A suite sends more in a second than people do. */
    readonly requestsPerSecond?: number;
    readonly trustProxy?: string;
    /** Default: mails lie in the folder. */
    readonly smtpUrl?: string;
    readonly metricsPort?: number;
    readonly tracesUrl?: StartOptions['tracesUrl'];
    readonly feedLimits?: StartOptions['feedLimits'];
    readonly eventStoreProtocol?: StartOptions['eventStoreProtocol'];
  } = {},
): Promise<Running> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'vivier-test-')));
  const clock = handSetClock(options.at ?? MORNING);
  const errors: unknown[] = [];
  const server = await started({
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    publicUrl: '',
    clock,
    passwordCost: cheap,
    log: Object.assign(Object.create(silentLog) as typeof silentLog, {
      error: (...told: unknown[]) => errors.push(told),
    }),
    demo: options.demo ?? false,
    requestsPerSecond: options.requestsPerSecond ?? 0,
    ...(options.smtpUrl !== undefined && {
      ...{ smtpUrl: options.smtpUrl, mailFrom: 'jobs@maison.example' },
    }),
    ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }),
    ...(options.patience !== undefined && { patience: options.patience }),
    ...(options.metricsPort !== undefined && { metricsPort: options.metricsPort }),
    ...(options.eventStoreProtocol && { eventStoreProtocol: options.eventStoreProtocol }),
    ...(options.feedLimits && { feedLimits: options.feedLimits }),
    ...(options.tracesUrl !== undefined && { tracesUrl: options.tracesUrl }),
  });
  return {
    server,
    folder,
    clock,
    anybody: new Client(server.url),
    again: async () => {
      await server.stop();
      const { smtpUrl } = options;
      return running({ folder, at: clock.now(), ...(smtpUrl !== undefined && { smtpUrl }) });
    },
    end: async () => {
      await server.stop();
      await endServersOf(folder);
      await rm(folder, { recursive: true, force: true });
      if (errors.length > 0)
        throw new Error(`The server told of errors: ${JSON.stringify(errors)}`);
    },
  };
};
