import type { Writable } from 'node:stream';

/** The sending half of a call, as the server gets it. */
export type SendingCall = Writable & { readonly cancelled: boolean };

/**
 * Sends no faster than the client takes. One listener of each kind for the whole call: a call that was
 * cancelled never drains, so that whoever waits must hear of either.
 */
export class Outlet<Message> {
  readonly #ended = new AbortController();
  /** Resolves when {@link ended} aborts. */
  readonly aborted: Promise<void>;
  #taken: Promise<void> | undefined;
  #resolve: () => void = () => {};

  constructor(
    private readonly call: SendingCall,
    /** Aborts when the server stops. */
    stopping: AbortSignal,
  ) {
    let resolve = (): void => {};
    this.aborted = new Promise((done) => (resolve = done));
    const end = (): void => {
      this.#ended.abort();
      resolve();
      stopping.removeEventListener('abort', end);
      this.#go();
    };
    call.on('drain', () => this.#go());
    call.on('cancelled', end);
    call.on('close', end);
    if (stopping.aborted) end();
    else stopping.addEventListener('abort', end);
  }

  /** Aborts when nobody listens any more, or nobody will speak. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Resolves when the next message may be sent: with true at once where the client keeps up, with false
   * when it has made the sender wait.
   */
  async send(message: Message): Promise<boolean> {
    if (this.ended.aborted) return true;
    if (!this.call.write(message)) {
      this.#taken ??= new Promise((resolve) => (this.#resolve = resolve));
    }
    if (this.#taken === undefined) return true;
    await this.#taken;
    return false;
  }

  #go(): void {
    this.#taken = undefined;
    this.#resolve();
  }
}
