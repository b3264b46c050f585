/** How many requests somebody may send. */
export interface Rate {
  /** Requests a second, over time. */
  readonly perSecond: number;
  /** Requests at once, after a silence. */
  readonly burst: number;
}

/** A rate with ten seconds' worth at once; 0 is no limit. */
export const ratesOf = (perSecond: number): Rate =>
  perSecond === 0 ? { perSecond: Infinity, burst: Infinity } : { perSecond, burst: 10 * perSecond };

/** What is left of somebody's allowance. */
interface Allowance {
  left: number;
  /** When it was looked at, in ms. */
  at: number;
}

/** So many are remembered: about 10 MB. */
const MOST = 50_000;

/**
 * Rates of requests, by whoever sends them. It lives in memory alone: what it protects is this process,
 * and a restart forgives. Guesses at passwords are counted elsewhere, durably.
 */
export class Rates {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** The longest unseen first. */
  readonly #allowances = new Map<string, Allowance>();

  /** @param now ms on any clock that never goes back; time of day does not matter here */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Takes one request in (`0`), or tells after how many seconds the next one is. */
  take(who: string): number {
    const { perSecond, burst } = this.#rate;
    if (burst === Infinity) return 0;
    const now = this.#now();
    const before = this.#allowances.get(who) ?? { left: burst, at: now };
    const left = Math.min(burst, before.left + ((now - before.at) / 1000) * perSecond);
    this.#allowances.delete(who);
    this.#allowances.set(who, { left: left >= 1 ? left - 1 : left, at: now });
    if (this.#allowances.size > MOST) this.#forgetOne();
    return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
  }

  get size(): number {
    return this.#allowances.size;
  }

  #forgetOne(): void {
    const [longestUnseen] = this.#allowances.keys();
    if (longestUnseen !== undefined) this.#allowances.delete(longestUnseen);
  }
}
