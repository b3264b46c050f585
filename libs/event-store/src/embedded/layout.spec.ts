import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  countUp,
  everything,
  newOrganisation,
  newStream,
  record,
} from '../contract/samples.contract.ts';
import type { StoredRecord } from '../port.ts';
import { openEmbeddedEventStore } from './open.ts';
import { verifyLog } from './verify-log.ts';

/** Format 1 as it was written: names had an index that could not tell that it was damaged. */
const FORMAT_1 = `
  CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    organisation TEXT NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    checksum TEXT NOT NULL
  ) STRICT;
  CREATE TABLE records (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    content_type INTEGER NOT NULL,
    created INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    metadata ANY NOT NULL,
    data ANY NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
  CREATE INDEX records_by_id ON records (stream, substr(id, -8));
  PRAGMA application_id = ${0x56697645};
  PRAGMA user_version = 1;
`;

const organisation = newOrganisation();
const streams = countUp(0, 20).map(() => newStream());
let folder: string;
let file: string;
let log: StoredRecord[];

/** A log of sixty records as the format before this one keeps it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
  file = join(folder, 'log.db');
  const written = join(folder, 'written.db');
  const store = await openEmbeddedEventStore({ file: written });
  for (const index of countUp(0, 60))
    await store.append(organisation, streams[(index * 7) % 20]!, 'any', [record()]);
  log = await everything(store, {});
  await store.close();
  const database = new DatabaseSync(file);
  database.exec(FORMAT_1);
  database.exec('PRAGMA journal_mode = WAL');
  database.prepare('ATTACH ? AS written').run(written);
  database.exec('INSERT INTO streams SELECT * FROM written.streams');
  database.exec('INSERT INTO records SELECT * FROM written.records');
  database.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a log of format 1 is brought up to date by opening it, and holds what it held', async () => {
  await expect(verifyLog(file)).rejects.toThrow('start this version once');
  const absent = newStream();
  for (const _ of ['at first', 'and again']) {
    const store = await openEmbeddedEventStore({ file });
    expect(await everything(store, {})).toEqual(log);
    for (const stream of streams)
      expect(await store.readStream(organisation, stream)).toEqual(
        log.filter((one) => one.stream === stream),
      );
    expect(await store.readStream(organisation, absent)).toBeUndefined();
    await store.close();
  }
  expect(await verifyLog(file)).toEqual({ events: 60, streams: 20, damages: [] });
  const store = await openEmbeddedEventStore({ file });
  expect(await store.append(organisation, absent, 'none', [record()])).toEqual({
    revision: 0,
    position: 60,
  });
  expect(await store.append(organisation, streams[3]!, 2, [record()])).toMatchObject({
    revision: 3,
  });
  await store.close();
  expect((await verifyLog(file)).damages).toEqual([]);
});

test('a log of format 1 whose index by name is damaged is left as it is', async () => {
  const bytes = readFileSync(file);
  // A name stands in the table and in the index; the index was laid out after it.
  const places = [bytes.indexOf(streams[5]!), bytes.lastIndexOf(streams[5]!)];
  expect(places[0]).not.toBe(places[1]);
  for (const place of places) {
    const damaged = Buffer.from(bytes);
    damaged[place]! ^= 1;
    writeFileSync(file, damaged);
    await expect(openEmbeddedEventStore({ file })).rejects.toMatchObject({
      name: 'UnusableLogFile',
      message: expect.stringContaining('restore the log from a backup') as string,
    });
    expect(readFileSync(file).equals(damaged)).toBe(true);
  }
});
