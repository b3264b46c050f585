import { isAbsolute, resolve } from 'node:path';

/** How one server runs. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** The folder of the embedded stores, absolute. */
  readonly dataFolder: string;
  /** What links that people follow begin with, without a slash at the end. */
  readonly publicUrl: string;
}

/** A mistake in the settings: one sentence that says what to do. */
export class ConfigurationMistake extends Error {
  override readonly name = 'ConfigurationMistake';
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export const isLoopback = (host: string): boolean => LOOPBACK.has(host);

/** An address in brackets where a URL needs them. */
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/**
 * Reads the settings from the environment.
 *
 * @throws ConfigurationMistake
 */
export const readConfig = (
  environment: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): ServerConfig => {
  const host = environment['HOST'] ?? '127.0.0.1';
  const portText = environment['PORT'] ?? '4000';
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535)
    throw new ConfigurationMistake(
      'PORT must be a number from 0 to 65535: set it, or leave it out.',
    );
  const folder = environment['VIVIER_DATA'] ?? 'data';
  const dataFolder = isAbsolute(folder) ? folder : resolve(workingFolder, folder);
  const publicUrl = environment['PUBLIC_URL'] ?? `http://${inUrl(host)}:${port}`;
  if (!URL.canParse(publicUrl))
    throw new ConfigurationMistake(
      'PUBLIC_URL must be a whole address, for example https://recruit.example.org.',
    );
  for (const name of ['EVENTSTORE_URL', 'MONGODB_URL'])
    if (environment[name])
      throw new ConfigurationMistake(
        `${name} is set, but this version keeps everything in embedded stores: leave it out.`,
      );
  return { host, port, dataFolder, publicUrl: publicUrl.replace(/\/$/, '') };
};
