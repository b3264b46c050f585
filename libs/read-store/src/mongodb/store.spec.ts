import { jest } from '@jest/globals';
import { START, type Position } from '@vivier/kernel';
import { databases, onServer } from '@vivier/mongodb/contract';
import { readStoreContract, type OpenReadStore } from '../contract.ts';
import { AMIENS, put } from '../opened.contract.ts';
import type { ReadDocument } from '../port.ts';
import { openMongoReadStore } from './open.ts';

// A server of the tests, on a machine that does other things as well.
jest.setTimeout(120_000);
/** A question takes it milliseconds. */
const RUNS = process.env['VIVIER_LONG'] === '1' ? 250 : 40;

onServer('a MongoDB replica set', () => {
  let server: Awaited<ReturnType<typeof databases>>;
  beforeAll(async () => {
    server = await databases();
  });
  afterAll(() => server.end());

  const open: OpenReadStore = async () => {
    const { client } = server;
    const db = server.create();
    const store = await openMongoReadStore({ client, db });
    let current = store;
    return {
      store,
      reopen: async () => {
        await current.close();
        current = await openMongoReadStore({ client, db });
        return current;
      },
      end: async () => {
        await current.close();
        await db.dropDatabase();
      },
    };
  };
  readStoreContract('in a MongoDB', open, RUNS);

  test('a document that is larger than MongoDB keeps is refused, and what came with it is not', async () => {
    const { store, end } = await open();
    const names = ['a_1', 'b_1'];
    for (const name of names) await store.declare({ name, indexes: [] });
    const to = 1 as Position;
    const apply = (name: string, document: ReadDocument) =>
      store.apply({ projection: name, from: START, to, writes: put(AMIENS, name, document) });
    const [large, small] = await Promise.allSettled([
      apply('a_1', { _id: 'large', text: 'x'.repeat(16 * 1024 * 1024) }),
      apply('b_1', { _id: 'small' }),
    ]);
    expect(large).toMatchObject({ status: 'rejected', reason: { name: 'UnstorableDocument' } });
    expect(small.status).toBe('fulfilled');
    expect(await store.position('a_1')).toBe(START);
    expect(await store.position('b_1')).toBe(to);
    await end();
  });
});
