import type { DatabaseSync, StatementSync } from 'node:sqlite';

interface Waiting {
  readonly work: () => void;
  readonly undone: () => void;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Commits together what is handed over at the same moment: all projections write what they made of one
 * page of the log at once, and a commit costs more than what it holds. Each work is done wholly or not
 * at all, whatever becomes of the others: where one of them fails, each is done again by itself.
 */
export class SharedCommit {
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  #waiting: Waiting[] = [];

  constructor(private readonly database: DatabaseSync) {
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
  }

  /**
   * Resolves once it is committed.
   *
   * @param work may be done twice, the first time in vain
   * @param undone called at once when nothing of the work is kept, before any other work begins
   */
  add(work: () => void, undone: () => void = () => undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#doAll());
      this.#waiting.push({ work, undone, resolve, reject });
    });
  }

  #doAll(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      this.#do(batch);
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) only?.reject(error);
      else for (const one of batch) this.#doAlone(one);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  #doAlone(one: Waiting): void {
    try {
      this.#do([one]);
    } catch (error) {
      one.reject(error);
      return;
    }
    one.resolve();
  }

  #do(batch: readonly Waiting[]): void {
    this.#begin.run();
    try {
      for (const { work } of batch) work();
      this.#commit.run();
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.database.isTransaction) this.#rollback.run();
      for (const { undone } of batch) undone();
      throw error;
    }
  }
}
