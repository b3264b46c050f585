import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The layout of the tables, kept in the file's `user_version`; 0 in files made before it was. */
const LAYOUT = 1;

/**
 * The agenda lies in the order in which it falls due, with everything that is needed to send it: a
 * million entries wait without cost, and what is due is read and taken out as one stretch from its
 * beginning. No index looks elsewhere. Organisation and saga are there for the order; what is read of
 * them is their number. An instance names the entries that it was last given (`entries`,
 * JSON of due time and key), so that replacing them touches its own row and theirs; entries that were
 * done meanwhile are still named, until then. Tasks of one instant are done in the order of the log,
 * which is that of their numbers.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS positions (
    saga TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE owners (
    number INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL,
    saga TEXT NOT NULL,
    UNIQUE (organisation, saga)
  );
  CREATE TABLE instances (
    number INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL,
    instance TEXT NOT NULL,
    state TEXT,
    entries TEXT,
    UNIQUE (owner, instance)
  );
  CREATE TABLE agenda (
    due INTEGER NOT NULL,
    organisation TEXT NOT NULL,
    saga TEXT NOT NULL,
    instance TEXT NOT NULL,
    key TEXT NOT NULL,
    owner INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (due, organisation, saga, instance, key)
  ) WITHOUT ROWID;
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
 * Settings of organisations came later and change nothing of the rest: a file without them has none.
 * `reached` is the last instance that they have come to; null where there are no more.
 */
const SETTINGS = `
  CREATE TABLE IF NOT EXISTS settings (
    owner INTEGER PRIMARY KEY,
    settings TEXT NOT NULL,
    reached TEXT
  );
  CREATE INDEX IF NOT EXISTS unreached ON settings (owner) WHERE reached IS NOT NULL;
`;

/** From layout 0, where an index found an instance's entries: nothing of the file is lost. */
const FROM_0 = `
  ALTER TABLE instances RENAME TO instances_before;
  ALTER TABLE agenda RENAME TO agenda_before;
  ${SCHEMA}
  INSERT INTO owners (organisation, saga)
    SELECT organisation, saga FROM instances_before UNION SELECT organisation, saga FROM agenda_before;
  INSERT INTO agenda
    SELECT due, organisation, saga, instance, key, number, payload
      FROM agenda_before JOIN owners USING (organisation, saga);
  INSERT INTO instances (owner, instance, state, entries)
    SELECT number, instance, state, entries FROM instances_before
      FULL JOIN (
        SELECT organisation, saga, instance, json_group_array(json_array(due, key)) AS entries
          FROM agenda_before GROUP BY organisation, saga, instance
      ) USING (organisation, saga, instance)
      JOIN owners USING (organisation, saga);
  DROP TABLE instances_before;
  DROP TABLE agenda_before;
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
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA cache_size = -32768;
    `);
    layOut(database);
    database.exec(SETTINGS);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const layOut = (database: DatabaseSync): void => {
  const { user_version: layout } = database.prepare('PRAGMA user_version').get() ?? {};
  if (layout === LAYOUT) return addSubjects(database);
  if (Number(layout) > LAYOUT)
    throw new Error('The working state was written by a newer version: start that version.');
  const older = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'instances'`).get();
  inTransaction(database, () => {
    database.exec(older === undefined ? SCHEMA : FROM_0);
    database.exec(`PRAGMA user_version = ${LAYOUT}`);
  });
  addSubjects(database);
};

/** Whom tasks are about, so that they go with them: added to files that were made without. */
const addSubjects = (database: DatabaseSync): void => {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('tasks')`).all();
  if (!columns.some(({ name }) => name === 'person'))
    database.exec(`
      ALTER TABLE tasks ADD COLUMN person TEXT;
      ALTER TABLE tasks ADD COLUMN stream TEXT;
    `);
  database.exec(
    'CREATE INDEX IF NOT EXISTS tasks_by_person ON tasks (person) WHERE person IS NOT NULL',
  );
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
