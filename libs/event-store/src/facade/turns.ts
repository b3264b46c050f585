interface Line {
  shared: number;
  exclusive: boolean;
  readonly waiting: { readonly exclusive: boolean; readonly go: () => void }[];
}

/**
 * Work on one stream: ordinary appends run side by side and are committed together, what changes the
 * stream's state runs alone. Nobody overtakes, so that nobody waits for ever.
 */
export class Turns {
  readonly #lines = new Map<string, Line>();

  together<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#run(name, false, work);
  }

  alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#run(name, true, work);
  }

  async #run<T>(name: string, exclusive: boolean, work: () => Promise<T>): Promise<T> {
    const line: Line = this.#lines.get(name) ?? { shared: 0, exclusive: false, waiting: [] };
    this.#lines.set(name, line);
    await new Promise<void>((go) => {
      line.waiting.push({ exclusive, go });
      this.#admit(line);
    });
    try {
      return await work();
    } finally {
      if (exclusive) line.exclusive = false;
      else line.shared--;
      this.#admit(line);
      if (line.shared === 0 && !line.exclusive) this.#lines.delete(name);
    }
  }

  #admit(line: Line): void {
    for (;;) {
      const next = line.waiting[0];
      if (next === undefined || line.exclusive) return;
      if (next.exclusive && line.shared > 0) return;
      line.waiting.shift();
      if (next.exclusive) line.exclusive = true;
      else line.shared++;
      next.go();
    }
  }
}
