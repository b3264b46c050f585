import type { Epochs } from '../epoch-keys.ts';
import type { Fence } from '../fence.ts';
import { fromFenceRow, type Rows } from './collections.ts';
import { InBatches } from './in-batches.ts';

interface WatchNeeds {
  readonly rows: Rows;
  readonly epochs: Epochs;
  /** How old a look at the fences may be, in ms, when a key is used. */
  readonly withinMs: number;
  /** Time that only goes forward, in ms. */
  readonly elapsed: () => number;
  /** The number of the youngest fence that was known when the vault was opened. */
  readonly seen: number;
  /** Fences that stand there now; told in the turn in which they were read. */
  readonly fenced: (fences: readonly Fence[]) => void;
  /** Nobody knows what was fenced. */
  readonly lost: () => void;
}

/**
 * Looks at what other processes have fenced: before a key is used when the last look is older than
 * `withinMs`, and as often by itself, so that a destroyed key leaves the memory of an idle process too.
 * While the database cannot be asked, no key may be used, and none stays ready.
 */
export class Watch {
  readonly #needs: WatchNeeds;
  readonly #looks: InBatches<void, void>;
  readonly #timer: NodeJS.Timeout | undefined;
  #seen: number;
  #lookedAt: number;

  constructor(needs: WatchNeeds) {
    this.#needs = needs;
    this.#seen = needs.seen;
    this.#lookedAt = -Infinity;
    this.#looks = new InBatches((works) => this.#look().then(() => works));
    if (needs.withinMs <= 0) return;
    this.#timer = setInterval(() => {
      this.fresh().catch(() => needs.lost());
    }, needs.withinMs).unref();
  }

  /** Resolves when the fences are known as they were at most `withinMs` before the call. */
  async fresh(): Promise<void> {
    const { withinMs, elapsed } = this.#needs;
    if (withinMs > 0 && elapsed() - this.#lookedAt < withinMs) return;
    // A look that is on its way may have read too early for this caller: it waits for the next one.
    await this.#looks.add();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looks.idle();
  }

  async #look(): Promise<void> {
    const { rows, epochs, elapsed, fenced, lost } = this.#needs;
    const began = elapsed();
    const state = await rows.state.findOne({ _id: 'vault' });
    if (state === null || state.fences < this.#seen) {
      // The database was set back, or exchanged, under a running process.
      this.#seen = 0;
      lost();
    }
    if (state !== null) epochs.keepOnly([state.current, state.retiring]);
    if (state !== null && state.fences > this.#seen) {
      const found = await rows.fences
        .find({ number: { $gt: this.#seen } }, { sort: { number: 1 } })
        .toArray();
      fenced(found.map(fromFenceRow));
      this.#seen = found.at(-1)?.number ?? this.#seen;
    }
    this.#lookedAt = began;
  }
}
