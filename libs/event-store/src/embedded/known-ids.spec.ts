import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { countUp, newOrganisation, newStream, record } from '../contract/samples.contract.ts';
import { EmbeddedEventStore } from './embedded-event-store.ts';
import { KnownIds } from './known-ids.ts';
import { openLogFile } from './log-file.ts';
import { LogReader } from './log-reader.ts';
import { Streams } from './streams.ts';

const organisation = newOrganisation();
let folder: string;
let log: DatabaseSync;
let store: EmbeddedEventStore;
let fail: (() => void) | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
  log = openLogFile(join(folder, 'log.db'));
  fail = undefined;
  store = new EmbeddedEventStore(log, { faults: { at: () => fail?.() } });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Looks ids up as an append does, and counts the records that had to be read for it. */
const looking = (remembered?: number) => {
  const streams = new Streams(log);
  const reader = new LogReader(log, streams);
  let read = 0;
  const counting = {
    streamPage: (...asked: Parameters<LogReader['streamPage']>) => {
      const page = reader.streamPage(...asked);
      read += page.length;
      return page;
    },
  };
  const ids = new KnownIds(counting, remembered);
  const find = (stream: ReturnType<typeof newStream>, id: ReturnType<typeof record>['id']) => {
    const state = streams.find(stream);
    if (!state) throw new Error('The stream was made.');
    read = 0;
    return { revision: ids.revisionOf(state, id), read };
  };
  return { find, ids };
};

test('a stream is read once for its ids, and afterwards what was added to it', async () => {
  const stream = newStream();
  const batch = countUp(0, 2_500).map(() => record());
  await store.append(organisation, stream, 'none', batch);
  const { find } = looking();
  expect(find(stream, batch[2_499]!.id)).toEqual({ revision: 2_499, read: 2_500 });
  expect(find(stream, batch[3]!.id)).toEqual({ revision: 3, read: 0 });
  const more = record();
  expect(find(stream, more.id)).toEqual({ revision: undefined, read: 0 });
  await store.append(organisation, stream, 2_499, [more]);
  expect(find(stream, more.id)).toEqual({ revision: 2_500, read: 1 });
});

test('an id that stands twice is found where it stands last', async () => {
  const stream = newStream();
  const twice = record();
  await store.append(organisation, stream, 'none', [twice, record()]);
  await store.append(organisation, stream, 1, [record(), twice]);
  expect(looking().find(stream, twice.id).revision).toBe(3);
});

test('beyond what is remembered streams are read again', async () => {
  const [first, second] = [newStream(), newStream()];
  const one = record();
  await store.append(organisation, first, 'none', [one]);
  await store.append(
    organisation,
    second,
    'none',
    countUp(0, 3).map(() => record()),
  );
  const { find } = looking(3);
  expect(find(first, one.id).read).toBe(1);
  expect(find(first, one.id).read).toBe(0);
  expect(find(second, one.id)).toEqual({ revision: undefined, read: 3 });
  expect(find(first, one.id)).toEqual({ revision: 0, read: 1 });
});

test('ids of a commit that failed are not taken for stored ones', async () => {
  const stream = newStream();
  await store.append(organisation, stream, 'any', [record()]);
  const lost = record();
  fail = () => {
    throw new Error('The disk did not answer.');
  };
  // The second of these looks the ids of the stream up when it holds the first one's already.
  const outcomes = await Promise.allSettled([
    store.append(organisation, stream, 'any', [lost]),
    store.append(organisation, stream, 'any', [record()]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fail = undefined;
  expect(await store.append(organisation, stream, 'any', [record()])).toMatchObject({
    revision: 1,
  });
  expect(await store.append(organisation, stream, 'any', [lost])).toMatchObject({ revision: 2 });
});
