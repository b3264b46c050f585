import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, start } from '@vivier/server';
import { cheap } from '../support/running.ts';

const listening = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test('A start that fails at the last step leaves nothing that listens, and gives the folder back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-failed-'));
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  const options = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: '',
    dataFolder: folder,
    passwordCost: cheap,
    log: silentLog,
    demo: false,
  };
  const before = listening();
  await expect(start({ ...options, metricsPort: taken })).rejects.toThrow(/EADDRINUSE/);
  expect(listening()).toBe(before);

  const server = await start(options);
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  await server.stop();
  other.close();
  await rm(folder, { recursive: true });
});

test('A folder whose path is too long for a socket is refused in one sentence', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'vivier-long-'));
  const before = listening();
  const dataFolder = join(parent, 'x'.repeat(120));
  await expect(
    start({
      host: '127.0.0.1',
      port: 0,
      publicUrl: '',
      dataFolder,
      passwordCost: cheap,
      log: silentLog,
      demo: false,
    }),
  ).rejects.toThrow(/^The path of VIVIER_DATA is too long for the socket in it: shorten it by \d+/);
  expect(listening()).toBe(before);
  await rm(parent, { recursive: true });
});
