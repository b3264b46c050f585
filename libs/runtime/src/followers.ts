import { setTimeout as sleep } from 'node:timers/promises';
import { DamagedRecord } from '@vivier/event-store';
import { NewerEvent, UnknownEvent } from '@vivier/kernel/sealing';
import type { Position } from '@vivier/kernel';

/** Why a reader of the log stands still, and how it goes on, for operators. */
export interface Halt {
  /** Of the event that it could not take. */
  readonly position: Position;
  readonly message: string;
  readonly remedy: string;
}

/** The log holds what only a newer program reads. */
export const needsUpgrade = (error: unknown): error is NewerEvent | UnknownEvent =>
  error instanceof NewerEvent || error instanceof UnknownEvent;

const remedyOf = (error: unknown): string => {
  if (needsUpgrade(error))
    return 'Start the version of the program that wrote it, or a newer one: reading goes on at this event.';
  if (error instanceof DamagedRecord)
    return 'Restore the log from a backup, together with what is said of backups in docs/operations.md.';
  return 'Start a version in which this is corrected: reading goes on at this event; nothing was lost.';
};

/** What is told of an error that no waiting mends. */
export const haltFor = (position: Position, error: unknown): Halt => ({
  position: error instanceof DamagedRecord ? error.position : position,
  message: error instanceof Error ? error.message : 'It failed on this event.',
  remedy: remedyOf(error),
});

/** How far a named reader of the log has come, and who waits for it. */
export class Progress {
  #position: Position;
  #halt: Halt | undefined;
  readonly #waiting = new Set<{ readonly position: Position; readonly tell: () => void }>();
  readonly #watching = new Set<() => void>();

  constructor(position: Position) {
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  get halt(): Halt | undefined {
    return this.#halt;
  }

  /** Whether somebody waits for it to come further. */
  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** Calls back each time that somebody begins to wait; what it gives back ends that. */
  onAwaited(tell: () => void): () => void {
    this.#watching.add(tell);
    return () => this.#watching.delete(tell);
  }

  moveTo(position: Position): void {
    this.#position = position;
    for (const waiter of [...this.#waiting]) if (waiter.position <= position) waiter.tell();
  }

  haltAt(halt: Halt): void {
    this.#halt = halt;
    for (const waiter of [...this.#waiting]) waiter.tell();
  }

  /**
   * Resolves to whether the reader has come as far as a position: at once, when it gets there, or when
   * the signal says that the time is over (false) or the reader has halted (false).
   */
  async reached(position: Position, signal?: AbortSignal): Promise<boolean> {
    if (this.#position < position && !this.#halt && !signal?.aborted)
      await new Promise<void>((resolve) => {
        const leave = (): void => {
          this.#waiting.delete(waiter);
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const waiter = { position, tell: leave };
        this.#waiting.add(waiter);
        signal?.addEventListener('abort', leave);
        for (const tell of [...this.#watching]) tell();
      });
    return this.#position >= position;
  }
}

/** Errors that no waiting mends: a reader that meets one stands still until somebody acts. */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

/** Waits before something that failed is tried again; resolves early when the signal aborts. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits by a timer. */
export const sleeping: Wait = (ms, signal) =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * Runs a reader of the log until it is stopped. What fails for a while (a disk that is full, a server
 * that is away) is tried again, each time after a longer wait.
 *
 * @param read one run, from where its followers stand; resolves when it has nothing more to do
 * @param onFinal told of an error that ends it
 * @param waiting between two tries; default: a timer
 * @param onRetry told of an error after which it is tried again
 */
export const keepReading = async (
  read: () => Promise<void>,
  signal: AbortSignal,
  onFinal: (error: unknown) => void,
  waiting: Wait = sleeping,
  onRetry: (error: unknown) => void = () => undefined,
): Promise<void> => {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const began = performance.now();
    try {
      await read();
      return;
    } catch (error) {
      if (error instanceof CannotGoOn || error instanceof DamagedRecord || needsUpgrade(error)) {
        onFinal(error);
        return;
      }
      onRetry(error);
      // It went well for a while: what failed now is something new.
      if (performance.now() - began > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
      await waiting(wait, signal);
    }
  }
};
