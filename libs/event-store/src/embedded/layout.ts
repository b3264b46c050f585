import type { DatabaseSync } from 'node:sqlite';
import { linked } from './names.ts';

/** "VivE" in the file's header: this SQLite file is an event log. */
export const APPLICATION_ID = 0x56697645;
/** The layout below. A program reads its own and older ones, never a newer one. */
export const FORMAT = 2;

// Streams have a number so that the index by stream grows where the recent streams are, not all over.
// `revision` and `position` of a stream are those of its last record: with them a lost tail is noticed.
const streamsAs = (table: string): string => `
  CREATE TABLE ${table} (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    checksum TEXT NOT NULL
  ) STRICT;
`;

// The index by name; its links are those of `Names`.
const NAMES = `
  CREATE TABLE names (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    link TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

// Each further index costs every append a page of the file: ids are looked for by `KnownIds`.
const RECORDS = `
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
`;

/** Lays an empty file out as a log. */
export function layOut(log: DatabaseSync): void {
  inOneTransaction(log, () => {
    log.exec(`${streamsAs('streams')}${NAMES}${RECORDS}PRAGMA application_id = ${APPLICATION_ID}`);
    fillNames(log);
  });
}

/** Brings a file of format 1, whose index by name could not tell that it was damaged, to this one. */
export function upgrade(log: DatabaseSync): void {
  inOneTransaction(log, () => {
    log.exec(`
      DROP INDEX records_by_id;
      ${NAMES}${streamsAs('linked_streams')}
      INSERT INTO linked_streams SELECT * FROM streams NOT INDEXED;
      DROP TABLE streams;
      ALTER TABLE linked_streams RENAME TO streams;
    `);
    fillNames(log);
  });
}

function fillNames(log: DatabaseSync): void {
  const insert = log.prepare('INSERT INTO names VALUES (?, ?, ?)');
  const streams = log.prepare('SELECT name, number FROM streams ORDER BY name');
  const rows = streams.iterate() as unknown as Iterable<{ name: string; number: number }>;
  for (const row of linked(rows)) insert.run(...row);
  log.exec(`PRAGMA user_version = ${FORMAT}`);
}

function inOneTransaction(log: DatabaseSync, work: () => void): void {
  log.exec('BEGIN EXCLUSIVE');
  try {
    work();
    log.exec('COMMIT');
  } catch (error) {
    if (log.isTransaction) log.exec('ROLLBACK');
    throw error;
  }
}
