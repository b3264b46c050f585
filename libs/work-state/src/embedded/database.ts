import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The agenda lies in the order in which it falls due: a million entries wait without cost, and what is
 * due is read from its beginning. `agenda_by_instance` finds an instance's entries when they are
 * replaced, and keeps a key from standing there twice. Tasks of one instant are done in the order of the log, which
 * is that of their numbers.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS positions (
    saga TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS instances (
    saga TEXT NOT NULL,
    organisation TEXT NOT NULL,
    instance TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (saga, organisation, instance)
  );
  CREATE TABLE IF NOT EXISTS agenda (
    due INTEGER NOT NULL,
    organisation TEXT NOT NULL,
    saga TEXT NOT NULL,
    instance TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (due, organisation, saga, instance, key)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS agenda_by_instance
    ON agenda (saga, organisation, instance, key);
  CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY,
    effect TEXT NOT NULL,
    event TEXT NOT NULL,
    organisation TEXT NOT NULL,
    task TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    failure TEXT,
    UNIQUE (effect, event)
  );
  CREATE INDEX IF NOT EXISTS tasks_by_due ON tasks (dead, due, number);
`;

/**
 * Opens the file (mode 0600), or makes it. A commit survives `kill -9` but does not wait for the disk
 * (`synchronous=NORMAL`): after a power cut the file is as it was some commits ago, in itself whole, and
 * what is missing follows from the log again, under ids that make a second sending harmless.
 * `secure_delete` because what is forgotten must go from the disk too (GDPR 17).
 */
export const openDatabase = (file: string): DatabaseSync => {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  }
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
    `);
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Runs `work` in one transaction: all of it, or nothing when it throws. */
export const inTransaction = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have rolled it back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};
