import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { administer } from '@vivier/server';
import { runToEnd } from '../support/child.ts';
import { registered, staffed } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let place: string;
let house: Running;
let events: number;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'vivier-verifying-'));
  house = await running();
  const maison = await staffed(house);
  const person = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  await registered(house, maison, await maison.invite(), person);
  // The mails that follow by themselves have left.
  await house.server.house.settled();
  events = (await house.server.house.store.head()) + 1;
});
afterAll(async () => {
  await house.end();
  await rm(place, { recursive: true, force: true });
});

const verified = (folder: string) =>
  runToEnd(new URL('../../apps/cli/src/main.ts', import.meta.url), ['verify'], {
    env: { VIVIER_DATA: folder },
  });

/** A backup of the running server into whose log something is done. */
const tampered = async (name: string, sql: string): Promise<string> => {
  const data = join(place, name);
  const made = await administer(house.server.house, {
    do: 'backUp',
    data,
    keys: join(place, `${name}-keys`),
  });
  expect(made).toMatchObject({ done: {} });
  const log = new DatabaseSync(join(data, 'log.sqlite'));
  log.exec(sql);
  log.close();
  return data;
};

test('Beside a running server `vivier verify` finds every event as it was written', async () => {
  const { code, output } = await verified(house.folder);
  expect(output).toMatch(new RegExp(`The log holds: ${events} events in \\d streams`));
  expect(code).toBe(0);
  // And the server has not noticed.
  const { status } = await fetch(`${house.server.url}/health/ready`);
  expect(status).toBe(200);
}, 60_000);

test('It tells the positions of what is damaged and what to do, and ends with 1', async () => {
  const folder = await tampered('changed', `UPDATE records SET type = 'Other' WHERE position = 1`);
  const { code, output } = await verified(folder);
  expect(code).toBe(1);
  expect(output).toContain('Position 1: The record does not match its checksum, or is missing.');
  expect(output).toContain('restore a backup');
  expect(output).not.toMatch(/Ada|example\.org|at .*\.ts:/);
}, 60_000);

test('A name that has gone from the index of streams is found, too', async () => {
  const folder = await tampered('nameless', `DELETE FROM names WHERE name LIKE 'candidate-%'`);
  const { code, output } = await verified(folder);
  expect(code).toBe(1);
  expect(output).toContain('The names of the streams are not linked as they were.');
}, 60_000);

test('A backup is verified where it lies, and stays as it is', async () => {
  const folder = await tampered('whole', 'SELECT 1');
  const files = await readdir(folder);
  expect(await verified(folder)).toMatchObject({ code: 0 });
  expect(await readdir(folder)).toEqual(files);
}, 60_000);

test('A folder without a log is told in one sentence', async () => {
  const folder = join(place, 'empty');
  await cp(join(house.folder, 'erased.jsonl'), join(folder, 'erased.jsonl'));
  const { code, output } = await verified(folder);
  expect(code).toBe(1);
  expect(output).toMatch(/^There is no event log .*log\.sqlite\.\n$/);
}, 60_000);
