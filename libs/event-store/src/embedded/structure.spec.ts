import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { damageFound } from '../contract/damage.contract.ts';
import { countUp, everything, newOrganisation, record } from '../contract/samples.contract.ts';
import type { EventStore, StoredRecord } from '../port.ts';
import { openEmbeddedEventStore } from './open.ts';
import { verifyLog } from './verify-log.ts';
import type { Damage } from './verify-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
const [whole, file] = [join(folder, 'whole.db'), join(folder, 'log.db')];
const organisation = newOrganisation();
const name = (letter: string): StreamName => `sample-${letter}` as StreamName;
/** Streams b, d, f … each with three records; the letters between them are absent. */
const letters = ['b', 'd', 'f', 'h', 'k', 'm'];
let log: StoredRecord[];

async function withStore<T>(work: (store: EventStore) => Promise<T>): Promise<T> {
  const store = await openEmbeddedEventStore({ file });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function tamper(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

beforeAll(async () => {
  const store = await openEmbeddedEventStore({ file: whole });
  for (const index of countUp(0, 18))
    await store.append(organisation, name(letters[index % 6]!), 'any', [record()]);
  log = await everything(store, {});
  await store.close();
});
beforeEach(() => copyFileSync(whole, file));
afterAll(() => rmSync(folder, { recursive: true }));

/** For each letter whether its stream is there, is absent, or could not be told. */
const told = (store: EventStore, asked: readonly string[]): Promise<string[]> =>
  Promise.all(
    asked.map(async (letter) => {
      let found = 'absent';
      const damage = await damageFound(async () => {
        const records = await store.readStream(organisation, name(letter));
        if (records !== undefined) found = `${records.length}`;
      });
      return `${letter}: ${damage === undefined ? found : 'damaged'}`;
    }),
  );

test.each([
  ['has gone', `DELETE FROM names WHERE name = 'sample-f'`],
  ['has become another name', `UPDATE names SET name = 'sample-g' WHERE name = 'sample-f'`],
  [
    'leads to another stream',
    `UPDATE names SET number = (SELECT number FROM names WHERE name = 'sample-b') WHERE name = 'sample-f'`,
  ],
  ['leads nowhere', `UPDATE names SET number = 1000 WHERE name = 'sample-f'`],
  ['leads to a stream that has gone', `DELETE FROM streams WHERE name = 'sample-f'`],
])('a stream whose name %s is not taken for absent', async (_, sql) => {
  tamper(sql);
  await withStore(async (store) => {
    expect(await told(store, ['f'])).toEqual(['f: damaged']);
    const append = store.append(organisation, name('f'), 'none', [record()]);
    expect(await damageFound(() => append)).toBeDefined();
    expect(await store.head()).toBe(17);
    // Where the name has no part in it, the log answers as ever.
    expect(await told(store, ['a', 'b', 'c', 'k', 'l', 'm', 'z'])).toEqual([
      ...['a: absent', 'b: 3', 'c: absent', 'k: 3', 'l: absent', 'm: 3', 'z: absent'],
    ]);
    const other = store.append(organisation, name('c'), 'none', [record()]);
    expect(await damageFound(() => other)).toBeUndefined();
    expect(await told(store, ['c'])).toEqual(['c: 1']);
  });
});

test('new names are linked in at any place, also several in one commit', async () => {
  await withStore(async (store) => {
    const made = ['a', 'c', 'cc', 'ca', 'z', 'zz', 'é', '𝒜', '￿'];
    await Promise.all(
      made.map((letter) => store.append(organisation, name(letter), 'none', [record()])),
    );
    expect(await told(store, [...made, ...letters])).toEqual([
      ...made.map((letter) => `${letter}: 1`),
      ...letters.map((letter) => `${letter}: 3`),
    ]);
    expect(await told(store, ['', 'aa', 'cb', 'zzz', 'ê', '𝒝'])).toEqual(
      ['', 'aa', 'cb', 'zzz', 'ê', '𝒝'].map((letter) => `${letter}: absent`),
    );
  });
  expect((await verifyLog(file)).damages).toEqual([]);
});

test('a stream that another process has just made is found, and its neighbours stay absent', async () => {
  await withStore(async (here) => {
    expect(await told(here, ['g'])).toEqual(['g: absent']);
    await withStore((there) => there.append(organisation, name('g'), 'none', [record()]));
    expect(await told(here, ['g', 'fz', 'ga'])).toEqual(['g: 1', 'fz: absent', 'ga: absent']);
  });
});

test('a number that was given before is not given again', async () => {
  // The stream of the greatest number is lost, as if the table had ended before it.
  tamper(`DELETE FROM streams WHERE name = 'sample-m'`);
  await withStore(async (store) => {
    const append = store.append(organisation, name('n'), 'none', [record()]);
    expect(await damageFound(() => append)).toBeDefined();
    expect(await damageFound(() => store.readStream(organisation, name('b')))).toBeUndefined();
  });
});

test('a log that lost its end is found too short by a process that has never seen it longer', async () => {
  tamper('DELETE FROM records WHERE position > 15');
  await withStore(async (store) => {
    expect(await damageFound(() => store.head())).toBe(16);
    expect(await damageFound(() => everything(store, {}))).toBe(16);
    const append = store.append(organisation, name('n'), 'none', [record()]);
    expect(await damageFound(() => append)).toBe(16);
  });
});

test('a stream’s row that claims a longer log does not make the log too short', async () => {
  tamper(`UPDATE streams SET position = 4000 WHERE name = 'sample-m'`);
  await withStore(async (store) => {
    expect(await everything(store, {})).toEqual(log);
    expect(await told(store, ['m', 'k'])).toEqual(['m: damaged', 'k: 3']);
  });
});

/** Bytes of the header that say the same of every log (sqlite.org/fileformat.html, 1.3). */
const constant = [...countUp(0, 24), ...countUp(52, 20)];

test('a flipped bit in what the header says of every log is told, and nothing is written', async () => {
  const bytes = readFileSync(whole);
  for (const at of constant)
    for (const bit of countUp(0, 8)) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << bit;
      writeFileSync(file, flipped);
      const found = await openEmbeddedEventStore({ file }).then(
        async (store) => {
          await store.close();
          return `opened with bit ${bit} of byte ${at} flipped`;
        },
        (error: Error) => error.name,
      );
      expect(found).toBe('UnusableLogFile');
      expect(readFileSync(file).equals(flipped)).toBe(true);
    }
}, 60_000);

test.each([
  ['a column', 'position INTEGER PRIMARY KEY', 'positioo INTEGER PRIMARY KEY'],
  ['a keyword', 'WITHOUT ROWID', 'WITHOUT ROWIE'],
])('a flipped bit in the name of %s is told in one sentence', async (_, old, flipped) => {
  const bytes = readFileSync(whole);
  bytes.write(flipped, bytes.indexOf(old));
  writeFileSync(file, bytes);
  await expect(openEmbeddedEventStore({ file })).rejects.toMatchObject({
    name: 'UnusableLogFile',
    message: expect.stringContaining('restore the log from a backup') as string,
  });
});

describe('Everything in the log is looked at:', () => {
  test('where nothing is wrong nothing is found, whether it is open or not', async () => {
    const sound = { events: 18, streams: 6, damages: [] };
    expect(await verifyLog(file)).toEqual(sound);
    await withStore(async (store) => {
      expect(await verifyLog(file)).toEqual(sound);
      await store.append(organisation, name('n'), 'none', [record()]);
      expect(await verifyLog(file)).toEqual({ events: 19, streams: 7, damages: [] });
    });
  });

  const position = (at: number): unknown => expect.objectContaining({ position: at });
  const what = (text: string): unknown =>
    expect.objectContaining({ what: expect.stringContaining(text) as string });
  test.each<[string, string, unknown[]]>([
    ['a changed record', `UPDATE records SET data = 'x' WHERE position = 7`, [position(7)]],
    ['a lost record', 'DELETE FROM records WHERE position = 7', [position(7)]],
    ['a lost end', 'DELETE FROM records WHERE position > 16', [position(17), what('stream')]],
    [
      'a record of another stream',
      'UPDATE records SET stream = 1000 WHERE position = 7',
      [position(7)],
    ],
    ['a changed stream', `UPDATE streams SET revision = 8 WHERE name = 'sample-f'`, [position(14)]],
    ['a lost stream', `DELETE FROM streams WHERE name = 'sample-f'`, [position(2), what('names')]],
    ['a lost name', `DELETE FROM names WHERE name = 'sample-f'`, [position(14), what('names')]],
    ['a name that nobody has', `INSERT INTO names VALUES ('sample-g', 50, 'x')`, [what('names')]],
  ])('%s is found and told without a name or a value', async (_, sql, expected) => {
    tamper(sql);
    const { damages } = await verifyLog(file);
    expect(damages).toEqual(expect.arrayContaining(expected as Damage[]));
    expect(JSON.stringify(damages)).not.toContain('sample-');
  });

  test('an index that lost its order is found by the file’s own structure', async () => {
    const bytes = readFileSync(whole);
    bytes[bytes.lastIndexOf('sample-f')]! ^= 1;
    writeFileSync(file, bytes);
    expect((await verifyLog(file)).damages.length).toBeGreaterThan(0);
  });

  test('after a hundred damages the rest is not looked at', async () => {
    tamper(`UPDATE records SET position = 1000000 WHERE position = 17`);
    const { damages } = await verifyLog(file);
    expect(damages).toHaveLength(100);
    expect(damages[0]?.position).toBe(17 as Position);
  });

  test('it tells how far it has come', async () => {
    const told: string[] = [];
    await verifyLog(file, (done, of) => told.push(`${done} of ${of}`));
    expect(told).toEqual(['18 of 18']);
  });

  test('where there is no log that is said, and none is made', async () => {
    await expect(verifyLog(join(folder, 'none.db'))).rejects.toMatchObject({
      name: 'UnusableLogFile',
    });
    await expect(verifyLog(join(folder, 'none.db'))).rejects.toMatchObject({
      message: expect.stringContaining('There is no event log') as string,
    });
  });
});

test('another organisation’s stream is not told from an absent one', async () => {
  await withStore(async (store) => {
    const stranger = 'autre' as OrganisationId;
    expect(await store.readStream(stranger, name('f'))).toBeUndefined();
    expect(await store.readStream(stranger, name('g'))).toBeUndefined();
  });
});
