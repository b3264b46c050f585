import type { OrganisationId, Position } from '@vivier/kernel';
import type { Entry } from './entry.ts';

export interface SeatOptions {
  readonly organisationId: OrganisationId;
  /** Beginnings of the stored types that are wanted; undefined: all. */
  readonly prefixes: readonly string[] | undefined;
  /** Where the hub stands: all that comes after it comes here. */
  readonly from: Position;
  /** How many events wait here at most. */
  readonly most: number;
  readonly leave: (seat: Seat) => void;
}

/** The place of one subscriber at the hub: events of its organisation wait here, up to a bound. */
export class Seat {
  readonly from: Position;
  readonly organisationId: OrganisationId;
  readonly #options: SeatOptions;
  #waiting: Entry[] = [];
  #next = 0;
  #isFull = false;
  #failure: Error | undefined;
  #tell: (() => void) | undefined;

  constructor(options: SeatOptions) {
    this.#options = options;
    this.from = options.from;
    this.organisationId = options.organisationId;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length - this.#next;
  }

  /** One more came than may wait: what waits is in order, and nothing comes any more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Why nothing comes any more, where the log can no longer be read. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  offer(entry: Entry): void {
    const { prefixes, most } = this.#options;
    if (prefixes && !prefixes.some((prefix) => entry.wireType.startsWith(prefix))) return;
    if (this.length < most) this.#waiting.push(entry);
    else {
      this.#isFull = true;
      this.leave();
    }
    this.#tell?.();
  }

  fail(failure: Error): void {
    this.#failure = failure;
    this.leave();
    this.#tell?.();
  }

  take(): Entry | undefined {
    const entry = this.#waiting[this.#next];
    if (entry === undefined) return undefined;
    this.#next += 1;
    // Shifting each one out would move all that wait behind it.
    if (this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return entry;
  }

  /** Resolves when there is something to take, nothing will come any more, or the signal aborts. */
  more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#tell = undefined;
        signal.removeEventListener('abort', end);
        resolve();
      };
      if (this.length > 0 || this.#isFull || this.#failure !== undefined || signal.aborted)
        return end();
      this.#tell = end;
      signal.addEventListener('abort', end);
    });
  }

  leave(): void {
    this.#options.leave(this);
  }
}
