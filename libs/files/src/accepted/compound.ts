import { FileRefused } from '../refusals.ts';

/** One storage or stream of an OLE compound file. */
export interface CompoundEntry {
  readonly name: string;
  readonly kind: 'storage' | 'stream' | 'root';
  readonly start: number;
  readonly size: number;
}

const FREE_OR_END = 0xffff_fffa;
const ENTRY_BYTES = 128;
const SMALL_STREAM_BELOW = 4096;
const SMALL_SECTOR_BYTES = 64;
const kinds = { 1: 'storage', 2: 'stream', 5: 'root' } as const;

/** What this reads of a compound file (MS-CFB): its directory, and its streams. */
export interface CompoundFile {
  /** Every entry in use, of all storages alike. */
  readonly entries: readonly CompoundEntry[];
  read(entry: CompoundEntry): Buffer;
}

/**
 * Reads the directory of an OLE compound file. The tree of storages is not followed: every entry that
 * lies in the directory counts, also one that no storage names. Throws FileDamaged.
 */
export function readCompoundFile(content: Buffer): CompoundFile {
  const damaged = () => new FileRefused('FileDamaged');
  if (content.length < 1536) throw damaged();
  const major = content.readUInt16LE(26);
  const sectorBytes = 1 << content.readUInt16LE(30);
  if (!((major === 3 && sectorBytes === 512) || (major === 4 && sectorBytes === 4096)))
    throw damaged();
  const sector = (index: number): Buffer => {
    const from = (index + 1) * sectorBytes;
    if (index >= FREE_OR_END || from >= content.length) throw damaged();
    // Some writers leave the file's last sector short.
    const found = content.subarray(from, from + sectorBytes);
    return found.length === sectorBytes ? found : Buffer.concat([found], sectorBytes);
  };
  const perSector = sectorBytes / 4;

  const tableSectors: number[] = [];
  for (let at = 76; at < 512; at += 4) tableSectors.push(content.readUInt32LE(at));
  let more = content.readUInt32LE(68);
  for (let left = content.readUInt32LE(72); left > 0 && more < FREE_OR_END; left -= 1) {
    if (tableSectors.length * sectorBytes > content.length + 109 * sectorBytes) throw damaged();
    const list = sector(more);
    for (let index = 0; index < perSector - 1; index += 1)
      tableSectors.push(list.readUInt32LE(index * 4));
    more = list.readUInt32LE(sectorBytes - 4);
  }
  const next = (index: number): number => {
    const table = tableSectors[Math.floor(index / perSector)];
    if (table === undefined) throw damaged();
    return sector(table).readUInt32LE((index % perSector) * 4);
  };
  const chain = (first: number): Buffer => {
    const parts: Buffer[] = [];
    for (let index = first; index < FREE_OR_END; index = next(index)) {
      // A chain that is longer than the file runs in a circle.
      if (parts.length * sectorBytes > content.length) throw damaged();
      parts.push(sector(index));
    }
    return Buffer.concat(parts);
  };

  const directory = chain(content.readUInt32LE(48));
  const entries: CompoundEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= directory.length; at += ENTRY_BYTES) {
    const kind = kinds[directory[at + 66] as 1 | 2 | 5];
    if (!kind) continue;
    const nameBytes = Math.min(directory.readUInt16LE(at + 64), 64);
    entries.push({
      name: directory.toString('utf16le', at, at + Math.max(0, nameBytes - 2)),
      kind,
      start: directory.readUInt32LE(at + 116),
      size: directory.readUInt32LE(at + 120),
    });
  }
  const root = entries.find(({ kind }) => kind === 'root');
  if (!root) throw damaged();
  // Small streams lie in the root's own stream, in sectors of 64 bytes with a table of their own.
  const smallChain = (first: number): Buffer => {
    const small = chain(root.start);
    const table = chain(content.readUInt32LE(60));
    const parts: Buffer[] = [];
    for (let index = first; index < FREE_OR_END; index = table.readUInt32LE(index * 4)) {
      const from = index * SMALL_SECTOR_BYTES;
      if (from >= small.length || index * 4 + 4 > table.length || parts.length * 64 > small.length)
        throw damaged();
      parts.push(small.subarray(from, from + SMALL_SECTOR_BYTES));
    }
    return Buffer.concat(parts);
  };
  return {
    entries,
    read: ({ start, size }) => {
      const bytes = size < SMALL_STREAM_BELOW ? smallChain(start) : chain(start);
      if (bytes.length < size) throw damaged();
      return bytes.subarray(0, size);
    },
  };
}
