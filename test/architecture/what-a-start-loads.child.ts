// Starts the product on a folder, says which packages that loaded, and ends.
import { registerHooks } from 'node:module';

const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});
const { silentLog, start } = await import('@vivier/server');
const server = await start({
  host: '127.0.0.1',
  port: 0,
  dataFolder: process.argv[2] ?? '',
  publicUrl: '',
  log: silentLog,
  demo: true,
  passwordCost: { memoryKiB: 8, passes: 1, parallelism: 1 },
});
const ready = await fetch(`${server.url}/health/ready`);
const atStart = [...loaded];
const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
await page.arrayBuffer();
await server.stop();
process.stdout.write(
  JSON.stringify({ status: ready.status, atStart, later: [...loaded].slice(atStart.length) }),
);
