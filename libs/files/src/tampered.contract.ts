import { describe, expect, test } from '@jest/globals';
import { addressFor, inPieces, newUpload, pdfOf, refusalOf } from './contract.ts';
import type { FileId, Files } from './port.ts';

/** A document store whose sealed bytes a test can get at. */
export interface Tampered {
  readonly files: Files;
  sealed(fileId: FileId): Promise<Buffer>;
  /** Puts other bytes in their place, or takes them away. */
  replace(fileId: FileId, sealed: Buffer | undefined): Promise<void>;
}

/** Bytes of a sealed piece: its length, nonce and tag of the test's cipher, and 64 KiB. */
const PIECE = 4 + 12 + 16 + 65_536;
const HEADER = 4;

const without = (bytes: Buffer, from: number, to: number) =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
const turned = (bytes: Buffer, at: number) => {
  const changed = Buffer.from(bytes);
  changed[at] = changed[at]! ^ 1;
  return changed;
};

const cases: readonly (readonly [what: string, (sealed: Buffer) => Buffer])[] = [
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

/** What every document store must notice. `open` gives one that ends with the test. */
export const tamperedContract = (name: string, open: () => Promise<Tampered>): void => {
  describe(`A sealed file in ${name} that was tampered with`, () => {
    const deposited = async ({ files }: Tampered) => {
      const mine = newUpload();
      await files.receive(await addressFor(files, mine), inPieces(pdfOf(150_000)));
      return mine;
    };
    const openedAgain = async ({ files }: Tampered, mine: ReturnType<typeof newUpload>) => {
      const { token } = await files.requestDownload({ ...mine, fileId: mine.uploadId });
      return refusalOf(files.open(token));
    };

    test.each(cases)('and %s is not handed out, not even in part', async (_, tamper) => {
      const store = await open();
      const mine = await deposited(store);
      await store.replace(mine.uploadId, tamper(await store.sealed(mine.uploadId)));
      expect(await openedAgain(store, mine)).toBe('SealedFileDamaged');
    });

    test('or that is missing, or is another file of the person, is not handed out', async () => {
      const store = await open();
      const [one, other] = [await deposited(store), await deposited(store)];
      await store.replace(other.uploadId, await store.sealed(one.uploadId));
      expect(await openedAgain(store, other)).toBe('SealedFileDamaged');
      await store.replace(one.uploadId, undefined);
      expect(await openedAgain(store, one)).toBe('SealedFileDamaged');
    });
  });
};
