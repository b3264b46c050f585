import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  addressFor,
  everythingFrom,
  filesContract,
  HandClock,
  inPieces,
  newUpload,
  pdfOf,
  refusalOf,
} from '../contract.ts';
import type { Files } from '../port.ts';
import { tamperedContract } from '../tampered.contract.ts';
import { pdf, pdfStream } from '../testing/pdf.ts';
import { fixedCipher, TestKeys } from '../testing/sealing.ts';
import { openFiles, type FilesOptions } from './open-files.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  folders.push(folder);
  return folder;
};
const opened: Files[] = [];
afterAll(async () => {
  for (const files of opened) await files.close();
  folders.forEach((folder) => rmSync(folder, { recursive: true }));
});

const openIn = (folder: string, more: Partial<FilesOptions> = {}) => {
  const { cipherFor, contentHash } = new TestKeys();
  const database = join(folder, 'files.sqlite');
  return openFiles({ folder, database, clock: new HandClock(), cipherFor, contentHash, ...more });
};
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const sealedIn = (folder: string) => filesIn(join(folder, 'files'));
const everyByteIn = (folder: string) =>
  Buffer.concat(filesIn(folder).flatMap((file) => [Buffer.from(file), readFileSync(file)]));

filesContract('The embedded document store', (clock, { cipherFor, contentHash }) =>
  openIn(newFolder(), { clock, cipherFor, contentHash }),
);

describe('On disk', () => {
  const marked = pdf([pdfStream('', `${'Camille Exemple '.repeat(10_000)}`)]);

  test('a document lies under its id, sealed, for its owner’s eyes only', async () => {
    const folder = newFolder();
    const files = await openIn(folder);
    const mine = newUpload();
    await files.receive(await addressFor(files, mine), inPieces(marked));
    const place = join(folder, 'files', mine.uploadId.slice(0, 2), mine.uploadId);
    expect(sealedIn(folder)).toEqual([place]);
    for (const file of filesIn(folder)) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(everyByteIn(folder).includes('Exemple')).toBe(false);
    expect(everyByteIn(folder).includes('%PDF')).toBe(false);
    await files.close();
  });

  test('nothing is ever clear, nor any address, while a transfer is under way', async () => {
    const folder = newFolder();
    const files = await openIn(folder);
    const token = await addressFor(files, newUpload());
    const seen: Buffer[] = [];
    async function* watched() {
      for await (const piece of inPieces(marked, 70_000)) {
        yield piece;
        seen.push(everyByteIn(folder));
      }
    }
    await files.receive(token, watched());
    expect(seen).toHaveLength(3);
    expect(seen[1]!.length).toBeGreaterThan(65_536);
    for (const bytes of [...seen, everyByteIn(folder)]) {
      expect(bytes.includes('Exemple')).toBe(false);
      expect(bytes.includes(token)).toBe(false);
    }
    await files.close();
  });

  test('nothing is left of broken, refused and removed files', async () => {
    const folder = newFolder();
    const files = await openIn(folder);
    const mine = newUpload();
    const token = await addressFor(files, mine);
    async function* breaking() {
      yield marked.subarray(0, 100_000);
      throw new Error('aborted');
    }
    expect(await refusalOf(files.receive(token, breaking()))).toBe('UploadBroken');
    const script = pdf(['<</S/JavaScript/JS(1)>>']);
    expect(await refusalOf(files.receive(token, inPieces(script)))).toBe('FileHasActiveContent');
    expect(sealedIn(folder)).toEqual([]);
    await files.receive(await addressFor(files, mine), inPieces(marked));
    expect(sealedIn(folder)).toHaveLength(1);
    await files.remove(mine.organisationId, mine.uploadId);
    expect(sealedIn(folder)).toEqual([]);
    await files.close();
  });

  test('a failing disk is no refusal, and the address stays good', async () => {
    const folder = newFolder();
    const files = await openIn(folder);
    const token = await addressFor(files, newUpload());
    const incoming = join(folder, 'files', 'incoming');
    rmSync(incoming, { recursive: true });
    await expect(files.receive(token, inPieces(marked))).rejects.toMatchObject({ code: 'ENOENT' });
    await files.close();
    const again = await openIn(folder);
    await again.receive(token, inPieces(marked));
    await again.close();
  });
});

tamperedContract('the embedded document store', async () => {
  const folder = newFolder();
  const place = (fileId: string) => join(folder, 'files', fileId.slice(0, 2), fileId);
  const files = await openIn(folder);
  opened.push(files);
  return {
    files,
    sealed: async (fileId) => readFileSync(place(fileId)),
    replace: async (fileId, sealed) =>
      sealed ? writeFileSync(place(fileId), sealed) : rmSync(place(fileId)),
  };
});

describe('After a kill', () => {
  const content = pdfOf(200_000);

  /** What a process leaves that took an upload in and was killed at some place. */
  const killedAt = async (place: 'transfer' | 'sealed' | 'settled' | 'completed') => {
    const folder = newFolder();
    const mine = newUpload();
    const file = join(newFolder(), 'content');
    writeFileSync(file, content);
    const child = spawn(
      process.execPath,
      [
        '--conditions=@vivier/source',
        join(import.meta.dirname, 'crash.child.mjs'),
        folder,
        join(folder, 'files.sqlite'),
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
    const left = sealedIn(folder);
    const files = await openIn(folder, {
      cipherFor: async () => fixedCipher(),
      contentHash: async () => 'hash',
    });
    return { folder, mine, token, left, files };
  };

  test.each(['transfer', 'sealed', 'settled'] as const)(
    'at “%s” nothing is left of the transfer, and the address is good again',
    async (place) => {
      const { folder, mine, token, left, files } = await killedAt(place);
      expect(left).toHaveLength(1);
      expect(sealedIn(folder)).toEqual([]);
      expect(await files.uploaded(mine)).toBeUndefined();
      await files.receive(token, inPieces(content));
      expect(await files.uploaded(mine)).toMatchObject({ size: content.length });
      await files.close();
    },
  );

  test('at its acknowledgement the file is there, and the address is used up', async () => {
    const { mine, token, files } = await killedAt('completed');
    expect(await files.uploaded(mine)).toMatchObject({ size: content.length, contentHash: 'hash' });
    expect(await refusalOf(files.receive(token, inPieces(content)))).toBe('UploadUnknown');
    const download = await files.requestDownload({ ...mine, fileId: mine.uploadId });
    expect((await everythingFrom((await files.open(download.token)).stream)).equals(content)).toBe(
      true,
    );
    await files.close();
  });
});
