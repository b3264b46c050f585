import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The command of a server that a test may start and kill; `tools/mongodb-for-tests.mjs` names it. */
const command = process.env['MONGODB_SERVER_FOR_TESTS'];

/** Describes what needs a server of its own; without one a single line says how to have it. */
export const onOwnServer = (what: string, describeIt: () => void): void => {
  if (command !== undefined) describe(what, describeIt);
  else
    test.skip(`${what}: skipped, MONGODB_SERVER_FOR_TESTS names no server to kill (node tools/mongodb-for-tests.mjs npm test)`, () => {});
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A server on a folder and a port of its own. */
export interface OwnServer {
  readonly url: string;
  /** Starts it, or starts it again on what it had; resolves when it takes connections. */
  start(...flags: readonly string[]): Promise<void>;
  /** Resolves when it is gone; SIGTERM lets it keep what nobody waited for. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Kills it and removes what it kept. */
  end(): Promise<void>;
}

export const ownServer = async (): Promise<OwnServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-own-mongodb-'));
  const port = await freePort();
  let running: ChildProcess | undefined;
  const kill: OwnServer['kill'] = async (signal = 'SIGKILL') => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    start: async (...flags) => {
      const place = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder];
      // Without it this server forgets transactions that it has acknowledged, whatever was asked of it.
      place.push('--sync-on-commit');
      // What a killed one has locked is free a moment later: then the next one stays.
      for (let tries = 20; tries > 0; tries -= 1) {
        const child = spawn(command ?? '', [...place, ...flags], {
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        running = child;
        for await (const line of createInterface(child.stderr))
          if (line.includes('listening on')) {
            child.stderr.resume();
            return;
          }
      }
      throw new Error(`${command} does not start.`);
    },
    kill,
    end: async () => {
      await kill();
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
  };
};
