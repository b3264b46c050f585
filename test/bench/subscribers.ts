import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What the process of the subscribers is told first. */
export interface Told {
  readonly url: string;
  readonly count: number;
  /** Of whoever subscribes; without one they only listen to what a bare server sends. */
  readonly token: string | undefined;
  /** What they ask for, in turns. */
  readonly query: readonly string[];
  /** The position after which they want to know, as the API writes it. */
  readonly after: string | null;
  /** Words that nobody may be told. */
  readonly forbidden: readonly string[];
}

/** What it says when all have got what was awaited, or why that will not be. */
export type Heard =
  | {
      /** By the clock that all processes share. */
      readonly at: number;
      /** CRC-32 over the ids of all events so far, the same for every subscriber. */
      readonly sum: number;
      /** When each message since the last time came; of a single subscriber alone. */
      readonly arrivals: readonly number[];
    }
  | { readonly failure: string };

/** A whole log of a million events comes in less, in ms. */
const PATIENCE_MS = 600_000;

/** Subscribers in a process of their own. */
export class Subscribers {
  readonly #child: ChildProcess;
  readonly #gone: Promise<never>;
  /** When they had said what they want, by the clock that all processes share. */
  opened = Number.NaN;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = once(child, 'exit').then((): never => {
      throw new Error('The subscribers ended.');
    });
    this.#gone.catch(() => undefined);
  }

  /** Resolves once all are connected and have said what they want. */
  static async open(told: Told): Promise<Subscribers> {
    const program = fileURLToPath(new URL('./subscribers.child.ts', import.meta.url));
    const child = fork(program, [], { execArgv: process.execArgv, stdio: 'inherit' });
    const subscribers = new Subscribers(child);
    subscribers.opened = (await subscribers.#ask(told)).at;
    return subscribers;
  }

  /**
   * Resolves once each has got so many messages since it came. Rejects where one got something else than
   * the others, or was sent away.
   */
  until(messages: number): Promise<Extract<Heard, { readonly at: number }>> {
    return this.#ask({ until: messages });
  }

  async leave(): Promise<void> {
    if (this.#child.connected) this.#child.send('leave');
    await this.#gone.catch(() => undefined);
  }

  async #ask(asked: Told | { readonly until: number }) {
    const heard = once(this.#child, 'message') as Promise<[Heard]>;
    this.#child.send(asked);
    const tooLong = new AbortController();
    const patience = sleep(PATIENCE_MS, undefined, { signal: tooLong.signal }).then((): never => {
      throw new Error('Not everything that was awaited came to the subscribers.');
    });
    patience.catch(() => undefined);
    const [said] = await Promise.race([heard, this.#gone, patience]);
    tooLong.abort();
    if ('failure' in said) throw new Error(said.failure);
    return said;
  }
}
