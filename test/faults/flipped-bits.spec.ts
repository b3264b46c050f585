import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DamagedRecord, openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import { streamName, type EventId, type OrganisationId, type Position } from '@vivier/kernel';
import { drawing, isLong, seed } from './seeded.ts';

const FLIPS = isLong ? 10_000 : 300;
const RECORDS = 50;
const COLUMNS = [
  ...['position', 'stream', 'revision', 'id', 'type', 'content_type', 'created'],
  ...['checksum', 'metadata', 'data'],
] as const;

const random = drawing(seed);
const organisationId = 'maison' as OrganisationId;

let folder: string;
let file: string;
let store: EventStore;
let disk: DatabaseSync;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-flipped-'));
  file = join(folder, 'log.sqlite');
  store = await openEmbeddedEventStore({ file });
  const streams = Array.from({ length: 6 }, () => streamName('sample', crypto.randomUUID()));
  for (let index = 0; index < RECORDS; index += 1) {
    const data = Buffer.alloc(50 + index * 7, `{"n":${index}}`);
    // Some are not text, which the log keeps in another way.
    if (index % 5 === 0) data[3] = 0xff;
    await store.append(organisationId, streams[index % 6]!, 'any', [
      {
        id: crypto.randomUUID() as EventId,
        type: 'SampleTaken.v1',
        contentType: 'application/json',
        data,
        metadata: Buffer.from('{"at":1}'),
      },
    ]);
  }
  disk = new DatabaseSync(file);
  disk.exec('PRAGMA synchronous = OFF');
});
afterAll(async () => {
  disk.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Where reading the log stopped, or undefined where it read all of it. */
const found = async (): Promise<Position | undefined> => {
  try {
    for await (const page of store.readAll()) expect(page.length).toBeGreaterThan(0);
    return undefined;
  } catch (error) {
    if (error instanceof DamagedRecord) return error.position;
    throw error;
  }
};

/** Turns one bit of a value over, whatever it is; text may stop being text by it. */
const flipped = (value: unknown): { readonly value: bigint | Buffer; readonly as: string } => {
  // A row number that took its highest bit would be a negative one, and lie before the log.
  if (typeof value === 'bigint') return { value: value ^ (1n << BigInt(random(50))), as: '?' };
  const bytes = Buffer.from(value as string | Uint8Array);
  bytes[random(bytes.length)]! ^= 1 << random(8);
  return { value: bytes, as: typeof value === 'string' ? 'CAST(? AS TEXT)' : '?' };
};

test(`each of ${FLIPS} bits flipped in stored records is found and its position named (seed ${seed})`, async () => {
  const missed: unknown[] = [];
  let flips = 0;
  while (flips < FLIPS) {
    const column = COLUMNS[random(COLUMNS.length)]!;
    const position = random(RECORDS);
    const reading = disk.prepare(`SELECT ${column} AS value FROM records WHERE position = ?`);
    reading.setReadBigInts(true);
    const { value: old } = reading.get(position) as { readonly value: unknown };
    const { value, as } = flipped(old);
    try {
      disk.prepare(`UPDATE records SET ${column} = ${as} WHERE position = ?`).run(value, position);
    } catch {
      // The flip made it another record's place, which the table does not allow: nothing was stored.
      continue;
    }
    flips += 1;
    const named = await found();
    if (named !== position) missed.push({ column, position, named });
    const where = column === 'position' ? (value as bigint) : position;
    disk
      .prepare(`UPDATE records SET ${column} = ? WHERE position = ?`)
      .run(old as bigint | string | Buffer, where);
    if (column !== 'position') continue;
    // An open store remembers how far the log went, and would find it too short from now on.
    await store.close();
    store = await openEmbeddedEventStore({ file });
  }
  expect(missed).toEqual([]);
  // All that was turned over was turned back: nothing else is wrong with the log.
  expect(await found()).toBeUndefined();
}, 900_000);
