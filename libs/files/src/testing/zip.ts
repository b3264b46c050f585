import { crc32, deflateRawSync } from 'node:zlib';

/** One entry; what differs from the truth makes the archive hostile. */
export interface ZipEntry {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly stored?: boolean;
  /** Bytes that the directory claims it unpacks to. */
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
  readonly encrypted?: boolean;
  /** The name in the local header, when it is another than in the directory. */
  readonly localName?: string;
  /** Points at the bytes of the entry before it. */
  readonly overlapping?: boolean;
  readonly symlink?: boolean;
}

/** Writes a zip archive byte by byte, so that a test can lie in any field. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  let previous = 0;
  for (const entry of entries) {
    const clear = Buffer.from(entry.content as Uint8Array);
    const packed = entry.stored ? clear : deflateRawSync(clear);
    const name = Buffer.from(entry.name);
    const localName = Buffer.from(entry.localName ?? entry.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.encrypted ? 1 : 0, 2);
    common.writeUInt16LE(entry.stored ? 0 : 8, 4);
    common.writeUInt32LE(entry.claimedCrc ?? crc32(clear), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.claimedSize ?? clear.length, 18);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common]);
    local.writeUInt16LE(localName.length, 26);
    const offset = entry.overlapping ? previous : at;
    if (!entry.overlapping) {
      parts.push(local, localName, packed);
      previous = at;
      at += local.length + localName.length + packed.length;
    }
    const record = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common]);
    const central = Buffer.concat([record, Buffer.alloc(46 - record.length), name]);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(entry.symlink ? 0xa1ff_0000 : 0, 38);
    central.writeUInt32LE(offset, 42);
    directory.push(central);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}
