interface Waiting<Work, Outcome> {
  readonly work: Work;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (failure: unknown) => void;
}

/**
 * Does what is asked for in batches, one after another: whatever comes while one runs is in the next.
 * So each begins after it was asked for, and a hundred concurrent callers share a few round trips. All
 * of a batch succeed, or all of it fails.
 */
export class InBatches<Work, Outcome> {
  #waiting: Waiting<Work, Outcome>[] = [];
  #running: Promise<void> | undefined;
  readonly #doAll: (works: readonly Work[]) => Promise<readonly Outcome[]>;
  readonly #most: number;

  constructor(doAll: (works: readonly Work[]) => Promise<readonly Outcome[]>, most = 200) {
    this.#doAll = doAll;
    this.#most = most;
  }

  add(work: Work): Promise<Outcome> {
    return new Promise<Outcome>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is asked for in one turn goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#most);
      try {
        const outcomes = await this.#doAll(batch.map(({ work }) => work));
        batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
      } catch (failure) {
        for (const { reject } of batch) reject(failure);
      }
    }
    this.#running = undefined;
  }
}
