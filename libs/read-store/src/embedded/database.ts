import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The layout of the tables. Raising it empties the file: its documents are derived and come again. */
const LAYOUT = 3;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS organisations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE
  );
  CREATE TABLE IF NOT EXISTS collections (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    declaration TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS positions (
    projection TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS current (
    projection TEXT PRIMARY KEY,
    collection TEXT NOT NULL
  ) WITHOUT ROWID;
`;

/**
 * Opens the file (mode 0600), or makes it. Documents are derived from the log, so that
 * `synchronous=NORMAL` is enough: a killed process loses nothing, a power cut at most the last
 * transactions, whole ones and with them their positions, and the projector applies those events again.
 * `secure_delete` because what is removed must go from the disk too (GDPR 17).
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
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA cache_size = -65536;
    `);
    forgetOlderLayout(database);
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const forgetOlderLayout = (database: DatabaseSync): void => {
  const { user_version: layout } = database.prepare('PRAGMA user_version').get() ?? {};
  if (layout === LAYOUT) return;
  inTransaction(database, () => {
    const tables = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
      .all();
    for (const { name } of tables) database.exec(`DROP TABLE "${String(name)}"`);
    database.exec(`PRAGMA user_version = ${LAYOUT}`);
  });
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
