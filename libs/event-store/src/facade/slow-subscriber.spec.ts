import type { EventId, Position, StreamName } from '@vivier/kernel';
import { START } from '@vivier/kernel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedEventStore } from '../embedded/open.ts';
import type { EventStore, SubscriptionMessage } from '../port.ts';
import { OWN_ORGANISATION } from './own-log.ts';
import { serve } from './served.fixtures.ts';
import type { Served } from './served.fixtures.ts';

const SIZE = 65_000;
const A_MEBIBYTE = 1_048_576;

/** A log that counts the bytes which subscriptions were given. */
function counting(log: EventStore, given: { bytes: number }): EventStore {
  async function* counted(messages: AsyncIterable<SubscriptionMessage>) {
    for await (const message of messages) {
      if (message.kind === 'records') {
        for (const { data } of message.records) given.bytes += data.byteLength;
      }
      yield message;
    }
  }
  return new Proxy(log, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'subscribe') return value.bind(target) as unknown;
      return (options: Parameters<EventStore['subscribe']>[0]) => counted(log.subscribe(options));
    },
  });
}

const folder = mkdtempSync(join(tmpdir(), 'vivier-facade-'));
afterAll(() => rmSync(folder, { recursive: true }));
const given = { bytes: 0 };
let log: EventStore;
let served: Served;
beforeAll(async () => {
  log = await openEmbeddedEventStore({ file: join(folder, 'log') });
  served = await serve({ log: counting(log, given) });
});
afterAll(() => served.close());

/** Sixteen events of 65 kB, straight into the log. */
async function fill(stream: string): Promise<Position> {
  const records = Array.from({ length: 16 }, () => ({
    id: crypto.randomUUID() as EventId,
    type: 'Large',
    contentType: 'application/octet-stream' as const,
    data: Buffer.alloc(SIZE, 7),
    metadata: new Uint8Array(),
  }));
  return (await log.append(OWN_ORGANISATION, stream as StreamName, 'any', records)).position;
}

test('a subscriber that takes nothing holds up its own reading, and gets everything later', async () => {
  for (let count = 0; count < 48; count++) await fill('large');
  // From reading once the log knows how long its pages may be.
  for await (const page of log.readAll({ after: START })) expect(page.length).toBeGreaterThan(0);
  const subscription = served.client.subscribeToAll();
  await new Promise((resolve) => subscription.once('readable', resolve));
  // Others are served meanwhile, and while they are the subscription could have gone on.
  for (let count = 0; count < 100; count++) await served.client.getStreamMetadata('large');
  expect(given.bytes).toBeGreaterThan(0);
  expect(given.bytes).toBeLessThan(20 * A_MEBIBYTE);

  let revision = 0n;
  for await (const { event } of subscription) {
    if (event!.streamId !== 'large') continue;
    expect(event!.revision).toBe(revision++);
    if (revision === 48n * 16n) break;
  }
  expect(given.bytes).toBeGreaterThan(45 * A_MEBIBYTE);
});

test('a live subscriber that falls behind is told so, misses nothing and is live again', async () => {
  const subscription = served.client.subscribeToAll({ fromPosition: 'end' });
  const told: string[] = [];
  const revisions: number[] = [];
  let heard = (): void => {};
  const tell = (line: string) => (): void => {
    told.push(line);
    heard();
  };
  subscription.on('caughtUp', tell('caught up')).on('fellBehind', tell('fell behind'));
  subscription.on('data', ({ event }) => {
    revisions.push(Number(event!.revision));
    heard();
  });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (heard = resolve));
  };
  await until(() => told.length === 1);
  subscription.pause();
  for (let count = 0; count < 12; count++) await fill('later');
  subscription.resume();
  await until(() => told.length === 3 && revisions.length === 12 * 16);
  expect(told).toEqual(['caught up', 'fell behind', 'caught up']);
  expect(revisions).toEqual(Array.from({ length: 12 * 16 }, (_, index) => index));
  await subscription.unsubscribe();
});

test('a subscriber that leaves while it holds the server up leaves nothing behind', async () => {
  const subscription = served.client.subscribeToAll();
  await new Promise((resolve) => subscription.once('readable', resolve));
  await subscription.unsubscribe();
  await served.client.getStreamMetadata('large');
  expect(served.faults).toEqual([]);
});
