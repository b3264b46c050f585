import { DatabaseSync } from 'node:sqlite';
import { SharedCommit } from './shared-commit.ts';

const start = () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE kept (value TEXT UNIQUE)');
  const told: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    const statement = prepare(sql);
    const run = statement.run.bind(statement);
    statement.run = () => {
      told.push(sql);
      return run();
    };
    return statement;
  };
  const commits = new SharedCommit(database);
  const undone: string[] = [];
  const keep = (...values: string[]) =>
    commits.add(
      () => {
        for (const value of values) prepare('INSERT INTO kept VALUES (?)').run(value);
      },
      () => undone.push(values.join()),
    );
  const kept = () =>
    prepare('SELECT value FROM kept ORDER BY value')
      .all()
      .map(({ value }) => value);
  const states = (outcomes: readonly PromiseSettledResult<void>[]) =>
    outcomes.map(({ status }) => status);
  return { commits, database, keep, kept, states, told, undone };
};

test('What is handed over at the same moment is one commit', async () => {
  const { keep, kept, told } = start();
  await Promise.all([keep('a', 'b'), keep('c')]);
  expect(kept()).toEqual(['a', 'b', 'c']);
  expect(told).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  await keep('d');
  expect(told.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
});

test('One that fails leaves nothing of its own and nothing of the others out', async () => {
  const { keep, kept, states } = start();
  const outcomes = await Promise.allSettled([keep('a'), keep('b', 'a', 'c'), keep('d')]);
  expect(states(outcomes)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(kept()).toEqual(['a', 'd']);
  await expect(keep('e', 'a')).rejects.toThrow();
  expect(kept()).toEqual(['a', 'd']);
});

test('Each work hears that it was undone before it, or another one, is done again', async () => {
  const { keep, undone } = start();
  await Promise.allSettled([keep('a'), keep('b', 'a'), keep('d')]);
  expect(undone).toEqual(['a', 'b,a', 'd', 'b,a']);
});

test('A disk that was full and rolled everything back costs nobody more than their turn', async () => {
  const { commits, database, keep, kept, states } = start();
  const full = () => {
    database.exec('ROLLBACK');
    throw new Error('database or disk is full');
  };
  const outcomes = await Promise.allSettled([keep('a'), commits.add(full), keep('b')]);
  expect(states(outcomes)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(kept()).toEqual(['a', 'b']);
});

test('Nobody is told of a commit that failed', async () => {
  const { commits, database, keep, kept, states } = start();
  // A reference that leads nowhere fails when it is committed, and not before.
  database.exec(`
    PRAGMA foreign_keys = ON;
    CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
  `);
  const orphan = () => database.exec('INSERT INTO children VALUES (1)');
  const outcomes = await Promise.allSettled([commits.add(orphan), keep('a')]);
  expect(states(outcomes)).toEqual(['rejected', 'fulfilled']);
  expect(kept()).toEqual(['a']);
  await expect(commits.add(orphan)).rejects.toThrow();
  await keep('b');
  expect(kept()).toEqual(['a', 'b']);
});
