import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database.ts';

interface Waiting {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Commits together what is handed over at the same moment: all projections write what they made of one
 * page of the log at once, and a commit costs more than what it holds. Each work is done wholly or not
 * at all, whatever becomes of the others.
 */
export class SharedCommit {
  #waiting: Waiting[] = [];

  constructor(private readonly database: DatabaseSync) {}

  /** Resolves once it is committed. */
  add(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#commit());
      this.#waiting.push({ work, resolve, reject });
    });
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const [only, ...others] = batch;
    try {
      const outcomes = inTransaction(this.database, () => {
        if (only === undefined || others.length > 0) return batch.map((one) => this.#try(one));
        only.work();
        return [only.resolve];
      });
      for (const settle of outcomes) settle();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #try({ work, resolve, reject }: Waiting): () => void {
    this.database.exec('SAVEPOINT one');
    try {
      work();
      this.database.exec('RELEASE one');
      return resolve;
    } catch (error) {
      // A full disk may have rolled back everything already.
      if (!this.database.isTransaction) throw error;
      this.database.exec('ROLLBACK TO one; RELEASE one');
      return () => reject(error);
    }
  }
}
