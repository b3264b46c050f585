import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { START } from '@vivier/kernel';
import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { damageFound, randomNumbers } from '../contract/damage.contract.ts';
import {
  countUp,
  everything,
  newOrganisation,
  newStream,
  record,
} from '../contract/samples.contract.ts';
import type { EventStore, StoredRecord } from '../port.ts';
import { openEmbeddedEventStore } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
const [whole, file] = [join(folder, 'whole.db'), join(folder, 'log.db')];
const owners: [StreamName, OrganisationId][] = countUp(0, 6).map((index) => [
  newStream(),
  index < 4 ? ('a' as OrganisationId) : newOrganisation(),
]);
let log: StoredRecord[];

async function withStore<T>(work: (store: EventStore) => Promise<T>): Promise<T> {
  const store = await openEmbeddedEventStore({ file });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function tamper(work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF');
  work(database);
  database.close();
}

beforeAll(async () => {
  const store = await openEmbeddedEventStore({ file: whole });
  for (const index of countUp(0, 40)) {
    const [stream, organisation] = owners[index % owners.length]!;
    const data = Buffer.alloc(50 + index * 13, `{"n":${index}}`);
    if (index % 5 === 0) data[3] = 0xff;
    await store.append(organisation, stream, 'any', [record({ data })]);
  }
  log = await everything(store, {});
  await store.close();
});
beforeEach(() => copyFileSync(whole, file));
afterAll(() => rmSync(folder, { recursive: true }));

const COLUMNS = [
  ...['position', 'stream', 'revision', 'id', 'type', 'content_type', 'created'],
  ...['checksum', 'metadata', 'data'],
] as const;

/** Turns one bit of a value over; text may stop being text by it. */
function flipped(
  value: unknown,
  random: (below: number) => number,
): { value: never; isText: boolean } {
  if (typeof value === 'number') {
    return { value: (BigInt(value) ^ (1n << BigInt(random(50)))) as never, isText: false };
  }
  const bytes = Buffer.from(value as string | Uint8Array);
  bytes[random(bytes.length)]! ^= 1 << random(8);
  return { value: bytes as never, isText: typeof value === 'string' };
}

test.each(COLUMNS)(
  'a flipped bit in the column "%s" is found and its position named',
  async (column) => {
    const random = randomNumbers(COLUMNS.indexOf(column) + 1);
    let damaged = 0;
    for (const _ of countUp(0, 30)) {
      const position = random(log.length) as Position;
      const { stream, organisationId } = log[position]!;
      const before = new DatabaseSync(file);
      const [old] = Object.values(
        before.prepare(`SELECT ${column} FROM records WHERE position = ?`).get(position)!,
      );
      before.close();
      const { value, isText } = flipped(old, random);
      const set = `UPDATE records SET ${column} = ${isText ? 'CAST(? AS TEXT)' : '?'} WHERE position = ?`;
      let tampered = true;
      tamper((database) => {
        try {
          database.prepare(set).run(value, position);
        } catch {
          // The flip made it another record's place, which the table does not allow: no damage then.
          tampered = false;
        }
      });
      if (tampered) {
        damaged += 1;
        const found = await withStore(async (store) => [
          await damageFound(() => everything(store, {})),
          await damageFound(() => everything(store, { direction: 'backwards' })),
          await damageFound(() => store.readStream(organisationId, stream)),
          await damageFound(() =>
            store.readStream(organisationId, stream, { direction: 'backwards' }),
          ),
          await damageFound(() => everything(store, { filter: { typePrefixes: ['Nothing'] } })),
        ]);
        // Backwards, a position that grew is met before the gap that it left.
        if (column === 'position')
          expect(found.toSpliced(1, 1)).toEqual(found.toSpliced(1, 1).fill(position));
        else expect(found).toEqual(found.map(() => position));
        expect(found[1]).toBeDefined();
      }
      copyFileSync(whole, file);
    }
    expect(damaged).toBeGreaterThan(20);
  },
);

test.each<[string, string, number]>([
  ['in the middle', 'DELETE FROM records WHERE position = 17', 17],
  ['at the beginning', 'DELETE FROM records WHERE position = 0', 0],
])('a record that is missing %s of the log is found', async (_, sql, position) => {
  tamper((database) => database.exec(sql));
  const { stream, organisationId } = log[position]!;
  await withStore(async (store) => {
    expect(await damageFound(() => everything(store, {}))).toBe(position);
    expect(await damageFound(() => store.readStream(organisationId, stream))).toBe(position);
  });
});

test('the lost last record of a stream is found', async () => {
  tamper((database) => database.exec('DELETE FROM records WHERE position = 36'));
  const { stream, organisationId } = log[36]!;
  await withStore(async (store) => {
    expect(await damageFound(() => store.readStream(organisationId, stream))).toBe(36);
  });
});

test('two records of a stream that changed places are found', async () => {
  tamper((database) =>
    database.exec(`
      UPDATE records SET position = 1000 WHERE position = 6;
      UPDATE records SET position = 6 WHERE position = 12;
      UPDATE records SET position = 12 WHERE position = 1000`),
  );
  const { stream, organisationId } = log[6]!;
  await withStore(async (store) => {
    expect(await damageFound(() => everything(store, {}))).toBe(6);
    expect(await damageFound(() => store.readStream(organisationId, stream))).toBe(6);
  });
});

test('two records that changed streams are found', async () => {
  tamper((database) =>
    database.exec(`
      UPDATE records SET stream = 1000 WHERE position = 12;
      UPDATE records SET stream = (SELECT stream FROM records WHERE position = 12 + 1) - 1 WHERE position = 13;
      UPDATE records SET stream = (SELECT stream FROM records WHERE position = 7) WHERE position = 12`),
  );
  await withStore(async (store) => {
    expect(await damageFound(() => everything(store, {}))).toBe(12);
    for (const { stream, organisationId } of [log[12]!, log[13]!]) {
      expect(await damageFound(() => store.readStream(organisationId, stream))).toBe(12);
    }
  });
});

test.each(['organisation', 'revision', 'position', 'checksum', 'name'])(
  'a changed "%s" in the row of a stream is found, whoever comes across it',
  async (column) => {
    const value = ['revision', 'position'].includes(column) ? `${column} + 1` : `'x'`;
    const { stream, organisationId } = log[4]!;
    tamper((database) =>
      database.prepare(`UPDATE streams SET ${column} = ${value} WHERE name = ?`).run(stream),
    );
    await withStore(async (store) => {
      if (column === 'name') {
        expect(await damageFound(() => everything(store, {}))).toBe(4);
        return;
      }
      const [last] = log.filter((record) => record.stream === stream).slice(-1);
      expect(await damageFound(() => store.readStream(organisationId, stream))).toBe(
        last?.position,
      );
      const append = store.append(organisationId, stream, 'any', [record()]);
      const other = store.append(organisationId, newStream(), 'none', [record()]);
      expect(await damageFound(() => append)).toBe(last?.position);
      expect(await damageFound(() => other)).toBeUndefined();
    });
  },
);

test('reading stops at the damage, after what lies before it was handed over', async () => {
  tamper((database) => database.exec(`UPDATE records SET type = 'Other' WHERE position = 30`));
  await withStore(async (store) => {
    const { signal } = new AbortController();
    const after = 20 as Position;
    const messages = store.subscribe({ after, signal })[Symbol.asyncIterator]();
    const first = await messages.next();
    expect(first.value).toEqual({ kind: 'records', records: log.slice(21, 30) });
    expect(await damageFound(() => messages.next())).toBe(30);
    const pages = store.readAll({ direction: 'backwards' })[Symbol.asyncIterator]();
    expect((await pages.next()).value).toEqual(log.slice(31).reverse());
    expect(await damageFound(() => pages.next())).toBe(30);
  });
});

test.each([
  ['its last record', `UPDATE records SET data = 'x' WHERE position = 39`, 39],
  ['the one before it', `UPDATE records SET data = 'x' WHERE position = 38`, 38],
  ['a last position that grew', 'UPDATE records SET position = 8000 WHERE position = 39', 7999],
])('nothing is appended to a log that is damaged at %s', async (_, sql, position) => {
  tamper((database) => database.exec(sql));
  await withStore(async (store) => {
    const append = store.append(log[0]!.organisationId, newStream(), 'none', [record()]);
    expect(await damageFound(() => append)).toBe(position);
  });
});

test('a log that became shorter while it was open is noticed', async () => {
  await withStore(async (store) => {
    expect(await store.head()).toBe(39);
    tamper((database) => database.exec('DELETE FROM records WHERE position = 39'));
    expect(await damageFound(() => store.head())).toBe(39);
    expect(await damageFound(() => everything(store, { after: START }))).toBe(39);
    const append = store.append(log[0]!.organisationId, newStream(), 'none', [record()]);
    expect(await damageFound(() => append)).toBe(39);
  });
});
