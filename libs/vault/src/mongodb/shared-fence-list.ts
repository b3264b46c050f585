import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { fromLine, toLine, type Fence } from '../fence.ts';
import { ensurePrivateFile } from '../private-file.ts';
import { FenceDamaged } from '../refusals.ts';

/**
 * The ids that may never have a key again, as in the list of one process, but for several that append
 * to one file at once (GDPR 17). Nobody may cut such a file: what a crash left unended is stepped over,
 * since it was never promised. Kept apart from the backups of the database and never rolled back.
 */
export class SharedFenceList {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Opens the list and gives what stands in it. Throws {@link FenceDamaged}. */
  static open(path: string): { list: SharedFenceList; fences: readonly Fence[] } {
    ensurePrivateFile(path);
    const fences = parseFences(readFileSync(path, 'utf8'));
    return { list: new SharedFenceList(openSync(path, 'a+', 0o600)), fences };
  }

  /** Durable when it returns; throws where the disk refuses. */
  append(fences: readonly Fence[]): void {
    if (fences.length === 0) return;
    const lines = fences.map((fence) => `${toLine(fence)}\n`).join('');
    const bytes = Buffer.from(this.#isEnded() ? lines : `\n${lines}`);
    if (writeSync(this.#file, bytes) !== bytes.length) {
      throw new Error('The list of the destroyed takes no more: make room on its disk.');
    }
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #isEnded(): boolean {
    const { size } = fstatSync(this.#file);
    const last = Buffer.alloc(1);
    return size === 0 || (readSync(this.#file, last, 0, 1, size - 1) === 1 && last[0] === 0x0a);
  }
}

/** The fences in a list that several may append to. Throws {@link FenceDamaged}. */
export const parseFences = (text: string): Fence[] =>
  text.split('\n').flatMap((line, index) => {
    // Only a whole line has an end, since no id holds this character.
    if (!line.endsWith('}')) return [];
    const fence = fromLine(line);
    if (fence === undefined) throw new FenceDamaged(index + 1);
    return [fence];
  });
