import {
  DamagedRecord,
  type EventStore,
  type ReadAllOptions,
  type StoredRecord,
} from '@vivier/event-store';
import { START, type Position } from '@vivier/kernel';
import { MemoryEventStore } from '@vivier/testing';
import type { Entry } from './entry.ts';
import { campaigns, codec, named, ours, theirs } from './feed.fixtures.ts';
import { follow, TooSlow, type Following } from './follow.ts';
import { Hub } from './hub.ts';

const QUEUE = 10;

/** A log, the hub on it, and how often each was asked. */
const world = (pageSize = 5) => {
  const store = new MemoryEventStore({ pageSize });
  const asked = { pages: 0, subscriptions: 0 };
  const readAll = (options?: ReadAllOptions) => {
    asked.pages += 1;
    return store.readAll(options);
  };
  const subscribe: typeof store.subscribe = (options) => {
    asked.subscriptions += 1;
    return store.subscribe(options);
  };
  const head = (): Promise<Position> => store.head();
  const hub = new Hub({ store: { head, subscribe }, codec, queue: QUEUE });
  const leaving = new AbortController();
  const reader = (more: Partial<Following> = {}) =>
    follow({
      store: { readAll },
      hub,
      codec,
      organisationId: ours,
      types: undefined,
      after: START,
      signal: leaving.signal,
      onPage: () => undefined,
      ...more,
    });
  return { store, hub, asked, reader, leaving };
};

const nameOf = (entry: Entry): string => (entry.event.data as { campaign: string }).campaign;

const take = async (from: AsyncGenerator<Entry, void>, count: number): Promise<string[]> => {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await from.next();
    if (done) throw new Error(`It ended after ${taken.length}.`);
    taken.push(nameOf(value));
  }
  return taken;
};

test('The past comes first, then what is appended, of one organisation alone', async () => {
  const { store, reader } = world();
  await campaigns(store, ours, named(0, 12));
  await campaigns(store, theirs, ['elsewhere']);
  const feed = reader();
  expect(await take(feed, 12)).toEqual(named(0, 12));
  const next = take(feed, 3);
  await campaigns(store, theirs, ['elsewhere too']);
  await campaigns(store, ours, named(12, 15));
  expect(await next).toEqual(named(12, 15));
});

test('All live readers share one reading of the log, which ends with the last of them', async () => {
  const { store, hub, asked, reader, leaving } = world();
  await campaigns(store, ours, ['first']);
  const feeds = [reader(), reader(), reader({ organisationId: theirs })];
  const [one, other, strange] = feeds;
  await Promise.all([take(one!, 1), take(other!, 1)]);
  const live = feeds.map((feed) => feed.next());
  await campaigns(store, ours, ['second']);
  await campaigns(store, theirs, ['theirs']);
  const told = await Promise.all(live);
  expect(told.map(({ value }) => nameOf(value as Entry))).toEqual(['second', 'second', 'theirs']);
  expect([hub.size, asked.subscriptions]).toEqual([3, 1]);
  leaving.abort();
  await Promise.all([one, other, strange].map((feed) => feed!.next()));
  expect(hub.size).toBe(0);

  const later = reader({ signal: new AbortController().signal });
  expect(await take(later, 2)).toEqual(['first', 'second']);
  const third = later.next();
  await campaigns(store, ours, ['third']);
  expect(nameOf((await third).value as Entry)).toBe('third');
  expect(asked.subscriptions).toBe(2);
});

test('Who reads the past slowly holds one page and makes nobody read ahead', async () => {
  const { store, hub, asked, reader } = world();
  await campaigns(store, ours, named(0, 50));
  const feed = reader();
  expect(await take(feed, 1)).toEqual(['c0']);
  await campaigns(store, ours, named(50, 100));
  expect([asked.pages, hub.size]).toEqual([1, 0]);
  expect(await take(feed, 99)).toEqual(named(1, 100));
});

test('A live reader that does not take gets what waited, then is cut off; others go on', async () => {
  const { store, hub, reader } = world();
  await campaigns(store, ours, ['first']);
  const [slow, quick] = [reader(), reader()];
  await take(slow, 1);
  await take(quick, 1);
  const both = [slow.next(), quick.next()];
  // They have come live, and wait.
  await new Promise((resolve) => void setImmediate(resolve));
  expect(hub.size).toBe(2);
  await campaigns(store, ours, ['second']);
  await Promise.all(both);
  const taken = take(quick, 40);
  await campaigns(store, ours, named(0, 40));
  expect(await taken).toEqual(named(0, 40));
  expect(hub.size).toBe(1);
  expect(await take(slow, QUEUE)).toEqual(named(0, QUEUE));
  await expect(slow.next()).rejects.toThrow(TooSlow);
});

