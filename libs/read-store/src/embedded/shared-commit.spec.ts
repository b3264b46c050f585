import { DatabaseSync } from 'node:sqlite';
import { SharedCommit } from './shared-commit.ts';

const start = () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE kept (value TEXT UNIQUE)');
  const told: string[] = [];
  const exec = database.exec.bind(database);
  database.exec = (sql) => {
    told.push(sql);
    exec(sql);
  };
  const commits = new SharedCommit(database);
  const keep = (...values: string[]) =>
    commits.add(() => {
      for (const value of values) database.prepare('INSERT INTO kept VALUES (?)').run(value);
    });
  const kept = () =>
    database
      .prepare('SELECT value FROM kept ORDER BY value')
      .all()
      .map(({ value }) => value);
  return { commits, database, keep, kept, told };
};

test('What is handed over at the same moment is one commit', async () => {
  const { keep, kept, told } = start();
  await Promise.all([keep('a', 'b'), keep('c')]);
  expect(kept()).toEqual(['a', 'b', 'c']);
  expect(told.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
  await keep('d');
  expect(told.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
});

test('One that fails leaves nothing of its own and nothing of the others out', async () => {
  const { keep, kept } = start();
  const outcomes = await Promise.allSettled([keep('a'), keep('b', 'a', 'c'), keep('d')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(kept()).toEqual(['a', 'd']);
  await expect(keep('e', 'a')).rejects.toThrow();
  expect(kept()).toEqual(['a', 'd']);
});

test('Nobody is told of a commit that failed', async () => {
  const { commits, database, keep, kept } = start();
  const full = () => {
    database.exec('ROLLBACK');
    throw new Error('database or disk is full');
  };
  const outcomes = await Promise.allSettled([keep('a'), commits.add(full), keep('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(kept()).toEqual([]);
});
