import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import {
  readVariables,
  variablesTable,
  type Environment,
  type Variables,
} from './configuration/variables.ts';
import { areProxies } from './http/client-address.ts';

/** How one server runs. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** The folder of the embedded stores, absolute. */
  readonly dataFolder: string;
  /** What links that people follow begin with, without a slash at the end. */
  readonly publicUrl: string;
  /** Proxies whose forwarded headers are believed: addresses or ranges, with commas between. */
  readonly trustProxy?: string;
  /** Requests a second that one address may send, and one account; 0 is any number. */
  readonly requestsPerSecond?: number;
  /** Where Prometheus reads; 0 is any free port. */
  readonly metricsPort?: number;
  /** Where an OpenTelemetry collector takes traces. */
  readonly tracesUrl?: string;
}

/** An office behind one address, and more. */
export const DEFAULT_RATE = 200;

/** Mistakes in the settings: one sentence each that says what to do, on lines of their own. */
export class ConfigurationMistake extends Error {
  override readonly name = 'ConfigurationMistake';
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export const isLoopback = (host: string): boolean => LOOPBACK.has(host);

/** An address in brackets where a URL needs them. */
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** What a later version takes and this one must not seem to. */
const notYet = {
  schema: z.undefined(),
  rule: 'is set, but this version keeps everything in embedded stores: leave it out',
} as const;

/**
 * Every variable that the program reads. A new one is an entry here, a field of {@link ServerConfig} and
 * a line in {@link readConfig}; `npm run published` then writes the README's table.
 */
const variables = {
  // Where it listens and what it holds.
  HOST: {
    schema: z
      .string()
      .regex(/^[^\s/]+$/)
      .default('127.0.0.1'),
    rule: 'must be an address or a name to listen on, for example 127.0.0.1',
    meaning: 'address to listen on; the demo needs a loopback one',
  },
  PORT: {
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65_535)
      .default(4000),
    rule: 'must be a number from 0 to 65535: set it, or leave it out',
    meaning: 'port; `0` takes a free one',
  },
  PUBLIC_URL: {
    schema: z.string().refine(isWebAddress).optional(),
    rule: 'must be a whole address, for example https://recruit.example.org',
    meaning: 'what links in answers begin with',
    shownDefault: 'http://HOST:PORT',
  },
  VIVIER_DATA: {
    schema: z.string().default('data'),
    rule: 'must be the path of a folder',
    meaning: 'folder of the embedded stores',
  },

  // Whom it trusts and how much it takes in: proxies, limits.
  TRUST_PROXY: {
    schema: z.string().refine(areProxies).optional(),
    rule: 'must list the addresses or ranges of proxies, for example 10.0.0.7 or 10.0.0.0/8, with commas between',
    meaning:
      'proxies whose `X-Forwarded-For` is believed; without it the client is whoever connects',
  },
  RATE_LIMIT: {
    schema: z
      .string()
      .regex(/^\d{1,6}$/)
      .transform(Number)
      .default(DEFAULT_RATE),
    rule: 'must be a number from 0 to 999999',
    meaning: 'requests a second from one address, and of one account; `0` for any number',
  },

  // Who watches it.
  METRICS_PORT: {
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65_535)
      .optional(),
    rule: 'must be a number from 0 to 65535: set it, or leave it out',
    meaning: 'port of `/metrics` for Prometheus, on `HOST`; keep it inside',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z.string().refine(isWebAddress).optional(),
    rule: 'must be a whole address, for example http://127.0.0.1:4318',
    meaning: 'OpenTelemetry collector that takes traces (OTLP over HTTP)',
  },

  // What it does not do yet.
  EVENTSTORE_URL: notYet,
  MONGODB_URL: notYet,
} as const satisfies Variables;

/** The README's table of all settings. */
export const configurationTable = (): string => variablesTable(variables);

/**
 * Reads the settings from the environment.
 *
 * @param warn told of each variable that looks like a setting and is none
 * @throws ConfigurationMistake with every mistake at once
 */
export const readConfig = (
  environment: Environment,
  workingFolder: string,
  warn: (sentence: string) => void = () => undefined,
): ServerConfig => {
  const { values, mistakes, warnings } = readVariables(variables, environment);
  warnings.forEach(warn);
  if (mistakes.length > 0) throw new ConfigurationMistake(mistakes.join('\n'));
  const { HOST: host, PORT: port, VIVIER_DATA: folder } = values;
  const publicUrl = values.PUBLIC_URL ?? `http://${inUrl(host)}:${port}`;
  return {
    host,
    port,
    dataFolder: isAbsolute(folder) ? folder : resolve(workingFolder, folder),
    publicUrl: publicUrl.replace(/\/$/, ''),
    requestsPerSecond: values.RATE_LIMIT,
    ...(values.METRICS_PORT !== undefined && { metricsPort: values.METRICS_PORT }),
    ...(values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && {
      tracesUrl: `${values.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`,
    }),
    ...(values.TRUST_PROXY !== undefined && { trustProxy: values.TRUST_PROXY }),
  };
};
