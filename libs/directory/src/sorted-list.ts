/** From so many on, a new array is cheaper than as many moves within the old one. */
const MANY = 16;

/** Items in an order in which no two are equal. */
export class SortedList<T> {
  #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  /** Where an item stands, or would stand. */
  indexOf(item: T, from = 0): number {
    let low = from;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#items[middle]!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes in items that are not there yet: a few by moving what comes after, many in one pass. */
  add(items: readonly T[]): void {
    if (items.length < MANY) {
      for (const item of items) this.#items.splice(this.indexOf(item), 0, item);
      return;
    }
    const old = this.#items;
    const merged: T[] = [];
    let copied = 0;
    for (const item of items.toSorted(this.#compare)) {
      const place = this.indexOf(item, copied);
      for (; copied < place; copied += 1) merged.push(old[copied]!);
      merged.push(item);
    }
    for (; copied < old.length; copied += 1) merged.push(old[copied]!);
    this.#items = merged;
  }

  delete(item: T): void {
    const place = this.indexOf(item);
    if (this.#items[place] === item) this.#items.splice(place, 1);
  }
}