test('It goes on after the last event that a reader has, without a gap and without a repetition', async () => {
  const { store, reader } = world();
  await campaigns(store, ours, named(0, 20));
  const first = reader();
  let last: Position = START;
  for (let n = 0; n < 7; n += 1) {
    const { value } = await first.next();
    last = (value as Entry).position;
  }
  await first.return();
  expect(await take(reader({ after: last }), 13)).toEqual(named(7, 20));
});

/** The same log with gaps between its positions, as other stores have. */
const withGaps = (store: MemoryEventStore): Pick<EventStore, 'head' | 'readAll' | 'subscribe'> => {
  const out = (position: Position): Position =>
    position === START ? START : ((position * 1_000 + 7) as Position);
  const back = (position: Position): Position => Math.floor(position / 1_000) as Position;
  const moved = (records: readonly StoredRecord[]): StoredRecord[] =>
    records.map((record) => ({ ...record, position: out(record.position) }));
  return {
    head: async () => out(await store.head()),
    async *readAll({ after = START, ...options }: ReadAllOptions = {}) {
      for await (const page of store.readAll({ ...options, after: back(after) })) yield moved(page);
    },
    async *subscribe({ after, ...options }) {
      for await (const message of store.subscribe({ ...options, after: back(after) }))
        yield message.kind === 'records'
          ? { kind: 'records', records: moved(message.records) }
          : { kind: 'caughtUp', position: out(message.position) };
    },
  };
};

test('Positions may have gaps', async () => {
  const store = new MemoryEventStore({ pageSize: 5 });
  const gapped = withGaps(store);
  const hub = new Hub({ store: gapped, codec, queue: QUEUE });
  await campaigns(store, ours, named(0, 12));
  const more = { signal: new AbortController().signal, onPage: () => undefined };
  const reader = (after: Position) =>
    follow({ store: gapped, hub, codec, organisationId: ours, types: undefined, after, ...more });
  const feed = reader(3_007 as Position);
  expect(await take(feed, 8)).toEqual(named(4, 12));
  const next = take(feed, 2);
  await campaigns(store, theirs, ['elsewhere']);
  await campaigns(store, ours, named(12, 14));
  expect(await next).toEqual(named(12, 14));
});

test('Only the types that are wanted are taken, and wait', async () => {
  const { store, hub, reader } = world();
  await campaigns(store, ours, named(0, 3));
  const feed = reader({ types: ['ChecklistSet'] });
  const next = feed.next();
  await campaigns(store, ours, named(3, 30));
  await campaigns(store, ours, ['a checklist'], 'ChecklistSet.v1');
  expect(nameOf((await next).value as Entry)).toBe('a checklist');
  expect(hub.size).toBe(1);
});

test('A reader that leaves in the middle of nothing is let go at once', async () => {
  const { store, hub, reader, leaving } = world();
  await campaigns(store, ours, ['first']);
  const feed = reader();
  await take(feed, 1);
  const waiting = feed.next();
  leaving.abort();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(hub.size).toBe(0);
});

test('A log that cannot be read ends every stream with the reason, and a new reader tries anew', async () => {
  const store = new MemoryEventStore();
  await campaigns(store, ours, ['first']);
  let broken = true;
  const failures: unknown[] = [];
  const hub = new Hub({
    store: {
      head: () => store.head(),
      subscribe: (options) => {
        if (broken) throw new DamagedRecord(1 as Position);
        return store.subscribe(options);
      },
    },
    codec,
    queue: QUEUE,
    onFailure: (failure) => failures.push(failure),
  });
  const options = { store, hub, codec, organisationId: ours, types: undefined, after: START };
  const more = { signal: new AbortController().signal, onPage: () => undefined };
  const feed = follow({ ...options, ...more });
  expect(await take(feed, 1)).toEqual(['first']);
  await expect(feed.next()).rejects.toThrow(DamagedRecord);
  expect(failures).toHaveLength(1);
  broken = false;
  const again = follow({ ...options, ...more });
  expect(await take(again, 1)).toEqual(['first']);
  const next = again.next();
  await campaigns(store, ours, ['second']);
  expect(nameOf((await next).value as Entry)).toBe('second');
});
