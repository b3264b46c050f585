import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DamagedRecord,
  openEmbeddedEventStore,
  UnusableLogFile,
  type EventStore,
  type NewRecord,
  type StoredRecord,
} from '@vivier/event-store';
import { streamName, type EventId, type OrganisationId, type StreamName } from '@vivier/kernel';
import { drawing, isLong, seed } from './seeded.ts';

const POINTS = isLong ? 1_000 : 60;
const SECTOR = 512;

const random = drawing(seed);
const organisationId = 'maison' as OrganisationId;

const record = (): NewRecord => ({
  id: crypto.randomUUID() as EventId,
  type: 'SampleTaken.v1',
  contentType: 'application/json',
  data: Buffer.from(JSON.stringify({ text: 'x'.repeat(random(2_000)) })),
  metadata: Buffer.from('{}'),
});

const all = async (store: EventStore): Promise<StoredRecord[]> => {
  const records: StoredRecord[] = [];
  for await (const page of store.readAll()) records.push(...page);
  return records;
};

/** What is on the disk, as a power cut leaves it: the store has it open all the while. */
interface Disk {
  readonly database: Buffer;
  readonly wal: Buffer;
  readonly log: readonly StoredRecord[];
  /** How many records the log has after each acknowledged commit, and where that ends in the WAL. */
  readonly commits: readonly { readonly records: number; readonly end: number }[];
}

let folder: string;
let disk: Disk;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-torn-'));
  const file = join(folder, 'written.sqlite');
  const streams = Array.from({ length: 8 }, () => streamName('sample', crypto.randomUUID()));
  const append = (store: EventStore, stream: StreamName) =>
    store.append(
      organisationId,
      stream,
      'any',
      Array.from({ length: 1 + random(4) }, () => record()),
    );
  // What lies in the database itself, because the store was closed after it.
  const before = await openEmbeddedEventStore({ file });
  for (let batch = 0; batch < 20; batch += 1) await append(before, streams[batch % 8]!);
  const base = (await before.head()) + 1;
  await before.close();

  const store = await openEmbeddedEventStore({ file });
  const commits = [{ records: base, end: 0 }];
  for (let turn = 0; turn < 40; turn += 1) {
    // Several at once share a commit: then they are all there, or none.
    const some = streams.filter(() => random(3) === 0);
    const told = await Promise.all(some.map((stream) => append(store, stream)));
    if (told.length === 0) continue;
    const records = Math.max(...told.map(({ position }) => position)) + 1;
    commits.push({ records, end: (await stat(`${file}-wal`)).size });
  }
  disk = {
    database: await readFile(file),
    wal: await readFile(`${file}-wal`),
    log: await all(store),
    commits,
  };
  await store.close();
});
afterAll(() => rm(folder, { recursive: true }));

type Damage = 'cut' | 'flip' | 'zero';
const damages: readonly Damage[] = ['cut', 'flip', 'zero'];

/** The bytes with one damage at or after `at`, and from where on they are not what was written. */
const damaged = (bytes: Buffer, damage: Damage, at: number): { bytes: Buffer; from: number } => {
  if (damage === 'cut') return { bytes: bytes.subarray(0, at), from: at };
  const copy = Buffer.from(bytes);
  const from = damage === 'zero' ? at - (at % SECTOR) : at;
  if (damage === 'flip') copy[at]! ^= 1 << random(8);
  else copy.fill(0, from, Math.min(from + SECTOR, copy.length));
  return { bytes: copy, from };
};

/** Lays a disk down as files of their own, opens them, works with them and takes them away. */
const opened = async <T>(
  database: Buffer,
  wal: Buffer,
  work: (store: EventStore) => Promise<T>,
): Promise<T> => {
  const place = await mkdtemp(join(folder, 'copy-'));
  const file = join(place, 'log.sqlite');
  await writeFile(file, database);
  await writeFile(`${file}-wal`, wal);
  try {
    const store = await openEmbeddedEventStore({ file });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await rm(place, { recursive: true });
  }
};

test(`a tail torn at ${POINTS} places of the WAL leaves all that was durable before the place, and no half batch (seed ${seed})`, async () => {
  const { database, wal, log, commits } = disk;
  expect(commits.length).toBeGreaterThan(20);
  expect(commits.at(-1)).toEqual({ records: log.length, end: wal.length });
  const lengths = new Set<number>();
  for (let point = 0; point < POINTS; point += 1) {
    const damage = damages[point % damages.length]!;
    const { bytes, from } = damaged(wal, damage, random(wal.length));
    const durable = commits.findLast(({ end }) => end <= from)!.records;
    await opened(database, bytes, async (store) => {
      const left = await all(store);
      expect(commits.map(({ records }) => records)).toContain(left.length);
      expect(left.length).toBeGreaterThanOrEqual(durable);
      expect(left).toEqual(log.slice(0, left.length));
      lengths.add(left.length);
      if (point % 5 > 0) return;
      // What is left is a log like any other: it goes on behind its end.
      const stream = streamName('sample', crypto.randomUUID());
      const { position } = await store.append(organisationId, stream, 'none', [record()]);
      expect(position).toBe(left.length);
    });
  }
  expect(lengths.size).toBeGreaterThan(10);
}, 900_000);

test(`a database damaged at ${POINTS} places is whole where it is read, or says that it is damaged (seed ${seed})`, async () => {
  const { database, wal, log } = disk;
  const streams = new Set(log.map(({ stream }) => stream));
  let said = 0;
  for (let point = 0; point < POINTS; point += 1) {
    const damage = damages[point % damages.length]!;
    const { bytes } = damaged(database, damage, random(database.length));
    const read: StoredRecord[] = [];
    try {
      await opened(bytes, wal, async (store) => {
        for await (const page of store.readAll()) read.push(...page);
        for (const stream of streams) {
          const records = await store.readStream(organisationId, stream);
          expect(records).toEqual(log.filter((one) => one.stream === stream));
        }
        expect(read).toEqual(log);
      });
    } catch (error) {
      if (!(error instanceof DamagedRecord || error instanceof UnusableLogFile)) throw error;
      said += 1;
    }
    // Whatever was handed over before the damage is true.
    expect(read).toEqual(log.slice(0, read.length));
  }
  expect(said).toBeGreaterThan(POINTS / 20);
}, 900_000);
