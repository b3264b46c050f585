/** Lets those of one name go one after another. */
export class Turns {
  /** What happens last under each name at which something happens. */
  readonly #last = new Map<string, Promise<unknown>>();

  async inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(work, work);
    this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }
}
