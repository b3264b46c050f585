import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
import { pdf, pdfStream } from '../testing/pdf.ts';
import { fixedCipher, TestKeys } from '../testing/sealing.ts';
import { openFiles, type FilesOptions } from './open-files.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

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

describe('A sealed file that was tampered with', () => {
  const PIECE = 4 + 12 + 16 + 65_536;
  const HEADER = 4;

  const tampered: readonly (readonly [what: string, (sealed: Buffer) => Buffer])[] = [
    ['is cut off between two pieces', (sealed) => sealed.subarray(0, HEADER + 2 * PIECE)],
    ['is cut off in a piece', (sealed) => sealed.subarray(0, sealed.length - 1)],
    ['lost a piece in the middle', (sealed) => without(sealed, HEADER + PIECE, HEADER + 2 * PIECE)],
    [
      'has two pieces in each other’s place',
      (sealed) =>
        Buffer.concat([
          sealed.subarray(0, HEADER),
          sealed.subarray(HEADER + PIECE, HEADER + 2 * PIECE),
          sealed.subarray(HEADER, HEADER + PIECE),
          sealed.subarray(HEADER + 2 * PIECE),
        ]),
    ],
    ['has a piece twice', (sealed) => Buffer.concat([sealed, sealed.subarray(HEADER + 2 * PIECE)])],
    ['has a bit turned', (sealed) => turned(sealed, HEADER + PIECE + 100)],
    ['has another beginning', (sealed) => turned(sealed, 0)],
    ['claims a piece of any length', (sealed) => turned(sealed, HEADER)],
    ['is empty', () => Buffer.alloc(0)],
    ['is a header and nothing more', (sealed) => sealed.subarray(0, HEADER)],
  ];
  const without = (bytes: Buffer, from: number, to: number) =>
    Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  const turned = (bytes: Buffer, at: number) => {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ 1;
    return changed;
  };

  test.each(tampered)('and %s is not handed out, not even in part', async (_, tamper) => {
    const folder = newFolder();
    const files = await openIn(folder);
    const mine = newUpload();
    await files.receive(await addressFor(files, mine), inPieces(pdfOf(150_000)));
    const [place] = sealedIn(folder);
    writeFileSync(place!, tamper(readFileSync(place!)));
    const { token } = await files.requestDownload({ ...mine, fileId: mine.uploadId });
    expect(await refusalOf(files.open(token))).toBe('SealedFileDamaged');
    await files.close();
  });

  test('or that is missing, or is another file of the person, is not handed out', async () => {
    const folder = newFolder();
    const files = await openIn(folder);
    const [one, other] = [newUpload(), newUpload()];
    for (const mine of [one, other])
      await files.receive(await addressFor(files, mine), inPieces(pdfOf(150_000)));
    const place = (mine: typeof one) =>
      join(folder, 'files', mine.uploadId.slice(0, 2), mine.uploadId);
    cpSync(place(one), place(other));
    const swapped = await files.requestDownload({ ...other, fileId: other.uploadId });
    expect(await refusalOf(files.open(swapped.token))).toBe('SealedFileDamaged');
    rmSync(place(one));
    const missing = await files.requestDownload({ ...one, fileId: one.uploadId });
    expect(await refusalOf(files.open(missing.token))).toBe('SealedFileDamaged');
    await files.close();
  });
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
