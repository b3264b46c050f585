interface Waiting<Work> {
  readonly work: Work;
  readonly resolve: (outcome: never) => void;
  readonly reject: (failure: unknown) => void;
}

/**
 * Collects what is asked for within one turn of the event loop and does it in one go, so that a
 * hundred concurrent callers share one fsync. All of a batch succeed, or all of it fails.
 */
export class OncePerTurn<Work, Outcome> {
  #waiting: Waiting<Work>[] = [];
  readonly #doAll: (works: readonly Work[]) => readonly Outcome[];
  readonly #atEnd: (flush: () => void) => void;

  /**
   * @param atEnd when a batch ends; default: with the turn. With `queueMicrotask` it holds what the callbacks
   *   ask for that are queued already, and nothing that the loop does next comes before it.
   */
  constructor(
    doAll: (works: readonly Work[]) => readonly Outcome[],
    atEnd: (flush: () => void) => void = setImmediate,
  ) {
    this.#doAll = doAll;
    this.#atEnd = atEnd;
  }

  add<Own extends Outcome = Outcome>(work: Work): Promise<Own> {
    return new Promise<Own>((resolve, reject) => {
      if (this.#waiting.length === 0) this.#atEnd(() => this.flush());
      this.#waiting.push({ work, resolve, reject });
    });
  }

  /** Does what waits now; called by the turn's end, and before closing. */
  flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    try {
      const outcomes = this.#doAll(batch.map(({ work }) => work));
      batch.forEach(({ resolve }, index) => resolve(outcomes[index] as never));
    } catch (failure) {
      for (const { reject } of batch) reject(failure);
    }
  }
}
