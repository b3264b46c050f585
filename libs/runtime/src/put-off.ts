const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * What could not be done for now, each with when it is tried again: after a second, then after twice as
 * long each time, at most ten minutes. Held in memory: after a restart everything is tried at once.
 */
export class PutOff {
  readonly #held = new Map<string, { readonly wait: number; readonly until: number }>();

  get size(): number {
    return this.#held.size;
  }

  /** Whether it has to wait still at `now` (ms since 1970). */
  waits(name: string, now: number): boolean {
    const held = this.#held.get(name);
    return held !== undefined && now < held.until;
  }

  has(name: string): boolean {
    return this.#held.has(name);
  }

  /** It failed at `now` (ms since 1970). */
  add(name: string, now: number): void {
    const before = this.#held.get(name);
    const wait = before ? Math.min(before.wait * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    this.#held.set(name, { wait, until: now + wait });
  }

  /** It went well. */
  remove(name: string): void {
    this.#held.delete(name);
  }

  /** Forgets everything but these: what else was put off is not wanted any more. */
  retain(names: readonly string[]): void {
    const kept = new Set(names);
    for (const name of this.#held.keys()) if (!kept.has(name)) this.#held.delete(name);
  }

  /** When the first of them is tried again, in ms since 1970; Infinity where there is none. */
  next(): number {
    return Math.min(...[...this.#held.values()].map(({ until }) => until));
  }
}
