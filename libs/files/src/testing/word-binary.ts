export interface WordBinary {
  /** Names of further storages, besides the main stream. */
  readonly storages?: readonly string[];
  /** Names of further streams. */
  readonly streams?: readonly string[];
  readonly mainStream?: string;
  readonly version?: number;
  readonly flags?: number;
  /** Bytes at the place where a document's text is. */
  readonly text?: string | Uint8Array;
  /** Bends the chain of the main stream back to its first sector. */
  readonly circular?: boolean;
  /** Keeps the main stream among the small ones. */
  readonly small?: boolean;
}

const SECTOR = 512;
const END = 0xffff_fffe;
const FREE = 0xffff_ffff;
const FAT = 0xffff_fffd;

/** The smallest compound file that has a Word document's main stream (MS-CFB 2, version 3). */
export function doc(made: WordBinary = {}): Buffer {
  const main = Buffer.alloc(made.small ? 1024 : 4096);
  main.writeUInt16LE(made.version ?? 0xa5ec, 0);
  main.writeUInt16LE(made.flags ?? 0, 10);
  main.set(Buffer.from((made.text ?? 'Camille Exemple') as Uint8Array), 800);

  const table = Buffer.alloc(SECTOR, 0xff);
  const chain = (first: number, count: number) => {
    for (let index = 0; index < count; index += 1)
      table.writeUInt32LE(index === count - 1 ? END : first + index + 1, (first + index) * 4);
  };
  const names = [
    ...(made.storages ?? []).map((name) => [name, 1] as const),
    ...(made.streams ?? []).map((name) => [name, 2] as const),
  ];
  const directorySectors = Math.ceil((names.length + 2) / 4);
  // Sectors: the table, the table of small sectors, the directory, the main stream.
  const mainAt = 2 + directorySectors;
  table.writeUInt32LE(FAT, 0);
  chain(1, 1);
  chain(2, directorySectors);
  chain(mainAt, main.length / SECTOR);
  if (made.circular) table.writeUInt32LE(mainAt, (mainAt + main.length / SECTOR - 1) * 4);
  const smallTable = Buffer.alloc(SECTOR, 0xff);
  for (let index = 0; index < 16; index += 1)
    smallTable.writeUInt32LE(index === 15 ? END : index + 1, index * 4);

  const directory = Buffer.alloc(directorySectors * SECTOR);
  const put = (index: number, name: string, kind: number, start: number, size: number) => {
    const at = index * 128;
    directory.write(name, at, 'utf16le');
    directory.writeUInt16LE(name.length * 2 + 2, at + 64);
    directory[at + 66] = kind;
    directory.writeUInt32LE(start, at + 116);
    directory.writeUInt32LE(size, at + 120);
  };
  put(0, 'Root Entry', 5, made.small ? mainAt : END, made.small ? main.length : 0);
  put(1, made.mainStream ?? 'WordDocument', 2, made.small ? 0 : mainAt, main.length);
  names.forEach(([name, kind], index) => put(index + 2, name, kind, END, 0));

  const header = Buffer.alloc(SECTOR);
  header.write('d0cf11e0a1b11ae1', 'hex');
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(1, 44);
  header.writeUInt32LE(2, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(1, 60);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(END, 68);
  header.fill(0xff, 76);
  header.writeUInt32LE(0, 76);
  return Buffer.concat([header, table, smallTable, directory, main]);
}

/** The same bytes with every free mark of the table of sectors turned into a sector that is not there. */
export const withoutSectors = (content: Buffer): Buffer => {
  const bent = Buffer.from(content);
  for (let at = SECTOR; at < 2 * SECTOR; at += 4)
    if (bent.readUInt32LE(at) !== FREE) bent.writeUInt32LE(0x00ff_ffff, at);
  return bent;
};
