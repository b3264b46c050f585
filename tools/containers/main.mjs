// npm run test:containers: the suites of the stores on real servers, which a container engine runs here.
//
// The images are those of docker-compose.yml. Without an engine it fails: it was asked for.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, root } from '../install.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const PULL_MS = 300_000;

const EVENT_STORES = [
  {
    name: 'EventStoreDB',
    image: 'eventstore/eventstore:24.10.0-bookworm-slim',
    prefix: 'EVENTSTORE',
  },
  { name: 'KurrentDB', image: 'kurrentplatform/kurrentdb:25.1.0', prefix: 'KURRENTDB' },
];
const MONGODB = 'mongo:8.0.13';

await ensureInstalled();
if (!existsSync(path.join(here, 'node_modules', 'testcontainers'))) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(1);
}
const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');

try {
  await getContainerRuntimeClient();
} catch {
  console.error(
    'No container engine answers here: start Docker or Podman, or set DOCKER_HOST to one. Nothing was tested.',
  );
  process.exit(1);
}

const started = [];
const up = async (container) => {
  const running = await container.withStartupTimeout(PULL_MS).start();
  started.push(running);
  return running;
};

const eventStore = async ({ image, prefix }) => {
  const container = await up(
    new GenericContainer(image)
      .withEnvironment({
        [`${prefix}_CLUSTER_SIZE`]: '1',
        [`${prefix}_INSECURE`]: 'true',
        [`${prefix}_RUN_PROJECTIONS`]: 'None',
      })
      .withExposedPorts(2113)
      .withWaitStrategy(
        Wait.forHttp('/health/live', 2113).forStatusCodeMatching((code) => code < 300),
      ),
  );
  return `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false`;
};

/** A replica set of one, whose member is called as this machine calls it. */
const mongo = async () => {
  const container = await up(
    new GenericContainer(MONGODB)
      .withCommand(['--replSet', 'rs0', '--bind_ip_all'])
      .withExposedPorts(27017)
      .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/)),
  );
  const script = 'rs.initiate(); while (!db.hello().isWritablePrimary) sleep(100);';
  const { exitCode, output } = await container.exec(['mongosh', '--quiet', '--eval', script]);
  if (exitCode !== 0) throw new Error(`The replica set was not begun: ${output}`);
  return `mongodb://${container.getHost()}:${container.getMappedPort(27017)}/?directConnection=true`;
};

const test = (what, env, paths) => {
  console.log(`\n== ${what}`);
  const { status } = spawnSync(process.execPath, [path.join(root, 'tools', 'test.mjs'), ...paths], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
};

try {
  for (const one of EVENT_STORES)
    test(`${one.name} (${one.image})`, { EVENTSTORE_URL: await eventStore(one) }, [
      'libs/event-store/src/eventstoredb',
    ]);
  const MONGODB_URL = await mongo();
  test(`MongoDB (${MONGODB})`, { MONGODB_URL }, [
    'libs/(mongodb|read-store|vault|identity|files|work-state)/src',
    'test/servers',
  ]);
  test(
    'The walks on MongoDB and EventStoreDB’s protocol',
    { MONGODB_URL, VIVIER_TEST_GROUND: 'servers' },
    ['test/walks'],
  );
} finally {
  for (const container of started) await container.stop();
}
