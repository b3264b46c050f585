import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StreamName } from '@vivier/kernel';
import { record } from '../contract/samples.contract.ts';
import { openEmbeddedEventStore } from '../embedded/open.ts';
import { OWN_ORGANISATION } from './own-log.ts';
import {
  CLASSIC,
  all,
  clientOf,
  events,
  newName,
  refusalOf,
  revisionsOf,
  serve,
  leave,
} from './served.fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivier-facade-'));
const file = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true }));

/** A server in a process of its own, and the port that it says it has. */
async function start(): Promise<{ readonly port: number; readonly process: ChildProcess }> {
  const hook = new URL('../../../../tools/swc-hook.mjs', import.meta.url).href;
  const script = fileURLToPath(new URL('serve.child.mjs', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', hook, '--conditions=@vivier/source', script, file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await all(firstOf(createInterface({ input: child.stdout })));
  return { port: Number(line), process: child };
}

async function* firstOf<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const one of source) {
    yield one;
    return;
  }
}

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal ?? 'in good order')));

test('what was acknowledged before a kill is there after it, deletions and tombstones too', async () => {
  const acknowledged = new Map<string, number>();
  const [deleted, ended_, limited] = [newName('deleted'), newName('ended'), newName('limited')];
  for (let round = 0; round < 3; round++) {
    const { port, process: child } = await start();
    const client = clientOf(port);
    if (round === 0) {
      for (const name of [deleted, ended_, limited]) await client.appendToStream(name, events(4));
      await client.deleteStream(deleted);
      await client.tombstoneStream(ended_);
      await client.setStreamMetadata(limited, { maxCount: 1 });
    }
    const name = `round-${round}`;
    const exit = ended(child);
    // One append after the other, until the server is gone in the midst of one.
    for (let count = 0; ; count++) {
      if (count === 20) setImmediate(() => child.kill('SIGKILL'));
      const append = client.appendToStream(name, events(1), { ...CLASSIC, deadline: 20_000 });
      const outcome = await append
        .then(({ nextExpectedRevision }) => Number(nextExpectedRevision))
        .catch(() => undefined);
      if (outcome === undefined) break;
      acknowledged.set(name, outcome);
    }
    expect(await exit).toBe('SIGKILL');
    await leave(client);
  }
  const { port, process: child } = await start();
  const client = clientOf(port);
  for (const [name, revision] of acknowledged) {
    const stored = await revisionsOf(client.readStream(name));
    expect(stored.length).toBeGreaterThan(revision);
    // At most the one append whose answer was lost is there besides.
    expect(stored.length).toBeLessThanOrEqual(revision + 2);
  }
  expect(acknowledged.size).toBe(3);
  expect(await refusalOf(all(client.readStream(deleted)))).toMatchObject({
    type: 'stream-not-found',
  });
  expect(await refusalOf(all(client.readStream(ended_)))).toMatchObject({ type: 'stream-deleted' });
  expect(await revisionsOf(client.readStream(limited))).toEqual([3]);
  await client.appendToStream(deleted, events(1));
  expect(await revisionsOf(client.readStream(deleted))).toEqual([4]);
  await leave(client);
  const exit = ended(child);
  child.kill('SIGTERM');
  expect(await exit).toBe('in good order');
}, 120_000);

test('a deleted stream that got an event just before a crash is open, from that event on', async () => {
  const log = await openEmbeddedEventStore({ file: join(folder, 'other') });
  const name = newName();
  const before = await serve({ log });
  await before.client.appendToStream(name, events(3));
  await before.client.deleteStream(name);
  await before.server.close();
  // What the server itself would do next was not done any more.
  const list = [record(), record()];
  await log.append(OWN_ORGANISATION, name as StreamName, 'any', list);
  const after = await serve({ log });
  expect(await revisionsOf(after.client.readStream(name))).toEqual([3, 4]);
  await after.client.appendToStream(name, events(1), { expectedRevision: 4n });
  await after.client.deleteStream(name);
  expect(await refusalOf(all(after.client.readStream(name)))).toMatchObject({
    type: 'stream-not-found',
  });
  await leave(before.client);
  before.raw.close();
  await after.close();
});
