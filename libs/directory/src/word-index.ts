import { SortedList } from './sorted-list.ts';

/** More words than this are not looked at: a mark of one byte counts them. */
const MOST_WORDS = 64;

const byUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Which entries hold which words; an entry is a small number. */
export class WordIndex {
  readonly #entries = new Map<string, number[]>();
  readonly #words = new SortedList<string>(byUnits);

  add(entries: readonly { readonly slot: number; readonly words: readonly string[] }[]): void {
    const unknown: string[] = [];
    for (const { slot, words } of entries)
      for (const word of words) {
        const slots = this.#entries.get(word);
        if (slots) slots.push(slot);
        else {
          this.#entries.set(word, [slot]);
          unknown.push(word);
        }
      }
    this.#words.add(unknown);
  }

  remove(slot: number, words: readonly string[]): void {
    for (const word of words) {
      const slots = this.#entries.get(word);
      const at = slots?.indexOf(slot) ?? -1;
      if (!slots || at < 0) continue;
      const last = slots.pop()!;
      if (at < slots.length) slots[at] = last;
      if (slots.length > 0) continue;
      this.#entries.delete(word);
      this.#words.delete(word);
    }
  }

  /**
   * Finds the entries in which each of some beginnings begins a word.
   *
   * @param size one more than the highest entry
   * @returns 1 for each entry that was found
   */
  matching(beginnings: readonly string[], size: number): Uint8Array {
    const marks = new Uint8Array(size);
    const asked = beginnings.slice(0, MOST_WORDS);
    const words = this.#words.items;
    for (const [met, beginning] of asked.entries())
      for (let at = this.#words.indexOf(beginning); at < words.length; at += 1) {
        const word = words[at]!;
        if (!word.startsWith(beginning)) break;
        for (const slot of this.#entries.get(word)!) if (marks[slot] === met) marks[slot] = met + 1;
      }
    for (let slot = 0; slot < size; slot += 1) marks[slot] = marks[slot] === asked.length ? 1 : 0;
    return marks;
  }
}
