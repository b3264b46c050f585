// Starts the product on a folder and dies (SIGKILL) around the append that brings a document's new
// version into a dossier: the argument says whether before it or after it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedEventStore, openEventStoreDb, type EventStore } from '@vivier/event-store';
import { handSetClock } from '@vivier/kernel';
import { silentLog, start } from '@vivier/server';

const [, , dataFolder = '', instant = '', when] = process.argv;

const eventStoreUrl = process.env['EVENTSTORE_URL'] || undefined;
const mongoUrl = process.env['MONGODB_URL'] || undefined;

/** What every store of its kind does from now on: also the one that the server is about to open. */
const folder = await mkdtemp(join(tmpdir(), 'vivier-walk-9-'));
const any =
  eventStoreUrl === undefined
    ? await openEmbeddedEventStore({ file: join(folder, 'log.sqlite'), now: () => 0 })
    : await openEventStoreDb({ address: eventStoreUrl });
const stores = Object.getPrototypeOf(any) as { append: EventStore['append'] };
await any.close();
await rm(folder, { recursive: true });
const append = stores.append;
stores.append = async function (this: EventStore, ...args) {
  const [, , , records] = args;
  const isFatal = records.some(({ type }) => type.startsWith('DocumentRepinned.'));
  if (isFatal && when === 'before') process.kill(process.pid, 'SIGKILL');
  const appended = await append.apply(this, args);
  if (isFatal) process.kill(process.pid, 'SIGKILL');
  return appended;
};

const server = await start({
  host: '127.0.0.1',
  port: 0,
  publicUrl: '',
  dataFolder,
  ...(eventStoreUrl !== undefined && mongoUrl !== undefined && { eventStoreUrl, mongoUrl }),
  clock: handSetClock(instant),
  passwordCost: { memoryKiB: 8, passes: 1, parallelism: 1 },
  log: silentLog,
  demo: false,
});
process.stdout.write(`${server.url}\n`);
