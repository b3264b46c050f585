import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { onServer } from '@vivier/mongodb/contract';
import { addressFor, inPieces, newUpload, refusalOf, type HandClock } from '../contract.ts';
import { ADDRESS_LIFETIME, UNNAMED_LIFETIME, type Files } from '../port.ts';
import { left, NOTHING } from './left.fixtures.ts';
import { contentOf, long, short, twoStores, unnamed } from './two-stores.fixtures.ts';

// Processes and a server that may be slow.
jest.setTimeout(60_000);

onServer('after the kill of a process with documents in a MongoDB', (url) => {
  let stores: Awaited<ReturnType<typeof twoStores>>;
  let first: Db;
  let clock: HandClock;
  let one: Files;
  let other: Files;
  beforeAll(async () => {
    stores = await twoStores();
  });
  afterAll(() => stores.end());
  beforeEach(async () => {
    ({ db: first, clock, one, other } = await stores.renew());
  });

  const folder = mkdtempSync(join(tmpdir(), 'files-mongodb-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What a process leaves that took an upload in and was killed at some place. */
  const killedAt = async (place: 'transfer' | 'sealed' | 'completed') => {
    const mine = newUpload();
    const file = join(folder, mine.uploadId);
    writeFileSync(file, long);
    const program = join(import.meta.dirname, 'crash.child.mjs');
    const child = spawn(
      process.execPath,
      [
        '--conditions=@vivier/source',
        program,
        url,
        first.databaseName,
        JSON.stringify(mine),
        file,
        place,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let token = '';
    child.stdout.on('data', (text) => (token += String(text)));
    const [, signal] = (await once(child, 'close')) as [unknown, string];
    expect(signal).toBe('SIGKILL');
    return { mine, token };
  };

  test.each([
    ['transfer', { files: 0, chunks: 1 }],
    ['sealed', { files: 1, chunks: 3 }],
  ] as const)(
    'at “%s” nothing can be read, the address is good again, and what is left is swept',
    async (place, remains) => {
      const { mine, token } = await killedAt(place);
      expect(await left(first)).toMatchObject(remains);
      expect(await one.uploaded(mine)).toBeUndefined();
      const fetched = one.requestDownload({ ...mine, fileId: mine.uploadId });
      expect(await refusalOf(fetched)).toBe('DownloadUnknown');
      // Its process might still be there.
      clock.pass(ADDRESS_LIFETIME - 1);
      await one.sweep(clock.at, unnamed);
      expect(await left(first)).toMatchObject(remains);
      await one.receive(token, inPieces(short));
      expect((await contentOf(other, mine)).equals(short)).toBe(true);
      clock.pass(ADDRESS_LIFETIME + 1);
      await one.sweep(clock.at, unnamed);
      expect(await left(first)).toMatchObject({ uploads: 1, files: 1, chunks: 2 });
      expect((await contentOf(other, mine)).equals(short)).toBe(true);
    },
  );

  test('what is left is swept beside a transfer that is under way', async () => {
    const { mine } = await killedAt('transfer');
    clock.pass(2 * ADDRESS_LIFETIME - 1);
    const token = await addressFor(one, mine);
    async function* meanwhile() {
      yield short.subarray(0, 280_000);
      expect(await left(first)).toMatchObject({ files: 0, chunks: 2 });
      clock.pass(1);
      await other.sweep(clock.at, unnamed);
      expect(await left(first)).toMatchObject({ files: 0, chunks: 1 });
      yield short.subarray(280_000);
    }
    await one.receive(token, meanwhile());
    expect((await contentOf(other, mine)).equals(short)).toBe(true);
  });

  test('and no second transfer the upload is swept with all that is left of it', async () => {
    const { mine } = await killedAt('transfer');
    clock.pass(UNNAMED_LIFETIME);
    expect(await one.sweep(clock.at, unnamed)).toMatchObject([
      { uploadId: mine.uploadId, state: 'broken', begun: true },
    ]);
    expect(await left(first)).toMatchObject({ files: 0, chunks: 0 });
    clock.pass(2 * ADDRESS_LIFETIME);
    expect(await one.sweep(clock.at, unnamed)).toEqual([]);
    expect(await left(first)).toEqual(NOTHING);
  });

  test('at its acknowledgement the file is there, and the address is used up', async () => {
    const { mine, token } = await killedAt('completed');
    expect(await one.uploaded(mine)).toMatchObject({ size: long.length, contentHash: 'hash' });
    expect(await refusalOf(one.receive(token, inPieces(short)))).toBe('UploadUnknown');
    expect((await contentOf(other, mine)).equals(long)).toBe(true);
  });
});
