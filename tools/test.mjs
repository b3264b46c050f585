// npm test: installs what is missing, then runs every test; `npm test -- libs/kernel` runs some.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { endBy, run } from './build-and-run.mjs';
import { ensureInstalled, root } from './install.mjs';

const REAL_SERVERS = [
  ['EVENTSTORE_URL', 'EventStoreDB', 'esdb://127.0.0.1:2113?tls=false'],
  ['MONGODB_URL', 'MongoDB', 'mongodb://127.0.0.1:27017/?replicaSet=rs0'],
];

const node = await ensureInstalled();
for (const [name, server, example] of REAL_SERVERS)
  console.log(
    process.env[name]
      ? `${name} is set: the real ${server} is tested as well.`
      : `${name} is not set: tests on a real ${server} are skipped (docker compose up -d --wait, then ${name}='${example}').`,
  );

const given = process.argv.slice(2);
const setsWorkers = given.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)/.test(arg));
const { code, signal } = await run(node, [
  // Nest is published as ES modules only, which Jest runs behind this flag.
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
  '--reporters=default',
  `--reporters=${path.join(root, 'tools', 'closing-line.mjs')}`,
  `--config=${path.join(root, 'jest.config.mjs')}`,
  // Jest keeps one core free, which on two cores would leave a single worker.
  ...(setsWorkers ? [] : [`--maxWorkers=${Math.max(2, availableParallelism() - 1)}`]),
  ...given,
]);
if (signal !== null) endBy(signal);
process.exitCode = code;
