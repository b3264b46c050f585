import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handSetClock } from '@vivier/kernel';
import { movableClock } from './movable-clock.ts';

const MORNING = Date.parse('2026-03-02T09:00:00.000Z');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-clock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('A folder that was never moved has the time of the machine, and no file says so', async () => {
  const machine = handSetClock(MORNING);
  const clock = movableClock(folder, machine);
  machine.advance(5);
  expect(clock.now()).toBe(MORNING + 5);
  expect(await readdir(folder)).toEqual([]);
});

test('What it was moved on stays, also for whoever opens the folder later, and time goes on from there', async () => {
  const machine = handSetClock(MORNING);
  const clock = movableClock(folder, machine);
  clock.moveOn(1_000);
  clock.moveOn(500);
  expect(clock.now()).toBe(MORNING + 1_500);
  expect(await readdir(folder)).toEqual(['clock.json']);
  expect((await stat(join(folder, 'clock.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'clock.json'), 'utf8')).toBe('{"aheadMs":1500}\n');
  const again = movableClock(folder, machine);
  machine.advance(1);
  expect([clock.now(), again.now()]).toEqual([MORNING + 1_501, MORNING + 1_501]);
});

test.each([['not json'], ['{"aheadMs":-5}'], ['{"aheadMs":"soon"}'], ['{}']])(
  'A file that says %s moves nothing',
  async (text) => {
    await writeFile(join(folder, 'clock.json'), text);
    expect(movableClock(folder, handSetClock(MORNING)).now()).toBe(MORNING);
  },
);
