import type { Decided } from './commands.ts';
import { NotInTime } from './questions.ts';

/** What readers met. */
export interface Met {
  readonly answers: number;
  /** Questions that were not answered in time. */
  readonly late: number;
  /** ms of the slowest answer. */
  readonly slowest: number;
}

/**
 * Readers who ask all the time: each, as soon as it has its answer, for what was acknowledged last, or for
 * the next thing that is.
 */
export class Readers {
  readonly #all: Promise<unknown>;
  readonly #idle: (() => void)[] = [];
  #newest: Decided | undefined;
  #stopped = false;
  #answers = 0;
  #late = 0;
  #slowest = 0;
  #failure: Error | undefined;

  constructor(count: number, ask: (decided: Decided) => Promise<void>) {
    const read = async (): Promise<void> => {
      for (let asked: Decided | undefined; !this.#stopped;) {
        if (this.#newest === undefined || this.#newest === asked) {
          await new Promise<void>((resolve) => this.#idle.push(resolve));
          continue;
        }
        asked = this.#newest;
        const started = performance.now();
        try {
          await ask(asked);
          this.#answers += 1;
        } catch (error) {
          if (!(error instanceof NotInTime)) throw error;
          this.#late += 1;
        }
        this.#slowest = Math.max(this.#slowest, performance.now() - started);
      }
    };
    this.#all = Promise.all(
      Array.from({ length: count }, () =>
        read().catch((failure: Error) => void (this.#failure ??= failure)),
      ),
    );
  }

  /** Something was acknowledged. */
  tell(decided: Decided): void {
    if (this.#newest === undefined || decided.position > this.#newest.position)
      this.#newest = decided;
    for (const wake of this.#idle.splice(0)) wake();
  }

  /** Lets all of them end, and tells what they met; rejects with the first answer that was wrong. */
  async stop(): Promise<Met> {
    this.#stopped = true;
    for (const wake of this.#idle.splice(0)) wake();
    await this.#all;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#answers === 0) throw new Error('No reader was answered.');
    return { answers: this.#answers, late: this.#late, slowest: this.#slowest };
  }
}
