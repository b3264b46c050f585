/**
 * Wakes those who wait for something new. A ring without anybody waiting is not kept: whoever waits
 * looks first, and nothing can happen between the look and the wait.
 */
export class Bell {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next ring, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      if (signal.aborted) return resolve();
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
