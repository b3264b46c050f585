import { promisify } from 'node:util';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { FileRefused } from '../refusals.ts';

/** What one upload may still unpack to, archives within it included. */
export interface Budget {
  bytes: number;
  /** Of these, how many may be read as markup, which costs ten times as much. */
  markup: number;
  /** Elements of markup. */
  elements: number;
  entries: number;
}

/** A page of text unpacks to tens of KiB; a megabyte of honest markup to ten of it. */
export const documentBudget = (): Budget => ({
  bytes: 32 * 1024 * 1024,
  markup: 12 * 1024 * 1024,
  elements: 300_000,
  entries: 2000,
});

/** Takes the bytes of one entry. */
export interface EntryReader {
  write(piece: Buffer): void;
  end(): void;
}

export interface Archive {
  readonly budget: Budget;
  /** In the order of the archive's directory; folders left out. */
  readonly names: readonly string[];
  /** Whether the first entry is stored as it is (OpenDocument demands it of its `mimetype`). */
  readonly startsWith: (name: string) => boolean;
  /**
   * Unpacks everything, entry after entry, checking each one's size and checksum, and hands the bytes to
   * the reader that `readerFor` gives for it.
   */
  readAll(readerFor: (name: string) => EntryReader): Promise<void>;
}

const openBuffer = promisify<Buffer, yauzl.Options, ZipFile>(yauzl.fromBuffer);
const LOCAL_HEADER = 0x04034b50;
const SYMLINK = 0xa000;

/**
 * Opens a zip archive and checks its directory before anything is unpacked: number and sizes of the
 * entries, no entry that overlaps another (which is how small archives claim to be endless), none that
 * readers going by the local headers would see differently. Throws FileDamaged, FileEncrypted.
 */
export async function openArchive(content: Buffer, budget: Budget): Promise<Archive> {
  if (content.length > 30 && content.readUInt16LE(6) & 1) throw new FileRefused('FileEncrypted');
  const zip = await openBuffer(content, { lazyEntries: true }).catch(damaged);
  budget.entries -= zip.entryCount;
  if (budget.entries < 0) return damaged();
  const entries = await directory(zip).catch(damaged);
  if (entries.some((entry) => entry.isEncrypted())) throw new FileRefused('FileEncrypted');
  checkEntries(content, entries);
  const declared = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (declared > budget.bytes) return damaged();
  const files = entries.filter((entry) => !entry.fileName.endsWith('/'));
  const [first] = files;
  return {
    budget,
    names: files.map((entry) => entry.fileName),
    startsWith: (name) =>
      first?.fileName === name &&
      first.compressionMethod === 0 &&
      first.relativeOffsetOfLocalHeader === 0,
    readAll: async (readerFor) => {
      for (const entry of files) await unpack(zip, entry, budget, readerFor(entry.fileName));
    },
  };
}

const damaged = (): never => {
  throw new FileRefused('FileDamaged');
};

function directory(zip: ZipFile): Promise<readonly Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
    zip.readEntry();
  });
}

function checkEntries(content: Buffer, entries: readonly Entry[]): void {
  const names = new Set(entries.map((entry) => entry.fileName.toLowerCase()));
  if (names.size !== entries.length || entries.length === 0) damaged();
  let end = 0;
  const byPlace = entries.toSorted(
    (one, other) => one.relativeOffsetOfLocalHeader - other.relativeOffsetOfLocalHeader,
  );
  for (const entry of byPlace) {
    const start = entry.relativeOffsetOfLocalHeader;
    if (start < end || (end === 0 && start !== 0) || start + 30 > content.length) damaged();
    const nameBytes = content.readUInt16LE(start + 26);
    const directoryName = (entry as Entry & { readonly fileNameRaw: Buffer }).fileNameRaw;
    const sameName = content.subarray(start + 30, start + 30 + nameBytes).equals(directoryName);
    const sameMethod = content.readUInt16LE(start + 8) === entry.compressionMethod;
    if (content.readUInt32LE(start) !== LOCAL_HEADER || !sameName || !sameMethod) damaged();
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) damaged();
    if (((entry.externalFileAttributes >>> 16) & 0xf000) === SYMLINK) damaged();
    end = start + 30 + nameBytes + content.readUInt16LE(start + 28) + entry.compressedSize;
    if (end > content.length) damaged();
  }
}

async function unpack(
  zip: ZipFile,
  entry: Entry,
  budget: Budget,
  reader: EntryReader,
): Promise<void> {
  const open = promisify<Entry, Readable>(zip.openReadStream.bind(zip));
  const stream = await open(entry).catch(damaged);
  let sum = 0;
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const next = await pieces.next().catch(damaged);
      if (next.done === true) break;
      const { value } = next;
      budget.bytes -= value.length;
      if (budget.bytes < 0) damaged();
      sum = crc32(value, sum);
      reader.write(value);
    }
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32) damaged();
  reader.end();
}
