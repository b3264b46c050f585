import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { root } from './processes.ts';

/** A server that a row has for itself. */
export interface OwnServer {
  readonly url: string;
  end(): Promise<void>;
}

/** The embedded log under EventStoreDB's protocol, in a process of its own. */
export const eventStoreProtocol = async (file: string): Promise<OwnServer> => {
  const program = new URL('../faults/eventstore-server.child.mjs', import.meta.url);
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'close');
  process.once('exit', () => child.kill('SIGKILL'));
  const port = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => Number(line)),
    gone.then(() => {
      throw new Error('The event store ended before it served.');
    }),
  ]);
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    end: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};

/** A database of its own on a server that runs. */
export const ownDatabase = (server: string): OwnServer => {
  const url = new URL(server);
  url.pathname = `/vivier_bench_${randomBytes(6).toString('hex')}`;
  return {
    url: url.href,
    end: async () => {
      // Loaded where it is needed alone: every row pays for what is imported.
      const { MongoClient } = await import('mongodb');
      const client = await MongoClient.connect(url.href);
      await client.db().dropDatabase();
      await client.close();
    },
  };
};
