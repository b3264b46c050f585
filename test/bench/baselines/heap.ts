/**
 * H: a binary heap of deadlines in typed arrays: what keeping timers in order costs at least, with
 * nothing on the disk.
 */
export class DeadlineHeap {
  readonly #due: Float64Array;
  readonly #id: Uint32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#due = new Float64Array(capacity);
    this.#id = new Uint32Array(capacity);
  }

  push(due: number, id: number): void {
    let place = this.#size;
    this.#size += 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((this.#due[parent] ?? 0) <= due) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, due, id);
  }

  /** Takes the earliest out; `undefined` where nothing is due at `now`. */
  popDue(now: number): number | undefined {
    if (this.#size === 0 || (this.#due[0] ?? 0) > now) return undefined;
    const first = this.#id[0];
    this.#size -= 1;
    const due = this.#due[this.#size] ?? 0;
    const id = this.#id[this.#size] ?? 0;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && (this.#due[child + 1] ?? 0) < (this.#due[child] ?? 0))
        child += 1;
      if ((this.#due[child] ?? 0) >= due) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, due, id);
    return first;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#due[from] ?? 0, this.#id[from] ?? 0);
  }

  #put(place: number, due: number, id: number): void {
    this.#due[place] = due;
    this.#id[place] = id;
  }
}
