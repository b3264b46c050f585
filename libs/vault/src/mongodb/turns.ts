/**
 * Lets what would only get in each other's way in the database go one after another within this process,
 * so that transactions meet only those of other processes.
 */
export class Turns {
  readonly #last = new Map<number, Promise<unknown>>();

  async inTurn<T>(gate: number, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(gate) ?? Promise.resolve()).then(work, work);
    this.#last.set(gate, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(gate) === turn) this.#last.delete(gate);
    }
  }
}
