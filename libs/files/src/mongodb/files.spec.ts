import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { GridFSBucket, MongoClient, type Db, type Document, type ObjectId } from 'mongodb';
import { databases, onServer, type TestDatabases } from '@vivier/mongodb/contract';
import {
  addressFor,
  everythingFrom,
  filesContract,
  HandClock,
  inPieces,
  newUpload,
  refusalOf,
} from '../contract.ts';
import { tamperedContract } from '../tampered.contract.ts';
import { pdf, pdfStream } from '../testing/pdf.ts';
import { TestKeys } from '../testing/sealing.ts';
import { everyByteIn, left } from './left.fixtures.ts';
import { openMongoFiles } from './open.ts';

// On a server that may be slow.
jest.setTimeout(60_000);

onServer('documents in a MongoDB', (url) => {
  let server: TestDatabases;
  let db: Db;
  beforeAll(async () => {
    server = await databases();
    db = server.create();
  });
  afterAll(() => server.end());

  const open = async (clock = new HandClock(), { cipherFor, contentHash } = new TestKeys()) =>
    openMongoFiles({ db, clock, cipherFor, contentHash });

  filesContract('The document store on a MongoDB', async (clock, keys) => {
    for (const { name } of await db.listCollections().toArray())
      await db.collection(name).deleteMany({});
    return open(clock, keys);
  });

  tamperedContract('a MongoDB', async () => {
    const bucket = new GridFSBucket(db, { bucketName: 'files_documents' });
    const idOf = async (filename: string): Promise<ObjectId> => {
      const [found] = await bucket.find({ filename }).toArray();
      if (!found) throw new Error('There is no such file.');
      return found._id;
    };
    return {
      files: await open(),
      sealed: async (fileId) =>
        Buffer.concat(await bucket.openDownloadStream(await idOf(fileId)).toArray()),
      replace: async (fileId, sealed) => {
        const id = await idOf(fileId);
        await bucket.delete(id);
        if (!sealed) return;
        const stream = bucket.openUploadStreamWithId(id, fileId);
        await new Promise<void>((resolve, reject) => {
          stream.on('finish', resolve).on('error', reject).end(sealed);
        });
      },
    };
  });

  test('all that is written has the majority’s journals, and all that is read is with the majority', async () => {
    const client = await MongoClient.connect(url, { monitorCommands: true });
    const [writes, reads]: [Document[], Document[]] = [[], []];
    client.on('commandStarted', ({ commandName, command }) => {
      if (/^(insert|update|delete|findAndModify)$/.test(commandName)) writes.push(command);
      if (/^(find|aggregate)$/.test(commandName)) reads.push(command);
    });
    const { cipherFor, contentHash } = new TestKeys();
    const clock = new HandClock();
    const files = await openMongoFiles({
      db: client.db(db.databaseName),
      clock,
      cipherFor,
      contentHash,
    });
    const mine = newUpload();
    const token = await addressFor(files, mine);
    expect(await refusalOf(files.receive(token, inPieces(Buffer.from('wrong'))))).toMatch(/Not/);
    await files.receive(await addressFor(files, mine), inPieces(pdf()));
    await files.keep(mine.organisationId, mine.uploadId);
    const download = await files.requestDownload({ ...mine, fileId: mine.uploadId });
    await everythingFrom((await files.open(download.token)).stream);
    await files.sweep(clock.at, () => true);
    await files.removePerson(mine.organisationId, mine.personId);
    await client.close();
    const collections = new Set(writes.map((write) => Object.values(write)[0] as string));
    expect(collections).toEqual(
      new Set([
        'files_uploads',
        'files_downloads',
        'files_documents.files',
        'files_documents.chunks',
      ]),
    );
    for (const { writeConcern } of writes) expect(writeConcern).toEqual({ w: 'majority', j: true });
    expect(reads.length).toBeGreaterThan(10);
    for (const { readConcern } of reads) expect(readConcern).toEqual({ level: 'majority' });
  });

  describe('In GridFS', () => {
    const marked = pdf([pdfStream('', 'Camille Exemple '.repeat(40_000))]);

    test('a document lies under its id and in its organisation, sealed', async () => {
      const files = await open();
      const mine = newUpload();
      await files.receive(await addressFor(files, mine), inPieces(marked));
      const found = await db
        .collection('files_documents.files')
        .find({ filename: mine.uploadId })
        .toArray();
      expect(found).toMatchObject([{ metadata: { organisation: mine.organisationId } }]);
      const bytes = await everyByteIn(db);
      expect(bytes.length).toBeGreaterThan(marked.length);
      expect(bytes.includes('Exemple')).toBe(false);
      expect(bytes.includes('%PDF')).toBe(false);
    });

    test('nothing is ever clear, nor any address, while a transfer is under way', async () => {
      const files = await open();
      const mine = newUpload();
      const token = await addressFor(files, mine);
      const seen: Buffer[] = [];
      async function* watched() {
        for await (const piece of inPieces(marked, 300_000)) {
          yield piece;
          seen.push(await everyByteIn(db));
        }
      }
      await files.receive(token, watched());
      expect(seen.length).toBeGreaterThan(1);
      expect(seen[0]!.length).toBeGreaterThan(261_120);
      for (const bytes of [...seen, await everyByteIn(db)]) {
        expect(bytes.includes('Exemple')).toBe(false);
        expect(bytes.includes(token)).toBe(false);
      }
    });

    test('a chunk that is missing is noticed', async () => {
      const files = await open();
      const mine = newUpload();
      await files.receive(await addressFor(files, mine), inPieces(marked));
      const [file] = await db
        .collection('files_documents.files')
        .find({ filename: mine.uploadId })
        .toArray();
      await db.collection('files_documents.chunks').deleteOne({ files_id: file!._id, n: 1 });
      const { token } = await files.requestDownload({ ...mine, fileId: mine.uploadId });
      expect(await refusalOf(files.open(token))).toBe('SealedFileDamaged');
    });

    test('nothing is left of broken, refused and removed files', async () => {
      const files = await open();
      const mine = newUpload();
      const before = await left(db);
      const token = await addressFor(files, mine);
      async function* breaking() {
        yield marked.subarray(0, 400_000);
        throw new Error('aborted');
      }
      expect(await refusalOf(files.receive(token, breaking()))).toBe('UploadBroken');
      const script = pdf(['<</S/JavaScript/JS(1)>>']);
      expect(await refusalOf(files.receive(token, inPieces(script)))).toBe('FileHasActiveContent');
      expect(await left(db)).toEqual({ ...before, uploads: before.uploads + 1 });
      await files.receive(await addressFor(files, mine), inPieces(marked));
      await files.requestDownload({ ...mine, fileId: mine.uploadId });
      expect(await left(db)).toEqual({
        uploads: before.uploads + 1,
        downloads: before.downloads + 1,
        files: before.files + 1,
        chunks: before.chunks + 3,
      });
      await files.remove(mine.organisationId, mine.uploadId);
      expect(await left(db)).toEqual(before);
    });
  });
});
