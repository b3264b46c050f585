// Runs a command of the tests with a MongoDB: node tools/mongodb-for-tests.mjs npm test
//
// Where MONGODB_URL is set, that server is used. Otherwise an independent server that speaks MongoDB's
// protocol is installed from Python's package index, without a container engine, and runs as long as
// the command does. It is a tool of the tests (GPL-2.0) and no part of the product. Where it cannot be
// had, a line says so and the command runs without.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endBy, run } from './build-and-run.mjs';
import { ensureInstalled, root } from './install.mjs';

const PACKAGE = 'secantusdb==0.7.0b3';
const folder = path.join(root, 'node_modules', '.cache', 'mongodb-for-tests', PACKAGE);
const command = path.join(folder, 'bin', 'secantusd-py');
/** Written last, so that an interrupted install has none. */
const stamp = path.join(folder, '.installed');
const INSTALL_MS = 300_000;
const START_MS = 60_000;

/** @returns {string | undefined} why it cannot be had */
function install() {
  if (existsSync(stamp)) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  console.log(`Installing ${PACKAGE} for the tests on a MongoDB …`);
  const steps = [
    ['python3', ['-m', 'venv', folder]],
    [
      path.join(folder, 'bin', 'pip'),
      ['install', '--quiet', '--disable-pip-version-check', PACKAGE],
    ],
  ];
  for (const [program, args] of steps) {
    const options = { encoding: 'utf8', timeout: INSTALL_MS, stdio: ['ignore', 'pipe', 'pipe'] };
    const { status, error, stdout, stderr } = spawnSync(program, args, options);
    if (status === 0) continue;
    const said = `${stderr ?? ''}\n${stdout ?? ''}`.trim().split('\n').at(-1);
    return `${path.basename(program)} ${args[0]}: ${error?.message ?? said}`;
  }
  writeFileSync(stamp, PACKAGE);
  return undefined;
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Resolves with the first answer to a ping, or undefined when there is none in time. */
async function firstPing(url, gone) {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: START_MS });
  try {
    const ping = client.db('admin').command({ ping: 1 });
    return await Promise.race([ping, gone.then(() => undefined)]);
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

/** Starts the server. Resolves with its address and a way to stop it, or with why it does not run. */
async function start() {
  const data = mkdtempSync(path.join(tmpdir(), 'vivier-mongodb-'));
  const port = await freePort();
  const args = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', data];
  // A group of its own: a terminal's Ctrl-C is for the tests, which still need it while they end.
  const server = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  server.stderr.on('data', (piece) => {
    said = `${said}${piece}`.slice(-2_000);
  });
  const gone = new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.once('exit', () => resolve(said.trim().split('\n').at(-1) ?? ''));
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGKILL');
    await gone;
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  process.once('exit', () => server.kill('SIGKILL'));
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  if (await firstPing(url, gone)) return { url, stop };
  await stop();
  return { reason: `it did not start: ${await gone}` };
}

const given = process.argv.slice(2);
/** What makes no sense without a MongoDB is then left out. */
const needsIt = given[0] === '--only-with-it';
const [program, ...args] = needsIt ? given.slice(1) : given;
if (program === undefined) {
  console.error('Say which command to run: node tools/mongodb-for-tests.mjs npm test');
  process.exit(2);
}

// The driver is needed here already, and an installation later would remove the server.
await ensureInstalled();
const env = { ...process.env };
let server;
if (env.MONGODB_URL) console.log('MONGODB_URL is set: tests on a MongoDB use that server.');
else {
  const reason = install();
  server = reason === undefined ? await start() : { reason };
  if (server.url === undefined) {
    console.log(`Tests on a MongoDB are skipped, ${PACKAGE} cannot be had (${server.reason}).`);
    if (needsIt) process.exit(0);
  } else {
    env.MONGODB_URL = server.url;
    // Tests that kill a server start their own.
    env.MONGODB_SERVER_FOR_TESTS = command;
    console.log(`Tests on a MongoDB use ${PACKAGE}: MONGODB_URL='${server.url}'`);
  }
}
const { code, signal } = await run(program, args, { env, cwd: process.cwd() });
await server?.stop?.();
if (signal !== null) endBy(signal);
process.exitCode = code;
