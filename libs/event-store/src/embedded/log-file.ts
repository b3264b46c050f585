import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { APPLICATION_ID, FORMAT, layOut, upgrade } from './layout.ts';
import { saysUnusable } from './sqlite-errors.ts';

/** The file cannot be used as an event log; it was left as it is. */
export class UnusableLogFile extends Error {
  override readonly name = 'UnusableLogFile';
}

/**
 * Opens the log's file, and makes it where it is missing or empty.
 *
 * @throws UnusableLogFile when the file is something else, is damaged as a whole, or was written by a
 * newer program; nothing has been written to it then.
 */
export function openLogFile(file: string): DatabaseSync {
  const isNew = checkHeader(file, 'a+');
  const log = new DatabaseSync(file, { timeout: 5_000 });
  try {
    prepare(log, file, isNew);
    return log;
  } catch (error) {
    log.close();
    throw unusable(file, error);
  }
}

/** The error for a file whose own layout was not found in it, or the error itself. */
export function unusable(file: string, error: unknown): unknown {
  return saysUnusable(error) ? damaged(file) : error;
}

function prepare(log: DatabaseSync, file: string, isNew: boolean): void {
  // The header can lag behind the write-ahead log of a newer program that was killed.
  if (Number(pragma(log, 'user_version')) > FORMAT) throw newer(file);
  log.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  // Made in rollback mode, so that the main file itself says what it is from its first byte on.
  if (isNew && pragma(log, 'application_id') === 0) layOut(log);
  if (pragma(log, 'user_version') === 1) {
    if (pragma(log, 'integrity_check(streams)') !== 'ok') throw damaged(file);
    upgrade(log);
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
}

/**
 * Looks at the header without SQLite, which would already recover a foreign file's journal.
 *
 * @param mode `a+` makes the file where it is missing
 * @returns whether it is empty
 * @throws UnusableLogFile
 */
export function checkHeader(file: string, mode: 'a+' | 'r'): boolean {
  const header = Buffer.alloc(100);
  // Only the owner may read the log; SQLite gives its side files the same mode.
  const handle = openSync(file, mode, 0o600);
  const length = readSync(handle, header, 0, header.length, 0);
  closeSync(handle);
  if (length === 0) return true;
  const isLog =
    length === header.length &&
    header.toString('latin1', 0, 16) === 'SQLite format 3\0' &&
    header.readUInt32BE(68) === APPLICATION_ID;
  if (!isLog) throw new UnusableLogFile(`${file} is not an event log.`);
  if (header.readUInt32BE(60) > FORMAT) throw newer(file);
  if (!isSound(header)) throw damaged(file);
  return false;
}

/**
 * Whether the header says what it says of every log. SQLite would believe another encoding, or that there
 * are pages to write its own notes to, and read or write accordingly (sqlite.org/fileformat.html, 1.3).
 */
function isSound(header: Buffer): boolean {
  const [written, read, reserved, ...payload] = header.subarray(18, 24);
  return (
    header.readUInt32BE(60) > 0 &&
    written === read &&
    reserved === 0 &&
    payload.join() === '64,32,32' &&
    // Automatic vacuum, and UTF-8.
    header.readUInt32BE(52) === 0 &&
    header.readUInt32BE(56) === 1 &&
    header.readUInt32BE(64) === 0
  );
}

function damaged(file: string): Error {
  return new UnusableLogFile(
    `The event log ${file} is damaged as a whole: check the disk, then restore the log from a backup.`,
  );
}

function newer(file: string): Error {
  return new UnusableLogFile(
    `The event log ${file} was written by a newer version: start that version.`,
  );
}

function pragma(log: DatabaseSync, name: string): unknown {
  return Object.values(log.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
