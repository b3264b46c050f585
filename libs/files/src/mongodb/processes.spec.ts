import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { onServer, wire, type Fate } from '@vivier/mongodb/contract';
import {
  addressFor,
  everythingFrom,
  inPieces,
  newUpload,
  refusalOf,
  type HandClock,
} from '../contract.ts';
import { ADDRESS_LIFETIME, UNNAMED_LIFETIME, type Files } from '../port.ts';
import { left, NOTHING } from './left.fixtures.ts';
import {
  contentOf,
  long,
  short,
  twoStores,
  unnamed,
  type TwoStores,
} from './two-stores.fixtures.ts';

// On a server that may be slow.
jest.setTimeout(60_000);

onServer('document stores of several processes on one MongoDB', () => {
  let stores: Awaited<ReturnType<typeof twoStores>>;
  let first: Db;
  let clock: HandClock;
  let one: Files;
  let other: Files;
  let openOn: TwoStores['openOn'];
  beforeAll(async () => {
    stores = await twoStores();
  });
  afterAll(() => stores.end());
  beforeEach(async () => {
    ({ db: first, clock, one, other, openOn } = await stores.renew());
  });

  describe('an address', () => {
    test('of one is good in another, and used up in both', async () => {
      const mine = newUpload();
      const token = await addressFor(one, mine);
      const uploaded = await other.receive(token, inPieces(short));
      expect(await one.uploaded(mine)).toEqual(uploaded);
      expect(await refusalOf(one.receive(token, inPieces(short)))).toBe('UploadUnknown');
      const download = await one.requestDownload({ ...mine, fileId: mine.uploadId });
      const { stream } = await other.open(download.token);
      expect((await everythingFrom(stream)).equals(short)).toBe(true);
      expect(await refusalOf(one.open(download.token))).toBe('DownloadUnknown');
      expect(await refusalOf(other.open(download.token))).toBe('DownloadUnknown');
    });

    test('that two use at once is used by one of them, and nothing is left of the other', async () => {
      for (let round = 0; round < 10; round += 1) {
        const mine = newUpload();
        const token = await addressFor(one, mine);
        const outcomes = await Promise.all([
          refusalOf(one.receive(token, inPieces(short))),
          refusalOf(other.receive(token, inPieces(long))),
        ]);
        const winner = outcomes.findIndex((outcome) => outcome !== 'UploadUnknown');
        expect(outcomes[winner]).toMatchObject({ accepted: { uploadId: mine.uploadId } });
        expect(outcomes[1 - winner]).toBe('UploadUnknown');
        const found = await contentOf(winner === 0 ? other : one, mine);
        expect(found.equals(winner === 0 ? short : long)).toBe(true);
        expect(await first.collection('files_documents.files').countDocuments()).toBe(round + 1);
      }
    });

    test('is the later transfer’s to the last moment', async () => {
      const mine = newUpload();
      const token = await addressFor(one, mine);
      const late = await openOn(first, async () => {
        await other.receive(token, inPieces(long));
        return 'hash';
      });
      expect(await refusalOf(late.receive(token, inPieces(short)))).toBe('UploadUnknown');
      expect((await contentOf(one, mine)).equals(long)).toBe(true);
      expect(await left(first)).toMatchObject({ files: 1, chunks: 3 });
    });

    test('is the last one, where several ask at once for one upload', async () => {
      const mine = newUpload();
      const tokens = await Promise.all(
        Array.from({ length: 8 }, (_, n) => addressFor(n % 2 === 0 ? one : other, mine)),
      );
      const outcomes: unknown[] = [];
      for (const token of tokens)
        outcomes.push(await refusalOf(one.receive(token, inPieces(short))));
      expect(outcomes.filter((outcome) => outcome === 'UploadUnknown')).toHaveLength(7);
      expect(await other.uploaded(mine)).toMatchObject({ size: short.length });
    });

    test('is had by one of two persons who ask for one upload at once', async () => {
      const [mine, theirs] = [newUpload(), newUpload()];
      const outcomes = await Promise.all([
        refusalOf(one.requestUpload(mine)),
        refusalOf(other.requestUpload({ ...theirs, uploadId: mine.uploadId })),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'UploadUnknown')).toHaveLength(1);
    });
  });

  describe('a removal', () => {
    const broken = async (
      fateOf: (message: Buffer) => Fate,
      act: (files: Files) => Promise<unknown>,
    ) => {
      const network = await wire(fateOf);
      await act(await openOn(network.client.db(first.databaseName)));
      await network.end();
    };

    test('in one stops a download and an upload under way in another', async () => {
      const mine = newUpload();
      await one.receive(await addressFor(one, mine), inPieces(short));
      const { token } = await other.requestDownload({ ...mine, fileId: mine.uploadId });
      const pieces = (await other.open(token)).stream[Symbol.asyncIterator]();
      await pieces.next();
      const second = newUpload({ ...mine, uploadId: newUpload().uploadId });
      const address = await addressFor(other, second);
      async function* erasedMeanwhile() {
        yield long.subarray(0, 400_000);
        await one.removePerson(mine.organisationId, mine.personId);
        yield long.subarray(400_000);
      }
      expect(await refusalOf(other.receive(address, erasedMeanwhile()))).toBe('UploadUnknown');
      expect(await refusalOf(pieces.next())).toBe('FileErased');
      expect(await left(first)).toEqual(NOTHING);
    });

    test.each([
      [
        'again, by another',
        (mine: ReturnType<typeof newUpload>) => other.remove(mine.organisationId, mine.uploadId),
      ],
      [
        'of the person',
        (mine: ReturnType<typeof newUpload>) =>
          other.removePerson(mine.organisationId, mine.personId),
      ],
      ['by the next sweep', () => other.sweep(clock.at, unnamed)],
      [
        'when the upload is asked for anew',
        async (mine: ReturnType<typeof newUpload>) => {
          await addressFor(other, mine);
          clock.pass(ADDRESS_LIFETIME);
          await other.sweep(clock.at, unnamed);
        },
      ],
    ])('that broke off is a removal to everybody, and is ended %s', async (_, end) => {
      const mine = newUpload();
      await one.receive(await addressFor(one, mine), inPieces(long));
      const { token } = await one.requestDownload({ ...mine, fileId: mine.uploadId });
      const isDeletion = (message: Buffer) =>
        message.includes('delete\0') && message.includes('files_documents.chunks');
      await broken(
        (message) => (isDeletion(message) ? 'is lost' : 'arrives'),
        (files) => expect(files.remove(mine.organisationId, mine.uploadId)).rejects.toThrow(),
      );
      expect(await left(first)).toMatchObject({ uploads: 1, chunks: 3 });
      for (const files of [one, other]) {
        expect(await files.uploaded(mine)).toBeUndefined();
        expect(await refusalOf(files.open(token))).toBe('DownloadUnknown');
      }
      await end(mine);
      expect(await left(first)).toEqual(NOTHING);
    });
  });

  test('a completion whose answer was lost for good keeps its document', async () => {
    const mine = newUpload();
    const token = await addressFor(one, mine);
    let told = 0;
    const network = await wire((message) => {
      if (!message.includes('contentHash')) return 'arrives';
      told += 1;
      return told <= 2 ? 'arrives, and its answer is lost' : 'arrives';
    });
    const cut = await openOn(network.client.db(first.databaseName));
    await expect(cut.receive(token, inPieces(long))).rejects.toThrow();
    await network.end();
    expect(told).toBe(2);
    expect(await one.requestUpload(mine)).toMatchObject({ state: 'complete' });
    expect((await contentOf(other, mine)).equals(long)).toBe(true);
  });

  describe('a sweep', () => {
    test('by two at once takes everything once', async () => {
      const uploads = Array.from({ length: 12 }, () => newUpload());
      for (const mine of uploads.slice(0, 4))
        await one.receive(await addressFor(one, mine), inPieces(short));
      for (const mine of uploads.slice(4)) await addressFor(one, mine);
      clock.pass(UNNAMED_LIFETIME);
      const swept = await Promise.all([one, other].map((files) => files.sweep(clock.at, unnamed)));
      const ids = swept.flat().map(({ uploadId }) => uploadId);
      expect(ids.toSorted()).toEqual(uploads.map(({ uploadId }) => uploadId).toSorted());
      expect(await left(first)).toEqual(NOTHING);
    });

    test('ends a transfer that is under way long after its address, and nothing of it stays', async () => {
      const mine = newUpload();
      const token = await addressFor(one, mine);
      async function* heldUp() {
        yield long.subarray(0, 400_000);
        const { at } = clock;
        await other.sweep(at + 2 * ADDRESS_LIFETIME, unnamed);
        expect(await left(first)).toMatchObject({ files: 0, chunks: 0 });
        yield long.subarray(400_000);
      }
      expect(await refusalOf(one.receive(token, heldUp()))).toBe('UploadUnknown');
      expect(await left(first)).toMatchObject({ files: 0, chunks: 0 });
      expect(await other.uploaded(mine)).toBeUndefined();
    });
  });
});
