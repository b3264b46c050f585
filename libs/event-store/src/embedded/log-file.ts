import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** "VivE" in the file's header: this SQLite file is an event log. */
const APPLICATION_ID = 0x56697645;
/** The layout below. A program reads its own and older ones, never a newer one. */
const FORMAT = 1;

// Streams have a number so that the index by stream grows where the recent streams are, not all over.
// `revision` and `position` of a stream are those of its last record: with them a lost tail is noticed.
// The end of an id is enough of an index to find it: ids may be ordered by time at their beginning.
const LAYOUT = `
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
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`;

/** The file cannot be used as an event log; it was left as it is. */
export class UnusableLogFile extends Error {
  override readonly name = 'UnusableLogFile';
}

/**
 * Opens the log's file, and makes it where it is missing or empty.
 *
 * @throws UnusableLogFile when the file is something else, or was written by a newer program; nothing
 * has been written to it then.
 */
export function openLogFile(file: string): DatabaseSync {
  const isNew = checkHeader(file);
  const log = new DatabaseSync(file, { timeout: 5_000 });
  try {
    // The header can lag behind the write-ahead log of a newer program that was killed.
    if (Number(pragma(log, 'user_version')) > FORMAT) throw newer(file);
    log.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    // Made in rollback mode, so that the main file itself says what it is from its first byte on.
    if (isNew && pragma(log, 'application_id') === 0) {
      log.exec(`BEGIN EXCLUSIVE; ${LAYOUT} COMMIT`);
    }
    log.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000');
    log.exec('PRAGMA cache_size = -131072; PRAGMA mmap_size = 268435456');
    // An acknowledged append must survive a power cut: not taken on trust, as builds differ.
    for (const [name, value] of Object.entries({
      journal_mode: 'wal',
      synchronous: 2,
      secure_delete: 1,
    })) {
      if (pragma(log, name) !== value) {
        throw new UnusableLogFile(
          `The event log ${file} cannot be written durably: ${name} is not ${value}.`,
        );
      }
    }
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
}

/** Looks at the header without SQLite, which would already recover a foreign file's journal. */
function checkHeader(file: string): boolean {
  const header = Buffer.alloc(100);
  // Only the owner may read the log; SQLite gives its side files the same mode.
  const handle = openSync(file, 'a+', 0o600);
  const length = readSync(handle, header, 0, header.length, 0);
  closeSync(handle);
  if (length === 0) return true;
  const isLog =
    length === header.length &&
    header.toString('latin1', 0, 16) === 'SQLite format 3\0' &&
    header.readUInt32BE(68) === APPLICATION_ID;
  if (!isLog) throw new UnusableLogFile(`${file} is not an event log.`);
  if (header.readUInt32BE(60) > FORMAT) throw newer(file);
  return false;
}

function newer(file: string): Error {
  return new UnusableLogFile(
    `The event log ${file} was written by a newer version: start that version.`,
  );
}

function pragma(log: DatabaseSync, name: string): unknown {
  return Object.values(log.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
