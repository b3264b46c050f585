import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { UnsupportedQuery, type FindOptions, type ReadDocument, type ReadFilter } from '../port.ts';
import { openEmbeddedReadStore, type EmbeddedReadStore } from './store.ts';

const ORGANISATION = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const NAME = 'applications_1';
const ROOT = resolve(import.meta.dirname, '../../../..');
const at = (position: number): Position => position as Position;

describe('the embedded read store', () => {
  let folder: string;
  let store: EmbeddedReadStore;
  const file = () => join(folder, 'data', 'read.sqlite');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-read-'));
    store = await openEmbeddedReadStore({ file: file() });
    await store.declare({ name: NAME, indexes: [{ stage: 1, at: -1 }, { score: 1 }] });
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  type Part = { readonly put: ReadDocument } | { readonly remove: string };
  const apply = async (writes: readonly Part[]): Promise<void> => {
    const from = await store.position(NAME);
    const named = writes.map((one) => ({ organisationId: ORGANISATION, collection: NAME, ...one }));
    await store.apply({ projection: NAME, from, to: at(from + 1), writes: named });
  };

  const BY_STAGE = 'documents_1_index_0';
  const BY_SCORE = 'documents_1_index_1';
  const BY_ID = 'sqlite_autoindex_documents_1_1';
  test.each<[string, ReadFilter, FindOptions, string]>([
    [
      'a bound key and the order of the next',
      { stage: 'new' },
      { sort: { at: -1, _id: 1 } },
      `SEARCH documents_1 USING INDEX ${BY_STAGE} (organisation=? AND key_0=?)`,
    ],
    [
      'a missing key and the order of the next, reversed',
      { stage: null },
      { sort: { at: 1 } },
      `SEARCH documents_1 USING INDEX ${BY_STAGE} (organisation=? AND key_0=?)`,
    ],
    [
      'an order alone',
      {},
      { sort: { score: -1 } },
      `SEARCH documents_1 USING INDEX ${BY_SCORE} (organisation=?)`,
    ],
    [
      'a range, with something else left over',
      { score: { $gt: 3, $lte: 7 }, tags: 'x' },
      {},
      `SEARCH documents_1 USING INDEX ${BY_SCORE} (organisation=? AND key_2>? AND key_2<?)`,
    ],
    [
      'a bound key and a range of the next',
      { stage: 'new', at: { $lt: '2026' } },
      {},
      `SEARCH documents_1 USING INDEX ${BY_STAGE} (organisation=? AND key_0=? AND key_1>? AND key_1<?)`,
    ],
    [
      'one of several values',
      { score: { $in: [1, 2, 3] } },
      {},
      `SEARCH documents_1 USING INDEX ${BY_SCORE} (organisation=? AND key_2=?)`,
    ],
    [
      'a page after another, from where that one ended',
      { $or: [{ score: { $gt: 3 } }, { score: 3, _id: { $gt: 'a' } }] },
      { sort: { score: 1, _id: 1 } },
      `SEARCH documents_1 USING INDEX ${BY_SCORE} (organisation=? AND key_2>? AND key_2<?)`,
    ],
    [
      'an id',
      { _id: 'a' },
      {},
      `SEARCH documents_1 USING INDEX ${BY_ID} (organisation=? AND id=?)`,
    ],
  ])('answers %s by one walk over one index', (_, filter, options, step) => {
    expect(store.collection(ORGANISATION, NAME).explain(filter, options)).toEqual([step]);
  });

  const indexes = (): unknown[] => {
    const reading = new DatabaseSync(file(), { readOnly: true });
    const named = `SELECT name FROM sqlite_schema WHERE name LIKE 'documents_%' AND type = 'index'`;
    const names = reading.prepare(`${named} ORDER BY name`).all();
    reading.close();
    return names.map(({ name }) => name);
  };

  test('makes an index when it is first asked for, and all when a projection answers from there', async () => {
    await apply([{ put: { _id: 'a', stage: 'new', at: 1, score: 3 } }]);
    const collection = store.collection(ORGANISATION, NAME);
    expect(await collection.find({ _id: 'a' }, { sort: { _id: 1 } })).toHaveLength(1);
    expect(indexes()).toEqual([]);
    expect(await collection.find({ score: 3 })).toHaveLength(1);
    expect(indexes()).toEqual([BY_SCORE]);
    await apply([{ put: { _id: 'b', stage: 'new', at: 2, score: 3 } }]);
    await store.close();
    store = await openEmbeddedReadStore({ file: file() });
    await store.switchTo('applications', NAME);
    expect(indexes()).toEqual([BY_STAGE, BY_SCORE]);
    await store.close();
    store = await openEmbeddedReadStore({ file: file() });
    const found = store.collection(ORGANISATION, NAME);
    expect(
      (await found.find({ stage: 'new' }, { sort: { at: -1 } })).map(({ _id }) => _id),
    ).toEqual(['b', 'a']);
    expect(await found.countDocuments({ score: 3 })).toBe(2);
  });

  test('finds a document under its new keys, and no longer under the old ones, whichever have changed', async () => {
    const collection = store.collection(ORGANISATION, NAME);
    const values = fc.constantFrom<unknown>('x', 'y', 1, true, false, null, undefined);
    const change = fc.record({
      _id: fc.constantFrom('a', 'b', 'c'),
      stage: values,
      at: values,
      score: values,
      isRefused: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        await apply(['a', 'b', 'c'].map((remove) => ({ remove })));
        const kept = new Map<string, ReadDocument>();
        for (const { isRefused, ...put } of changes) {
          if (isRefused)
            await expect(apply([{ put }, { put: { _id: 'z', wrong: NaN } }])).rejects.toThrow();
          else {
            await apply([{ put }]);
            kept.set(put._id, put);
          }
        }
        for (const path of ['stage', 'at', 'score'])
          for (const value of ['x', 'y', 1, true, false])
            expect((await collection.find({ [path]: value })).map(({ _id }) => _id).sort()).toEqual(
              [...kept.values()]
                .filter((document) => document[path] === value)
                .map(({ _id }) => _id)
                .sort(),
            );
      }),
      { numRuns: 60 },
    );
  });

  test('finds documents by a thousand ids as by one', async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `a${n}`);
    const some = [...ids.filter((_, n) => n % 3 === 0), 'a\u{1F600}', 'a"\\', 'a\0b'];
    await apply(some.map((_id) => ({ put: { _id, stage: 'new', score: 1 } })));
    const collection = store.collection(ORGANISATION, NAME);
    const found = async (filter: ReadFilter) =>
      (await collection.find(filter)).map(({ _id }) => _id).sort();
    const wanted = [...ids, ...some.slice(-3)];
    expect(await found({ _id: { $in: wanted } })).toEqual([...some].sort());
    expect(await found({ _id: { $in: wanted.slice(0, -1) } })).toEqual(some.slice(0, -1).sort());
    expect(await found({ stage: { $in: [null, ...ids] } })).toEqual([]);
    expect(await found({ stage: { $nin: ids } })).toEqual([...some].sort());
  });

  test('empties a file of another layout: what was in it is derived and comes again', async () => {
    await apply([{ put: { _id: 'a', stage: 'new' } }]);
    await store.close();
    const other = new DatabaseSync(file());
    other.exec('PRAGMA user_version = 1');
    other.close();
    store = await openEmbeddedReadStore({ file: file() });
    expect(await store.position(NAME)).toBe(START);
    await store.declare({ name: NAME, indexes: [{ stage: 1, at: -1 }, { score: 1 }] });
    expect(await store.collection(ORGANISATION, NAME).find({})).toEqual([]);
    await apply([{ put: { _id: 'b', stage: 'new' } }]);
    await store.close();
    store = await openEmbeddedReadStore({ file: file() });
    expect(await store.collection(ORGANISATION, NAME).find({})).toEqual([
      { _id: 'b', stage: 'new' },
    ]);
  });

  test('leaves nothing of a removed, replaced or dropped document in its files', async () => {
    const canary = (n: number) => `canary-${n}-of-someone-who-left`;
    const document = (n: number, text: string) => ({
      put: { _id: `a${n}`, stage: text, at: n, long: text.repeat(300), score: 1 },
    });
    const held = async () => {
      const names = await readdir(join(folder, 'data'));
      const all = await Promise.all(names.map((name) => readFile(join(folder, 'data', name))));
      return Buffer.concat(all).includes('canary');
    };
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    await apply(numbers.map((n) => document(n, canary(n))));
    await store.checkpoint();
    expect(await held()).toBe(true);
    await apply(numbers.map((n) => (n % 2 === 0 ? { remove: `a${n}` } : document(n, 'gone'))));
    await store.checkpoint();
    expect(await held()).toBe(false);

    await apply(numbers.map((n) => document(n, canary(n))));
    await store.checkpoint();
    expect(await held()).toBe(true);
    await store.drop(NAME);
    await store.checkpoint();
    expect(await held()).toBe(false);
  });

  test('makes its file for its owner alone', async () => {
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
  });

  test('refuses at the first document in which a path leads through a list', async () => {
    await apply([{ put: { _id: 'a', offers: [{ place: 'Lille' }], lists: [['x']] } }]);
    const collection = store.collection(ORGANISATION, NAME);
    await expect(collection.find({ 'offers.place': 'Lille' })).rejects.toThrow(UnsupportedQuery);
    await expect(collection.countDocuments({ lists: 'x' })).rejects.toThrow(UnsupportedQuery);
    await apply([{ remove: 'a' }]);
    await store.checkpoint();
    expect(await collection.countDocuments({ 'offers.place': 'Lille' })).toBe(0);
  });

  test('lives in memory alone when it is asked for no file', async () => {
    const memory = await openEmbeddedReadStore({ file: ':memory:' });
    await memory.declare({ name: NAME, indexes: [] });
    await memory.apply({
      projection: NAME,
      from: START,
      to: at(0),
      writes: [{ organisationId: ORGANISATION, collection: NAME, put: { _id: 'a' } }],
    });
    expect(await memory.collection(ORGANISATION, NAME).find({})).toEqual([{ _id: 'a' }]);
    await memory.close();
  });

  test('is whole after its process was killed amid its writes', async () => {
    const other = join(folder, 'killed.sqlite');
    const program = `
      import { openEmbeddedReadStore } from '@vivier/read-store';
      const store = await openEmbeddedReadStore({ file: ${JSON.stringify(other)} });
      await store.declare({ name: 'ten_1', indexes: [{ batch: 1 }] });
      for (let batch = 0; ; batch += 1) {
        const writes = Array.from({ length: 10 }, (_, n) => ({
          organisationId: ${JSON.stringify(ORGANISATION)},
          collection: 'ten_1',
          put: { _id: 'd' + n, batch },
        }));
        await store.apply({ projection: 'ten_1', from: batch - 1, to: batch, writes });
        console.log(batch);
      }`;
    const flags = ['--import', './tools/swc-hook.mjs', '--conditions=@vivier/source'];
    const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', program], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = -1;
    const gone = once(child, 'exit');
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line);
      if (acknowledged === 150) child.kill('SIGKILL');
    }
    expect(await gone).toEqual([null, 'SIGKILL']);

    const opened = await openEmbeddedReadStore({ file: other });
    const position = await opened.position('ten_1');
    expect(position).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThanOrEqual(150);
    const collection = opened.collection(ORGANISATION, 'ten_1');
    expect(await collection.countDocuments({ batch: position })).toBe(10);
    expect(await collection.countDocuments({})).toBe(10);
    await opened.close();
  });
});
