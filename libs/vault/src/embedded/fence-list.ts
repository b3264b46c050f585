import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { fromLine, toLine, type Fence } from '../fence.ts';
import { ensurePrivateFile } from '../private-file.ts';
import { FenceDamaged } from '../refusals.ts';

const LINE_END = 0x0a;

/**
 * The ids that may never have a key again (GDPR 17): one JSON line each, only ever appended to. The
 * file holds ids and instants, no personal value. It is kept apart from the backups of the key file
 * and never rolled back, so that restoring an old key file brings nobody back.
 */
export class FenceList {
  readonly #file: number;
  #length: number;

  private constructor(file: number, length: number) {
    this.#file = file;
    this.#length = length;
  }

  /** Opens the list and gives what stands in it. Throws {@link FenceDamaged}. */
  static open(path: string): { list: FenceList; fences: readonly Fence[] } {
    ensurePrivateFile(path);
    const file = openSync(path, 'a+', 0o600);
    try {
      const { fences, length, unended } = parse(readFileSync(path));
      // What follows the last line's end was never acknowledged: the crash came before the fsync.
      ftruncateSync(file, length);
      const list = new FenceList(file, length);
      if (unended !== undefined) list.append([unended]);
      return { list, fences: unended === undefined ? fences : [...fences, unended] };
    } catch (failure) {
      closeSync(file);
      throw failure;
    }
  }

  /** Durable when it returns; throws, and leaves the list as it was, where the disk refuses. */
  append(fences: readonly Fence[]): void {
    if (fences.length === 0) return;
    const bytes = Buffer.from(fences.map((fence) => `${toLine(fence)}\n`).join(''));
    try {
      writeFileSync(this.#file, bytes);
      fsyncSync(this.#file);
    } catch (failure) {
      ftruncateSync(this.#file, this.#length);
      throw failure;
    }
    this.#length = fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }
}

const parse = (bytes: Buffer) => {
  const length = bytes.lastIndexOf(LINE_END) + 1;
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
  const fences = lines.map((line, index) => {
    const fence = fromLine(line);
    if (fence === undefined) throw new FenceDamaged(index + 1);
    return fence;
  });
  // A whole fence that lacks only its line end is kept: fencing too much is what the caller asked for.
  return { fences, length, unended: fromLine(bytes.subarray(length).toString('utf8')) };
};
