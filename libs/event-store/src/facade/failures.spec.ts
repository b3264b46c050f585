import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import type { Position } from '@vivier/kernel';
import { openEmbeddedEventStore } from '../embedded/open.ts';
import { DamagedRecord, StoreClosed, StoreFull } from '../port.ts';
import type { EventStore } from '../port.ts';
import { CLASSIC, all, events, newName, refusalOf, serve } from './served.fixtures.ts';
import type { Served } from './served.fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivier-facade-'));
let failure: Error | undefined;
let served: Served;

/** A log of which every call fails for as long as there is a failure. */
const failing = (log: EventStore): EventStore =>
  new Proxy(log, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        if (failure !== undefined && property !== 'close') throw failure;
        return Reflect.apply(value, target, given);
      };
    },
  });

beforeAll(async () => {
  const log = failing(await openEmbeddedEventStore({ file: join(folder, 'log') }));
  served = await serve({ log });
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

test('a log that is closed under a subscription ends it with an error', async () => {
  const log = await openEmbeddedEventStore({ file: join(folder, 'closed') });
  const other = await serve({ log });
  const subscription = other.client.subscribeToAll();
  const live = new Promise((resolve) => subscription.once('caughtUp', resolve));
  const ended = refusalOf(all(subscription));
  await live;
  await log.close();
  expect(await ended).toMatchObject({ type: 'unavailable' });
  await other.close();
});

test.each([
  [new StoreFull(), status.RESOURCE_EXHAUSTED, 'disk'],
  [new StoreClosed(), status.UNAVAILABLE, 'closed'],
  [new DamagedRecord(7 as Position), status.DATA_LOSS, 'damaged'],
  [new Error('the secret of Ada'), status.UNKNOWN, 'failed'],
])('after %p every kind of call fails alone, and the server goes on', async (error, code, said) => {
  const { client, faults } = served;
  const name = newName();
  await client.appendToStream(name, events(1));
  faults.length = 0;
  failure = error;
  const refusals = [
    await refusalOf(client.appendToStream(name, events(1), CLASSIC)),
    await refusalOf(client.deleteStream(name)),
    await refusalOf(client.tombstoneStream(name)),
    await refusalOf(all(client.readStream(name))),
    await refusalOf(all(client.readAll())),
    await refusalOf(all(client.subscribeToAll())),
    await refusalOf(all(client.subscribeToStream(name))),
  ];
  const batch = await refusalOf(client.appendToStream(name, events(1)));
  failure = undefined;
  for (const { code: told, message } of refusals) {
    expect(told).toBe(code);
    expect(message).toContain(said);
    expect(message).not.toContain('Ada');
  }
  expect(batch).toMatchObject({ type: 'unknown' });
  expect(faults).toEqual(Array(8).fill(error));
  expect((await client.appendToStream(name, events(1))).nextExpectedRevision).toBe(1n);
});
