import { jest } from '@jest/globals';
import { START } from '@vivier/kernel';
import type { EventId, Position } from '@vivier/kernel';
import { randomNumbers } from '../contract/damage.contract.ts';
import {
  countUp,
  idsOf,
  newOrganisation,
  newStream,
  records,
} from '../contract/samples.contract.ts';
import type { EventStore } from '../port.ts';
import { later } from './later.fixtures.ts';
import { HandSetWaiting, served } from './served.fixtures.ts';
import type { Served } from './served.fixtures.ts';

jest.setTimeout(60_000);

let server: Served;
beforeEach(async () => {
  server = await served();
});
afterEach(() => server.cleanUp());

/** Follows until so many records have come and the end is reached; resolves with their ids. */
async function follow(
  store: EventStore,
  count: number,
  {
    after = START,
    eachTime = () => {},
  }: { after?: Position; eachTime?: (seen: number) => void } = {},
): Promise<EventId[]> {
  const stop = new AbortController();
  const seen: EventId[] = [];
  for await (const message of store.subscribe({ after, signal: stop.signal })) {
    if (message.kind === 'records') {
      seen.push(...idsOf(message.records));
      eachTime(seen.length);
    } else if (seen.length >= count) stop.abort();
  }
  return seen;
}

const seed = Number(process.env['VIVIER_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`a subscription that is cut off again and again hands over everything once, in order (VIVIER_SEED=${seed})`, async () => {
  const random = randomNumbers(seed);
  const organisation = newOrganisation();
  const interruptions: unknown[] = [];
  const waiting = new HandSetWaiting();
  const store = await server.open({
    waiting,
    interrupted: (error) => interruptions.push(error),
  });
  const writer = await server.direct();
  // Cut wherever it happens to be: before an event, within one, behind one.
  let [passed, cutAt] = [0, 200];
  server.proxy.watch = ({ bytes, direction, link }) => {
    if (direction === 'up') return;
    passed += bytes.length;
    if (passed < cutAt) return;
    cutAt = passed + random(6_000);
    link.cut();
  };
  const followed = follow(store, 300);
  for (const _ of countUp(0, 100)) {
    await writer.append(organisation, newStream(), 'none', records(3));
  }
  expect(await followed).toEqual(idsOf(await server.stored()));
  expect(interruptions.length).toBeGreaterThan(3);
  expect(server.subscriptions()).toBeGreaterThan(3);
});

test('what came while the server was away is handed over when it is back, and only then it has caught up', async () => {
  const [organisation, stream] = [newOrganisation(), newStream()];
  const [away, back] = [later(), later()];
  const waiting = new HandSetWaiting(async (pauses) => {
    if (pauses < 6) return;
    away.resolve();
    await back.promise;
  });
  const store = await server.open({ waiting });
  const writer = await server.direct();
  await writer.append(organisation, stream, 'none', records(2));
  const stop = new AbortController();
  const told: (number | Position)[] = [];
  let end = START;
  const ended = (async () => {
    for await (const message of store.subscribe({ after: START, signal: stop.signal })) {
      told.push(message.kind === 'records' ? message.records.length : message.position);
      if (told.length === 2) server.proxy.goDown();
      if (message.kind === 'caughtUp' && message.position === end) stop.abort();
    }
  })();
  await away.promise;
  end = (await writer.append(organisation, stream, 1, records(3))).position;
  expect(told).toEqual([2, (await writer.readStream(organisation, stream))?.[1]?.position]);
  server.proxy.isDown = false;
  back.resolve();
  await ended;
  const since = told.slice(2);
  expect(since.at(-1)).toBe(end);
  // Behind what was missed it says so, and not on the way.
  const caughtUp = since.filter((one) => one > 3);
  expect(caughtUp).toEqual([end]);
});

test('a hundred and fifty subscribers share one subscription, and appends still go through', async () => {
  const [organisation, stream] = [newOrganisation(), newStream()];
  const store = await server.open();
  const before = await store.append(organisation, stream, 'none', records(2));
  const ready = later();
  let caughtUp = 0;
  const stop = new AbortController();
  const expected = 3;
  const followed = countUp(0, 150).map(async () => {
    const seen: EventId[] = [];
    let isFirst = true;
    const { signal } = stop;
    for await (const message of store.subscribe({ after: before.position, signal })) {
      if (message.kind === 'records') seen.push(...idsOf(message.records));
      else if (isFirst) {
        isFirst = false;
        caughtUp += 1;
        if (caughtUp === 150) ready.resolve();
      }
      if (seen.length === expected) break;
    }
    return seen;
  });
  await ready.promise;
  const batch = records(expected);
  await store.append(organisation, stream, 1, batch);
  for (const seen of await Promise.all(followed)) expect(seen).toEqual(idsOf(batch));
  expect(server.subscriptions()).toBe(1);
  // The last one that leaves ends it; the next one makes another.
  await follow(store, 5);
  expect(server.subscriptions()).toBe(2);
});

test('a connection on which nothing moves any more is given up, and the subscription goes on', async () => {
  // The client finds ten seconds short and says so.
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const [organisation, stream] = [newOrganisation(), newStream()];
  const store = await server.open({
    address: `${server.address}&keepAliveInterval=100&keepAliveTimeout=100`,
    waiting: new HandSetWaiting(),
  });
  warn.mockRestore();
  const writer = await server.direct();
  const first = await writer.append(organisation, stream, 'none', records(1));
  let isFrozen = false;
  server.proxy.watch = ({ link }) => {
    if (!isFrozen) return;
    link.hold('up');
    link.hold('down');
  };
  const followed = follow(store, 2, {
    eachTime: (seen) => {
      if (seen > 1) return;
      isFrozen = true;
      const frozen = server.proxy.made;
      const { watch } = server.proxy;
      server.proxy.watch = (piece) => {
        // A new connection is a good one.
        if (server.proxy.made === frozen) watch(piece);
      };
      writer.append(organisation, stream, first.revision, records(1)).catch(() => {});
    },
  });
  expect(await followed).toEqual(idsOf(await server.stored()));
  expect(server.subscriptions()).toBeGreaterThan(1);
});
