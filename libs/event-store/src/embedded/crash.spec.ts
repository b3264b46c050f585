import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { EventId, StreamName } from '@vivier/kernel';
import { randomNumbers } from '../contract/damage.contract.ts';
import { countUp, everything } from '../contract/samples.contract.ts';
import type { StoredRecord } from '../port.ts';
import { openEmbeddedEventStore } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
const file = join(folder, 'log.db');
afterAll(() => rmSync(folder, { recursive: true }));

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a writer said before it died: the ids that it sent, and where they went if it was told. */
interface Testament {
  readonly sent: Map<string, string>;
  readonly done: Map<string, string>;
}

/** Starts a writer on the file and kills it after so many answers, unless it dies by itself. */
async function lifeOfAWriter(answers: number, ...fate: readonly string[]): Promise<Testament> {
  const hook = new URL('../../../../tools/swc-hook.mjs', import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--import', hook, '--conditions=@vivier/source', here('./crash.child.mjs'), file, ...fate],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<string | null>((resolve) => {
    child.on('close', (_, signal) => resolve(signal));
  });
  const [sent, done] = [new Map<string, string>(), new Map<string, string>()];
  for await (const line of createInterface({ input: child.stdout })) {
    const [, kind, id, rest] = /^(sent|done) (\S+) (.+)$/.exec(line) ?? [];
    // The last line may be cut off: it counts only where it is whole.
    if (kind === 'sent') sent.set(id!, rest!);
    if (kind === 'done' && rest!.split(' ').length === 3) done.set(id!, rest!);
    if (done.size === answers) child.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
  return { sent, done };
}

async function readBack(): Promise<Map<EventId, StoredRecord>> {
  const store = await openEmbeddedEventStore({ file });
  const log = await everything(store, {});
  await store.close();
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();

  expect(log.map(({ position }) => position)).toEqual(countUp(0, log.length));
  const revisions = new Map<StreamName, number>();
  for (const { stream, revision } of log) {
    expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
    revisions.set(stream, revision);
  }
  const byId = new Map(log.map((record) => [record.id, record]));
  expect(byId.size).toBe(log.length);
  return byId;
}

function compare({ sent, done }: Testament, stored: Map<EventId, StoredRecord>): void {
  const found = [...done.keys()].map((id) => {
    const record = stored.get(id as EventId);
    return record && `${record.stream} ${record.revision} ${record.position}`;
  });
  expect(found).toEqual([...done.values()]);
  expect(sent.size).toBeGreaterThanOrEqual(done.size);
}

test('a writer killed in mid-load loses nothing that it was told is stored', async () => {
  const random = randomNumbers(9);
  const told: Testament = { sent: new Map(), done: new Map() };
  for (const _ of countUp(0, 5)) {
    const testament = await lifeOfAWriter(1 + random(400));
    for (const [id, stream] of testament.sent) told.sent.set(id, stream);
    for (const [id, place] of testament.done) told.done.set(id, place);
    const stored = await readBack();
    compare(told, stored);
    // What was sent and not answered may be there or not; what nobody sent is not.
    for (const id of stored.keys()) expect(told.sent.has(id)).toBe(true);
  }
}, 60_000);

test('killed before its commit nothing of the turn is there, and killed after it all of it is', async () => {
  const before = await readBack();
  const unlucky = await lifeOfAWriter(Infinity, 'before-commit', '5');
  const between = await readBack();
  compare(unlucky, between);
  expect(between.size).toBe(before.size + unlucky.done.size);
  expect(unlucky.sent.size).toBeGreaterThan(unlucky.done.size);

  const lucky = await lifeOfAWriter(Infinity, 'after-commit', '5');
  const after = await readBack();
  compare(lucky, after);
  expect(after.size).toBe(between.size + lucky.sent.size);
  expect(lucky.sent.size).toBeGreaterThan(lucky.done.size);
}, 60_000);
