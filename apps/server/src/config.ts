import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import {
  readVariables,
  variablesTable,
  type Environment,
  type Variables,
} from './configuration/variables.ts';
import { areProxies } from './http/client-address.ts';

/** What a process does; all of it where nothing else is said. */
export const processRoles = ['api', 'projector', 'scheduler', 'feed'] as const;
export type ProcessRole = (typeof processRoles)[number];

/** The servers that keep what is not in the folder. */
export interface Servers {
  /** The event log on an EventStoreDB or KurrentDB server; default: embedded. */
  readonly eventStoreUrl?: string | undefined;
  /** Read models, keys, accounts, files and working state on a MongoDB replica set; default: embedded. */
  readonly mongoUrl?: string | undefined;
}

/** Whether nothing but keys lies in the folder, so that several processes may use it. */
export const isShared = ({ eventStoreUrl, mongoUrl }: Servers): boolean =>
  eventStoreUrl !== undefined && mongoUrl !== undefined;

/** Whether everything lies in the folder. */
export const isEmbedded = ({ eventStoreUrl, mongoUrl }: Servers): boolean =>
  eventStoreUrl === undefined && mongoUrl === undefined;

/** How one server runs. */
export interface ServerConfig extends Servers {
  readonly host: string;
  readonly port: number;
  /** The folder of the embedded stores, and of the keys where servers keep the rest; absolute. */
  readonly dataFolder: string;
  /** What this process does; default: everything. Fewer need both servers. */
  readonly roles?: readonly ProcessRole[];
  /** What links that people follow begin with, without a slash at the end. */
  readonly publicUrl: string;
  /** The mail server; default: mails lie sealed in the folder. */
  readonly smtpUrl?: string;
  /** The sender's address of mails. */
  readonly mailFrom?: string;
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

const isRole = (word: string): word is ProcessRole =>
  (processRoles as readonly string[]).includes(word);

const wordsOf = (text: string): readonly string[] => text.split(',').map((word) => word.trim());

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
    meaning: 'what links in answers and mails begin with',
    shownDefault: 'http://HOST:PORT',
  },
  VIVIER_DATA: {
    schema: z.string().default('data'),
    rule: 'must be the path of a folder',
    meaning: 'folder of the embedded stores; of the keys alone where servers keep the rest',
  },

  // Which servers it stands on, and which part of the work is its own.
  EVENTSTORE_URL: {
    schema: z
      .string()
      .regex(/^esdb(?:\+discover)?:\/\/\S+$/)
      .optional(),
    rule: 'must be the address of an EventStoreDB, for example esdb://127.0.0.1:2113?tls=false',
    meaning: 'event log on EventStoreDB or KurrentDB instead of the folder',
    secret: true,
  },
  MONGODB_URL: {
    schema: z
      .string()
      .regex(/^mongodb(?:\+srv)?:\/\/\S+$/)
      .optional(),
    rule: 'must be the address of a MongoDB replica set, for example mongodb://127.0.0.1:27017/vivier?replicaSet=rs0',
    meaning: 'everything else on a MongoDB replica set instead of the folder',
    secret: true,
  },
  VIVIER_ROLES: {
    schema: z
      .string()
      .refine((text) => wordsOf(text).every(isRole))
      .transform((text) => processRoles.filter((role) => wordsOf(text).includes(role)))
      .optional(),
    rule: `must list some of ${processRoles.join(', ')}, with commas between`,
    meaning: `what this process does, of ${processRoles.map((role) => `\`${role}\``).join(', ')}; fewer need both servers`,
    shownDefault: processRoles.join(','),
  },

  // How it writes to people.
  SMTP_URL: {
    schema: z
      .string()
      .regex(/^smtps?:\/\/\S+$/)
      .refine((text) => URL.canParse(text) && new URL(text).hostname !== '')
      .optional(),
    rule: 'must be the address of a mail server, for example smtps://user:password@mail.example.org',
    meaning: 'mail server; without it mails lie sealed in the folder, for `vivier mail`',
    secret: true,
  },
  MAIL_FROM: {
    schema: z.email().max(254).optional(),
    rule: 'must be a mail address, for example jobs@example.org',
    meaning: 'address that mails come from; to be set with `SMTP_URL`',
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
} as const satisfies Variables;

/** @throws ConfigurationMistake where several processes would share a folder */
const requireBoth = (roles: readonly ProcessRole[] | undefined, servers: Servers): void => {
  if (roles === undefined || roles.length === processRoles.length || isShared(servers)) return;
  throw new ConfigurationMistake(
    'VIVIER_ROLES shares the work among processes, but a folder has one owner: set EVENTSTORE_URL and ' +
      'MONGODB_URL as well, or leave VIVIER_ROLES out.',
  );
};

/** @throws ConfigurationMistake where mails would leave without a sender */
const requireSender = (smtpUrl: string | undefined, mailFrom: string | undefined): void => {
  if (smtpUrl !== undefined && mailFrom === undefined)
    throw new ConfigurationMistake(
      'SMTP_URL sends mails, but nobody would be their sender: set MAIL_FROM as well.',
    );
};

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
  for (const warning of warnings) warn(warning);
  if (mistakes.length > 0) throw new ConfigurationMistake(mistakes.join('\n'));
  const { HOST: host, PORT: port, VIVIER_DATA: folder } = values;
  const { EVENTSTORE_URL: eventStoreUrl, MONGODB_URL: mongoUrl, VIVIER_ROLES: roles } = values;
  requireBoth(roles, { eventStoreUrl, mongoUrl });
  const { SMTP_URL: smtpUrl, MAIL_FROM: mailFrom } = values;
  requireSender(smtpUrl, mailFrom);
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
    ...(eventStoreUrl !== undefined && { eventStoreUrl }),
    ...(mongoUrl !== undefined && { mongoUrl }),
    ...(smtpUrl !== undefined && { smtpUrl }),
    ...(mailFrom !== undefined && { mailFrom }),
    ...(roles && { roles }),
  };
};
