import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import {
  ADDRESS_LIFETIME,
  MAX_FILE_BYTES,
  UNNAMED_LIFETIME,
  type AccountId,
  type FileId,
  type Files,
} from './port.ts';
import { FileRefused } from './refusals.ts';
import { docx, odt } from './testing/office.ts';
import { pdf, pdfStream } from './testing/pdf.ts';
import { TestKeys } from './testing/sealing.ts';

/** A hand-set clock. */
export class HandClock {
  at = Date.UTC(2026, 0, 1);
  now(): number {
    return this.at;
  }
  pass(ms: number): void {
    this.at += ms;
  }
}

export const newUpload = (more: Partial<ReturnType<typeof someUpload>> = {}) => ({
  ...someUpload(),
  ...more,
});
const someUpload = () => ({
  organisationId: randomUUID() as OrganisationId,
  personId: randomUUID() as PersonId,
  accountId: randomUUID() as AccountId,
  uploadId: randomUUID() as FileId,
});

/** The content in pieces of some bytes, as a line delivers it. */
export async function* inPieces(content: Uint8Array, bytes = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes);
}

/** The code that something was refused with, or what it gave instead. */
export const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ accepted: value }),
    (failure: unknown) => (failure instanceof FileRefused ? failure.code : failure),
  );

export async function everythingFrom(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The token of a fresh address; fails when the upload is complete. */
export async function addressFor(
  files: Files,
  upload: ReturnType<typeof newUpload>,
): Promise<string> {
  const answer = await files.requestUpload(upload);
  if (answer.state !== 'open') throw new Error('The upload is complete.');
  return answer.token;
}

/** A PDF of exactly so many bytes. */
export const pdfOf = (bytes: number): Buffer => {
  const around = pdf([pdfStream('', Buffer.alloc(100_000))]).length - 100_000;
  const filled = pdf([pdfStream('', Buffer.alloc(bytes - around))]);
  // The numbers in it may have grown by some digits.
  return pdf([pdfStream('', Buffer.alloc(bytes - around - (filled.length - bytes)))]);
};

/** What every document store must do. `open` gives an empty one each time. */
export const filesContract = (
  name: string,
  open: (clock: HandClock, keys: TestKeys) => Promise<Files>,
): void => {
  describe(`${name} keeps the contract of the document store`, () => {
    const content = pdf();
    let clock: HandClock;
    let keys: TestKeys;
    let files: Files;
    beforeEach(async () => {
      clock = new HandClock();
      keys = new TestKeys();
      files = await open(clock, keys);
    });
    afterEach(() => files.close());

    const upload = async (mine = newUpload(), bytes: Buffer = content) => {
      const token = await addressFor(files, mine);
      return { ...mine, token, uploaded: await files.receive(token, inPieces(bytes)) };
    };
    const download = async (mine: ReturnType<typeof newUpload>) => {
      const { token } = await files.requestDownload({ ...mine, fileId: mine.uploadId });
      return { token, opened: await files.open(token) };
    };
    const named = () => true;
    const unnamed = () => false;

    describe('an upload', () => {
      test('R-059, X-10: tells what arrived, and gives it back byte for byte', async () => {
        const made = await upload();
        expect(made.uploaded).toEqual({
          organisationId: made.organisationId,
          personId: made.personId,
          uploadId: made.uploadId,
          mediaType: 'application/pdf',
          size: content.length,
          contentHash: await keys.contentHash(made.organisationId, made.personId, content),
          completedAt: clock.at,
        });
        expect(await files.uploaded(made)).toEqual(made.uploaded);
        const { opened } = await download(made);
        expect(opened).toMatchObject({
          fileId: made.uploadId,
          organisationId: made.organisationId,
          personId: made.personId,
          mediaType: 'application/pdf',
          size: content.length,
        });
        expect((await everythingFrom(opened.stream)).equals(content)).toBe(true);
      });

      test.each([1, 7, 65_536, 65_537, 2_000_000])(
        'gives the same file whether it comes in pieces of %d bytes or others',
        async (bytes) => {
          const large = pdfOf(150_000);
          const mine = newUpload();
          await files.receive(await addressFor(files, mine), inPieces(large, bytes));
          expect((await everythingFrom((await download(mine)).opened.stream)).equals(large)).toBe(
            true,
          );
        },
      );

      test.each([
        ['docx', docx()],
        ['odt', odt()],
      ])('tells the type by the content (%s)', async (type, bytes) => {
        const { uploaded } = await upload(newUpload(), bytes);
        expect(uploaded.mediaType).toContain(type === 'docx' ? 'wordprocessingml' : 'opendocument');
      });

      test('hashes the same content alike for one person, and otherwise for another', async () => {
        const first = await upload();
        const again = await upload(newUpload({ ...first, uploadId: randomUUID() as FileId }));
        const other = await upload();
        expect(again.uploaded.contentHash).toBe(first.uploaded.contentHash);
        expect(other.uploaded.contentHash).not.toBe(first.uploaded.contentHash);
      });

      test('may be 1000 Ko, and not a byte more', async () => {
        await upload(newUpload(), pdfOf(MAX_FILE_BYTES));
        expect(await refusalOf(upload(newUpload(), pdfOf(MAX_FILE_BYTES + 1)))).toBe(
          'FileTooLarge',
        );
      });

      test('that is too large is refused before its end, or on its word', async () => {
        const token = await addressFor(files, newUpload());
        async function* endless() {
          yield Buffer.from('%PDF-1.7');
          for (;;) yield Buffer.alloc(100_000);
        }
        expect(await refusalOf(files.receive(token, endless()))).toBe('FileTooLarge');
        const declaredLength = MAX_FILE_BYTES + 1;
        const other = await addressFor(files, newUpload());
        expect(await refusalOf(files.receive(other, endless(), { declaredLength }))).toBe(
          'FileTooLarge',
        );
      });

      test('of a type that is not accepted is refused at its first bytes', async () => {
        let taken = 0;
        async function* program() {
          for (;;) {
            taken += 4;
            yield Buffer.from('MZ\0\0');
          }
        }
        const token = await addressFor(files, newUpload());
        expect(await refusalOf(files.receive(token, program()))).toBe('FileTypeNotAccepted');
        expect(taken).toBe(8);
      });

      test('without a byte is refused', async () => {
        expect(await refusalOf(upload(newUpload(), Buffer.alloc(0)))).toBe('FileEmpty');
      });

      test('with a script is refused, and nothing of it stays', async () => {
        const mine = newUpload();
        expect(await refusalOf(upload(mine, pdf(['<</S/JavaScript/JS(1)>>'])))).toBe(
          'FileHasActiveContent',
        );
        expect(await files.uploaded(mine)).toBeUndefined();
        expect(await refusalOf(download(mine))).toBe('DownloadUnknown');
      });

      test('is refused in words that hold nothing of the sender', async () => {
        const mine = newUpload();
        const failure = await upload(mine, Buffer.from('Camille Exemple')).catch(
          (error: unknown) => error as Error,
        );
        expect(failure).toBeInstanceOf(FileRefused);
        expect((failure as Error).message).toMatch(/^Only pdf, doc, docx, odt and rtf/);
        expect((failure as Error).message).not.toContain('Camille');
      });
    });

    describe('an upload address', () => {
      test('is 256 random bits, another each time', async () => {
        const mine = newUpload();
        const [one, other] = [await addressFor(files, mine), await addressFor(files, mine)];
        expect(one).toMatch(/^[\w-]{43}$/);
        expect(other).not.toBe(one);
      });

      test('that nobody handed out is refused', async () => {
        expect(await refusalOf(files.receive('guess', inPieces(content)))).toBe('UploadUnknown');
      });

      test('is good for ten minutes, the whole transfer within them', async () => {
        const mine = newUpload();
        const first = await files.requestUpload(mine);
        expect(first).toMatchObject({ expiresAt: clock.at + ADDRESS_LIFETIME });
        const token = await addressFor(files, mine);
        clock.pass(ADDRESS_LIFETIME - 1);
        async function* slow() {
          yield content.subarray(0, 10);
          clock.pass(1);
          yield content.subarray(10);
        }
        expect(await refusalOf(files.receive(token, slow()))).toBe('UploadUnknown');
        expect(await refusalOf(files.receive(token, inPieces(content)))).toBe('UploadUnknown');
        await upload(mine);
      });

      test('is void once another was handed out for the same upload', async () => {
        const mine = newUpload();
        const first = await addressFor(files, mine);
        await addressFor(files, mine);
        expect(await refusalOf(files.receive(first, inPieces(content)))).toBe('UploadUnknown');
      });

      test('is good again after a broken transfer', async () => {
        const mine = newUpload();
        const token = await addressFor(files, mine);
        async function* breaking() {
          yield content.subarray(0, 100);
          throw new Error('aborted');
        }
        expect(await refusalOf(files.receive(token, breaking()))).toBe('UploadBroken');
        const short = files.receive(token, inPieces(content), { declaredLength: 1000 });
        expect(await refusalOf(short)).toBe('UploadBroken');
        await files.receive(token, inPieces(content), { declaredLength: content.length });
        expect(await files.uploaded(mine)).toMatchObject({ size: content.length });
      });

      test('is used up by a refused file, and another is handed out for the right one', async () => {
        const mine = newUpload();
        const token = await addressFor(files, mine);
        const wrong = files.receive(token, inPieces(Buffer.from('wrong file')));
        expect(await refusalOf(wrong)).toBe('FileTypeNotAccepted');
        expect(await refusalOf(files.receive(token, inPieces(content)))).toBe('UploadUnknown');
        const next = await addressFor(files, mine);
        expect(await files.receive(next, inPieces(content))).toMatchObject({
          mediaType: 'application/pdf',
        });
      });

      test('is used up by a completed transfer', async () => {
        const { token } = await upload();
        expect(await refusalOf(files.receive(token, inPieces(content)))).toBe('UploadUnknown');
      });

      test('is not handed out a second time for a completed upload', async () => {
        const made = await upload();
        expect(await files.requestUpload(made)).toEqual({
          state: 'complete',
          uploaded: made.uploaded,
        });
      });

      test('takes the later of two transfers, since the earlier has most often broken', async () => {
        const mine = newUpload();
        const token = await addressFor(files, mine);
        const large = pdfOf(200_000);
        let done: Promise<unknown> | undefined;
        async function* overtaken() {
          yield large.subarray(0, 1000);
          done = files.receive(token, inPieces(content));
          await done;
          yield large.subarray(1000);
        }
        expect(await refusalOf(files.receive(token, overtaken()))).toBe('UploadUnknown');
        await done;
        expect((await everythingFrom((await download(mine)).opened.stream)).equals(content)).toBe(
          true,
        );
      });

      test.each(['organisationId', 'personId', 'accountId'] as const)(
        'is not handed out for an upload of another %s',
        async (field) => {
          const mine = newUpload();
          await addressFor(files, mine);
          const thief = { ...mine, [field]: randomUUID() };
          expect(await refusalOf(files.requestUpload(thief))).toBe('UploadUnknown');
        },
      );

      test('is only handed out for an upload whose id is a UUID', async () => {
        const mine = newUpload({ uploadId: '../../../etc/passwd' as FileId });
        await expect(files.requestUpload(mine)).rejects.toThrow(TypeError);
      });
    });

    describe('the facts of an upload', () => {
      test('are there for its person and organisation only, and once it is complete', async () => {
        const mine = newUpload();
        await addressFor(files, mine);
        expect(await files.uploaded(mine)).toBeUndefined();
        await upload(mine);
        for (const field of ['organisationId', 'personId', 'uploadId'] as const)
          expect(await files.uploaded({ ...mine, [field]: randomUUID() })).toBeUndefined();
        expect(await files.uploaded(mine)).toMatchObject({ uploadId: mine.uploadId });
      });

      test('are no more offered for naming an hour before the sweep may take the file', async () => {
        const [left, kept] = [await upload(), await upload()];
        await files.keep(kept.organisationId, kept.uploadId);
        clock.pass(UNNAMED_LIFETIME - 3_600_000 - 1);
        expect(await files.uploaded(left)).toBeDefined();
        clock.pass(1);
        expect(await files.uploaded(left)).toBeUndefined();
        expect(await files.uploaded(kept)).toBeDefined();
      });
    });

    describe('a download address', () => {
      test('is handed out for a complete file, to its owner’s name only', async () => {
        const mine = newUpload();
        await addressFor(files, mine);
        expect(await refusalOf(download(mine))).toBe('DownloadUnknown');
        await upload(mine);
        for (const field of ['organisationId', 'personId', 'uploadId'] as const)
          expect(await refusalOf(download({ ...mine, [field]: randomUUID() }))).toBe(
            'DownloadUnknown',
          );
        expect((await download(mine)).token).toMatch(/^[\w-]{43}$/);
      });

      test('that nobody handed out, or for an upload, is refused', async () => {
        expect(await refusalOf(files.open('guess'))).toBe('DownloadUnknown');
        expect(await refusalOf(files.open(await addressFor(files, newUpload())))).toBe(
          'DownloadUnknown',
        );
      });

      test('is good for ten minutes', async () => {
        const made = await upload();
        const { token, expiresAt } = await files.requestDownload({
          ...made,
          fileId: made.uploadId,
        });
        expect(expiresAt).toBe(clock.at + ADDRESS_LIFETIME);
        clock.pass(ADDRESS_LIFETIME);
        expect(await refusalOf(files.open(token))).toBe('DownloadUnknown');
      });

      test('is good again after a broken delivery, and used up by a complete one', async () => {
        const made = await upload(newUpload(), pdfOf(150_000));
        const { token, opened } = await download(made);
        for await (const piece of opened.stream) if (piece.length > 0) break;
        expect(await everythingFrom((await files.open(token)).stream)).toHaveLength(150_000);
        expect(await refusalOf(files.open(token))).toBe('DownloadUnknown');
      });
    });

    describe('a removed file', () => {
      test('is gone, and so are its addresses; again changes nothing', async () => {
        const made = await upload();
        const { token } = await download(made);
        await files.remove(made.organisationId, made.uploadId);
        await files.remove(made.organisationId, made.uploadId);
        expect(await files.uploaded(made)).toBeUndefined();
        expect(await refusalOf(files.open(token))).toBe('DownloadUnknown');
        expect(await refusalOf(download(made))).toBe('DownloadUnknown');
      });

      test('is not another organisation’s to remove', async () => {
        const made = await upload();
        await files.remove(randomUUID() as OrganisationId, made.uploadId);
        await files.removePerson(randomUUID() as OrganisationId, made.personId);
        expect(await files.uploaded(made)).toBeDefined();
      });

      test('stops a download under way', async () => {
        const made = await upload(newUpload(), pdfOf(300_000));
        const pieces = (await download(made)).opened.stream[Symbol.asyncIterator]();
        await pieces.next();
        await files.remove(made.organisationId, made.uploadId);
        expect(await refusalOf(pieces.next())).toBe('FileErased');
      });

      test('stops an upload under way, which leaves nothing', async () => {
        const mine = newUpload();
        const token = await addressFor(files, mine);
        async function* erasedMeanwhile() {
          yield content.subarray(0, 100);
          await files.removePerson(mine.organisationId, mine.personId);
          yield content.subarray(100);
        }
        expect(await refusalOf(files.receive(token, erasedMeanwhile()))).toBe('UploadUnknown');
        expect(await files.uploaded(mine)).toBeUndefined();
      });

      test('of a person is each of the person’s, named or not, and nobody else’s', async () => {
        const first = await upload();
        const second = await upload(newUpload({ ...first, uploadId: randomUUID() as FileId }));
        const other = await upload(newUpload({ organisationId: first.organisationId }));
        await files.keep(first.organisationId, first.uploadId);
        const owner = [first.organisationId, first.personId] as const;
        expect(await files.removePerson(...owner)).toBe(2);
        expect(await files.removePerson(...owner)).toBe(0);
        expect(await files.uploaded(first)).toBeUndefined();
        expect(await files.uploaded(second)).toBeUndefined();
        expect(await files.uploaded(other)).toBeDefined();
      });
    });

    describe('a destroyed key', () => {
      test('refuses an upload and a download as erased', async () => {
        const made = await upload();
        const mine = newUpload();
        await refusalOf(
          files.receive(await addressFor(files, mine), inPieces(Buffer.from('%PDF-1.7 no'))),
        );
        const token = await addressFor(files, mine);
        const download = await files.requestDownload({ ...made, fileId: made.uploadId });
        keys.destroy();
        expect(await refusalOf(files.receive(token, inPieces(content)))).toBe('FileErased');
        expect(await refusalOf(files.open(download.token))).toBe('FileErased');
      });

      test('stops what is under way', async () => {
        const made = await upload(newUpload(), pdfOf(300_000));
        const pieces = (await download(made)).opened.stream[Symbol.asyncIterator]();
        await pieces.next();
        const mine = newUpload();
        const token = await addressFor(files, mine);
        async function* erasedMeanwhile() {
          yield content.subarray(0, 100);
          keys.destroy();
          yield content.subarray(100);
        }
        expect(await refusalOf(files.receive(token, erasedMeanwhile()))).toBe('FileErased');
        expect(await refusalOf(pieces.next())).toBe('FileErased');
      });
    });

    describe('a sweep', () => {
      test('takes what no event named within 24 hours, and tells', async () => {
        const made = await upload();
        clock.pass(UNNAMED_LIFETIME - 1);
        expect(await files.sweep(clock.at, unnamed)).toEqual([]);
        clock.pass(1);
        expect(await files.sweep(clock.at, unnamed)).toEqual([
          {
            organisationId: made.organisationId,
            personId: made.personId,
            uploadId: made.uploadId,
            state: 'complete',
            begun: true,
          },
        ]);
        expect(await refusalOf(download(made))).toBe('DownloadUnknown');
        expect(await files.sweep(clock.at, unnamed)).toEqual([]);
      });

      test('leaves what an event names, without asking once it was told', async () => {
        const made = await upload();
        await files.keep(made.organisationId, made.uploadId);
        await files.keep(made.organisationId, made.uploadId);
        clock.pass(10 * UNNAMED_LIFETIME);
        const asked: unknown[] = [];
        await files.sweep(clock.at, (mine) => asked.push(mine) < 0);
        expect(asked).toEqual([]);
        expect(await files.uploaded(made)).toBeDefined();
      });

      test('asks first, so that a crash between event and keeping loses nothing', async () => {
        const made = await upload();
        clock.pass(UNNAMED_LIFETIME);
        expect(await files.sweep(clock.at, named)).toEqual([]);
        clock.pass(UNNAMED_LIFETIME);
        expect(await files.sweep(clock.at, unnamed)).toEqual([]);
        expect(await files.uploaded(made)).toEqual(made.uploaded);
      });

      test('leaves a file that is named while it asks', async () => {
        const made = await upload();
        clock.pass(UNNAMED_LIFETIME);
        const swept = await files.sweep(clock.at, async () => {
          await files.keep(made.organisationId, made.uploadId);
          return false;
        });
        expect(swept).toEqual([]);
        expect(await files.uploaded(made)).toBeDefined();
      });

      test('takes an unused address when it ends, and a broken upload after 24 hours', async () => {
        const [unused, broken] = [newUpload(), newUpload()];
        await addressFor(files, unused);
        await refusalOf(upload(broken, Buffer.from('%PDF-1.7 cut off')));
        clock.pass(ADDRESS_LIFETIME - 1);
        expect(await files.sweep(clock.at, unnamed)).toEqual([]);
        clock.pass(1);
        expect(await files.sweep(clock.at, unnamed)).toMatchObject([
          { uploadId: unused.uploadId, state: 'unused', begun: false },
        ]);
        clock.pass(UNNAMED_LIFETIME);
        expect(await files.sweep(clock.at, unnamed)).toMatchObject([
          { uploadId: broken.uploadId, state: 'broken', begun: true },
        ]);
      });

      test('keeps nothing of an event that names what is not there', async () => {
        await files.keep(randomUUID() as OrganisationId, randomUUID() as FileId);
        const made = await upload();
        await files.keep(randomUUID() as OrganisationId, made.uploadId);
        clock.pass(UNNAMED_LIFETIME);
        expect(await files.sweep(clock.at, unnamed)).toHaveLength(1);
      });
    });
  });
};
