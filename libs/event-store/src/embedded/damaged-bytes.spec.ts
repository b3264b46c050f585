import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damageFound, randomNumbers } from '../contract/damage.contract.ts';
import {
  countUp,
  everything,
  newOrganisation,
  newStream,
  record,
} from '../contract/samples.contract.ts';
import { openEmbeddedEventStore } from './open.ts';

/** Where a row of the table lies in the file: the bytes of its cell. */
interface Cell {
  readonly rowid: number;
  readonly start: number;
  readonly bytes: number;
}

const TABLE_LEAF = 13;

/**
 * The cells of all table leaves whose rows have the ten columns of a record (file format:
 * sqlite.org/fileformat.html, 1.6 and 2.1). Rows must be small enough to need no overflow page.
 */
function recordCells(file: Buffer, expected: number): Cell[] {
  const size = file.readUInt16BE(16);
  const cells: Cell[] = [];
  for (let page = size; page < file.length; page += size) {
    if (file[page] !== TABLE_LEAF) continue;
    for (let index = 0; index < file.readUInt16BE(page + 3); index++) {
      const start = page + file.readUInt16BE(page + 8 + 2 * index);
      const payload = varint(file, start);
      const rowid = varint(file, payload.next);
      const end = rowid.next + payload.value;
      const header = varint(file, rowid.next);
      let columns = 0;
      let at = header.next;
      while (at < rowid.next + header.value) {
        at = varint(file, at).next;
        columns += 1;
      }
      if (columns === 10) cells.push({ rowid: rowid.value, start, bytes: end - start });
    }
  }
  if (cells.length !== expected)
    throw new Error(`${cells.length} rows found instead of ${expected}.`);
  return cells.sort((a, b) => a.rowid - b.rowid);
}

function varint(file: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (;;) {
    const byte = file[at++]!;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
const file = join(folder, 'log.db');
afterAll(() => rmSync(folder, { recursive: true }));

test('a flipped bit anywhere in the bytes of a row is found, or changed nothing that is read', async () => {
  const store = await openEmbeddedEventStore({ file });
  const streams = countUp(0, 6).map(() => newStream());
  const organisation = newOrganisation();
  for (const index of countUp(0, 40)) {
    const data = Buffer.alloc(50 + index * 13, `{"n":${index}}`);
    if (index % 5 === 0) data[3] = 0xff;
    await store.append(organisation, streams[index % 6]!, 'any', [record({ data })]);
  }
  const log = await everything(store, {});
  await store.close();

  const random = randomNumbers(77);
  const original = readFileSync(file);
  const cells = recordCells(original, log.length);
  expect(cells.map(({ rowid }) => rowid)).toEqual(countUp(0, log.length));
  let harmless = 0;
  const handle = openSync(file, 'r+');
  for (const _ of countUp(0, 400)) {
    const { start, bytes, rowid } = cells[random(cells.length)]!;
    const at = start + random(bytes);
    writeSync(handle, Buffer.of(original[at]! ^ (1 << random(8))), 0, 1, at);
    const damaged = await openEmbeddedEventStore({ file });
    const found = await damageFound(async () => {
      expect(await everything(damaged, {})).toEqual(log);
      harmless += 1;
    });
    if (found !== undefined) expect(found).toBe(rowid);
    await damaged.close();
    writeSync(handle, original, at, 1, at);
  }
  closeSync(handle);
  // Only the length of a whole row can change without changing what is read.
  expect(harmless).toBeLessThan(10);
}, 60_000);
