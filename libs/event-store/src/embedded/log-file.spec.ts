import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { newOrganisation, newStream, records } from '../contract/samples.contract.ts';
import { openEmbeddedEventStore } from './open.ts';
import { openLogFile } from './log-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
  file = join(folder, 'log.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const sqlite = (sql: string): void => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

test('the log is written durably, deletes for good, and belongs to its owner', () => {
  const log = openLogFile(file);
  const pragma = (name: string): unknown =>
    Object.values(log.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('secure_delete')).toBe(1);
  expect(pragma('wal_autocheckpoint')).toBe(4000);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  log.exec("INSERT INTO streams VALUES (1, 'a-1', 'o', 0, 0, '')");
  expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  log.close();
});

test.each<[string, () => void]>([
  ['a text file', () => writeFileSync(file, 'no event log at all, but a shopping list')],
  ['a long text file', () => writeFileSync(file, 'shopping '.repeat(1_000))],
  ["another program's database", () => sqlite('CREATE TABLE t (a); INSERT INTO t VALUES (1)')],
  [
    "another program's log-ahead database",
    () => sqlite('PRAGMA journal_mode = WAL; CREATE TABLE t (a)'),
  ],
])('%s is refused and left as it is', async (_, make) => {
  make();
  const before = readFileSync(file);
  await expect(openEmbeddedEventStore({ file })).rejects.toMatchObject({
    name: 'UnusableLogFile',
    message: `${file} is not an event log.`,
  });
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(['log.db']);
});

test('a log of a newer program is refused and left as it is', async () => {
  await (await openEmbeddedEventStore({ file })).close();
  sqlite('PRAGMA user_version = 3');
  const before = readFileSync(file);
  await expect(openEmbeddedEventStore({ file })).rejects.toThrow('was written by a newer version');
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('an empty file becomes a log, as one of a start that was cut short', async () => {
  writeFileSync(file, '');
  const store = await openEmbeddedEventStore({ file });
  expect(await store.head()).toBe(-1);
  await store.close();
});

test('what another connection appends is read too', async () => {
  const [organisation, stream] = [newOrganisation(), newStream()];
  const here = await openEmbeddedEventStore({ file });
  const there = await openEmbeddedEventStore({ file });
  await here.append(organisation, stream, 'none', records(1));
  await there.append(organisation, stream, 0, records(1));
  const appended = await here.append(organisation, stream, 1, records(1));
  expect(appended).toEqual({ revision: 2, position: 2 });
  expect(await there.readStream(organisation, stream)).toHaveLength(3);
  await here.close();
  await there.close();
});
