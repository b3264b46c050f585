import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  openEventStoreDb,
  StoreUnavailable,
  type EventStore,
  type ExpectedRevision,
  type NewRecord,
  type RecordFilter,
  type StoredRecord,
} from '@vivier/event-store';
import {
  START,
  streamName,
  type EventId,
  type OrganisationId,
  type Position,
} from '@vivier/kernel';
import { later, MortalServer } from './mortal-server.ts';
import { drawing, isLong, seed } from './seeded.ts';

const rounds = isLong ? 50 : 3;
jest.setTimeout(isLong ? 1_800_000 : 120_000);

const newRecord = (): NewRecord => ({
  id: crypto.randomUUID() as EventId,
  type: 'SampleTaken.v1',
  contentType: 'application/json',
  data: Buffer.from('{"colour":"blue"}'),
  metadata: Buffer.from('{}'),
});

test(`an event store that is killed ${rounds} times while appends flow loses and doubles nothing (VIVIER_SEED=${seed})`, async () => {
  const below = drawing(seed);
  const folder = await mkdtemp(join(tmpdir(), 'vivier-mortal-'));
  const server = new MortalServer(join(folder, 'log.db'));
  const address = await server.start();
  const waiting = (pause: () => Promise<void>) => ({ now: () => 0, pause, random: () => 0 });
  // One has patience until the server is back, the other tells its writers at once.
  const patient = await openEventStoreDb({
    address,
    waiting: waiting(() => server.up.promise.then(() => nextTurn())),
    patienceMs: 1,
  });
  const impatient = await openEventStoreDb({
    address,
    waiting: waiting(() => nextTurn()),
    patienceMs: 0,
  });
  const organisationId = crypto.randomUUID() as OrganisationId;
  const told = new Map<EventId, { readonly revision: number; readonly position: Position }>();
  let failures = 0;
  let isOver = false;
  let heard = later();

  const write = async (store: EventStore): Promise<void> => {
    while (!isOver) {
      const stream = streamName('sample', crypto.randomUUID());
      let expected: ExpectedRevision = 'none';
      for (let count = 0; count < 10 && !isOver; count += 1) {
        const batch = Array.from({ length: 1 + below(3) }, newRecord);
        for (let appended; appended === undefined;) {
          try {
            appended = await store.append(organisationId, stream, expected, batch);
            told.set(batch.at(-1)!.id, appended);
            expected = appended.revision;
          } catch (error) {
            if (!(error instanceof StoreUnavailable)) throw error;
            // Whoever was told of a failure sends the same again, and it is one append.
            failures += 1;
            heard.resolve();
            await server.up.promise;
          }
          heard.resolve();
        }
      }
    }
  };

  const stop = new AbortController();
  const follow = async (filter: RecordFilter): Promise<StoredRecord[]> => {
    const seen: StoredRecord[] = [];
    const { signal } = stop;
    for await (const message of patient.subscribe({ after: START, filter, signal })) {
      if (message.kind === 'records') seen.push(...message.records);
      else if (isOver && message.position >= end) break;
    }
    return seen;
  };
  let end = Infinity;

  const writers = [patient, patient, impatient, impatient].map(write);
  const followers = [follow({}), follow({ organisationId })];
  for (let round = 0; round < rounds; round += 1) {
    const enough = told.size + 5 + below(40);
    while (told.size < enough) {
      heard = later();
      await heard.promise;
    }
    await server.kill();
    // It stays away until somebody has noticed.
    const noticed = failures + 1;
    while (failures < noticed) {
      heard = later();
      await heard.promise;
    }
    await server.start();
  }
  isOver = true;
  await Promise.all(writers);
  end = await patient.head();
  // Somebody may have heard of the end before it was known: one more record wakes everybody.
  const last = newRecord();
  told.set(
    last.id,
    await patient.append(organisationId, streamName('sample', 'last'), 'none', [last]),
  );
  const seen = await Promise.all(followers);

  const log: StoredRecord[] = [];
  for await (const page of patient.readAll()) log.push(...page);
  const ids = log.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const revisions = new Map<string, number>();
  for (const { stream, revision } of log) {
    expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
    revisions.set(stream, revision);
  }
  const places = new Map(log.map(({ id, revision, position }) => [id, { revision, position }]));
  for (const [id, place] of told) expect(places.get(id)).toEqual(place);
  const batches = [...told.keys()];
  expect(batches.length).toBeGreaterThan(5 * rounds);
  expect(failures).toBeGreaterThanOrEqual(rounds);
  for (const one of seen) expect(one.map(({ id }) => id)).toEqual(ids);

  await Promise.all([patient.close(), impatient.close()]);
  await server.kill();
  server.close();
  await rm(folder, { recursive: true });
});
