import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  START,
  streamName,
  type EventId,
  type OrganisationId,
  type Position,
} from '@vivier/kernel';
import { compareLogs, copyLog, ForeignRecords } from './copying.ts';
import { openEmbeddedEventStore } from './embedded/open.ts';
import type { EventStore, NewRecord, StoredRecord } from './port.ts';

const maison = randomUUID() as OrganisationId;
const elsewhere = randomUUID() as OrganisationId;

const record = (bytes = 10): NewRecord => ({
  id: randomUUID() as EventId,
  type: bytes > 10 ? 'Large.v2' : 'Small.v1',
  contentType: bytes > 10 ? 'application/octet-stream' : 'application/json',
  data: Buffer.alloc(bytes, randomUUID()),
  metadata: Buffer.from(`{"at":"${randomUUID()}"}`),
});

/** The same log with its positions further apart, as a server's are. */
const spread = (store: EventStore): Pick<EventStore, 'readAll' | 'append'> => ({
  append: (...args) => store.append(...args),
  readAll: async function* () {
    for await (const page of store.readAll())
      yield page.map((one) => ({ ...plain(one), position: (one.position * 100 + 70) as Position }));
  },
});

const plain = ({ id, type, contentType, data, metadata, ...rest }: StoredRecord): StoredRecord => ({
  ...{ id, type, contentType, data, metadata },
  organisationId: rest.organisationId,
  stream: rest.stream,
  revision: rest.revision,
  position: rest.position,
  created: rest.created,
});

describe('Copying a log', () => {
  let folder: string;
  let from: EventStore;
  let to: EventStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-copying-'));
    from = await openEmbeddedEventStore({ file: join(folder, 'from.sqlite') });
    to = await openEmbeddedEventStore({ file: join(folder, 'to.sqlite') });
    const [ada, bo] = [streamName('candidate', 'ada'), streamName('candidate', 'bo')];
    await from.append(maison, ada, 'none', [record(), record(), record()]);
    await from.append(elsewhere, bo, 'none', [record()]);
    await from.append(maison, ada, 2, [record(700_000)]);
    await from.append(maison, ada, 3, [record(700_000), record()]);
    await from.append(elsewhere, bo, 0, [record(), record()]);
  });
  afterEach(async () => {
    await from.close();
    await to.close();
    await rm(folder, { recursive: true });
  });

  test('brings every record as it is, in one order, however large neighbours are together', async () => {
    const told: number[] = [];
    expect(await copyLog({ from, to, tell: (done) => told.push(done) })).toBe(0);
    // What lies side by side in one stream goes together, as far as one append may.
    expect(told).toEqual([3, 4, 5, 7, 9]);
    const compared = await compareLogs({ from, to });
    expect(compared?.events).toBe(9);
    expect([...(compared?.types ?? [])].sort()).toEqual(['Large.v2', 'Small.v1']);
    expect(await copyLog({ from, to })).toBe(9);
    expect((await compareLogs({ from, to }))?.sha256).toBe(compared?.sha256);
  });

  test('goes on behind the last append that arrived, wherever it was cut off', async () => {
    for (let lives = 0; lives < 5; lives += 1) {
      const stopped = copyLog({
        from,
        to,
        tell: () => {
          throw new Error('Cut off.');
        },
      });
      await expect(stopped).rejects.toThrow('Cut off.');
      expect(await compareLogs({ from, to })).toEqual(lives < 4 ? undefined : expect.anything());
    }
  });

  test('gives for a position of one log that of the same record in the other', async () => {
    await copyLog({ from, to });
    const { positionOf } = (await compareLogs({ from, to: spread(to) }))!;
    expect([START, 0, 5, 8, 1_000].map((at) => positionOf(at as Position))).toEqual([
      START,
      70,
      570,
      870,
      870,
    ]);
  });

  test('appends nothing to a log that holds something else, or more', async () => {
    const stranger = streamName('candidate', 'stranger');
    await to.append(maison, stranger, 'none', [record()]);
    await expect(copyLog({ from, to })).rejects.toThrow(ForeignRecords);
    expect(await to.head()).toBe(0);
    const longer = await openEmbeddedEventStore({ file: join(folder, 'longer.sqlite') });
    await copyLog({ from, to: longer });
    await longer.append(maison, stranger, 'none', [record()]);
    await expect(copyLog({ from, to: longer })).rejects.toThrow(ForeignRecords);
    expect(await compareLogs({ from, to: longer })).toBeUndefined();
    await longer.close();
  });

  test.each(['id', 'type', 'data', 'metadata'] as const)(
    'a record with another %s is not the same',
    async (part) => {
      await copyLog({ from, to });
      const changed = {
        id: randomUUID(),
        type: 'Else.v1',
        data: Buffer.from('x'),
        metadata: Buffer.from('x'),
      };
      const altered: Pick<EventStore, 'readAll' | 'append'> = {
        append: () => Promise.reject(new Error('Nothing is appended.')),
        readAll: async function* () {
          for await (const page of to.readAll())
            yield page.map((one) =>
              one.position === 4 ? { ...plain(one), [part]: changed[part] } : one,
            );
        },
      };
      expect(await compareLogs({ from, to: altered })).toBeUndefined();
      await expect(copyLog({ from, to: altered })).rejects.toThrow(ForeignRecords);
    },
  );
});
