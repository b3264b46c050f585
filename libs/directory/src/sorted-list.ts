/** Up to so many newcomers are put in their places one by one. */
const FEW = 16;
/** Newcomers are put in order at the latest when there are so many, or an eighth of all. */
const MANY = 1_000;

/**
 * Items in an order in which no two are equal. Newcomers wait until somebody looks, or until there are
 * many: taking in 100,000 in small batches then costs little more than one sorting, and no single step
 * holds the process up.
 */
export class SortedList<T> {
  #items: T[] = [];
  #newcomers: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get items(): readonly T[] {
    this.#settle();
    return this.#items;
  }

  /** Takes in items that are not there yet. */
  add(items: readonly T[]): void {
    for (const item of items) this.#newcomers.push(item);
    if (this.#newcomers.length >= Math.max(MANY, this.#items.length / 8)) this.#settle();
  }

  /** Where an item stands, or would stand. */
  indexOf(item: T): number {
    return this.#place(item, 0, this.items.length);
  }

  delete(item: T): void {
    const place = this.indexOf(item);
    if (this.#items[place] === item) this.#items.splice(place, 1);
  }

  #settle(): void {
    const newcomers = this.#newcomers;
    if (newcomers.length === 0) return;
    this.#newcomers = [];
    const old = this.#items;
    if (newcomers.length <= FEW) {
      for (const item of newcomers) old.splice(this.#place(item, 0, old.length), 0, item);
      return;
    }
    const merged: T[] = [];
    let copied = 0;
    for (const item of newcomers.sort(this.#compare)) {
      const place = this.#near(item, copied);
      for (; copied < place; copied += 1) merged.push(old[copied]!);
      merged.push(item);
    }
    for (; copied < old.length; copied += 1) merged.push(old[copied]!);
    this.#items = merged;
  }

  /** The place of an item that is expected soon after another: looks ever further ahead. */
  #near(item: T, from: number): number {
    const end = this.#items.length;
    let low = from;
    let step = 1;
    while (low + step <= end && this.#compare(this.#items[low + step - 1]!, item) < 0) {
      low += step;
      step *= 2;
    }
    return this.#place(item, low, Math.min(low + step - 1, end));
  }

  #place(item: T, from: number, to: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#items[middle]!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
