import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** A port of the loopback address that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
};

/** Whether a GET is answered with 200 at this moment. */
const answers = (port: number, path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`),
    );
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1', 0, 12) === 'HTTP/1.1 200');
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });

export interface Started {
  readonly port: number;
  /** From the start of the process to the first answer with 200. */
  readonly seconds: number;
  stop(): Promise<void>;
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

/** Starts a program with this Node on a free port and waits until it answers. */
export const startProgram = async (
  args: readonly string[],
  path: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Started> => {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      EVENTSTORE_URL: '',
      MONGODB_URL: '',
      ...environment,
      PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await answers(port, path))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended before it answered.`);
    await sleep(2);
  }
  const seconds = (performance.now() - started) / 1000;
  return { port, seconds, stop: () => ended(child) };
};

/** How Node runs the product, as `npm start` does once it has built. */
export const product = [
  '--import',
  pathToFileURL(`${root}/tools/quick-start.mjs`).href,
  `${root}/apps/cli/dist/main.js`,
];

/** How Node runs the TypeScript of the suite itself; the product's packages come built. */
export const withSuite = ['--import', './tools/swc-hook.mjs'];
