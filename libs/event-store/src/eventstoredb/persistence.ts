import { StoreUnavailable } from '../port.ts';
import { ConnectionFault } from './connection.ts';
import { backoff } from './patience.ts';
import type { Waiting } from './patience.ts';
import { REFUSED, UnusableEventStore } from './unusable.ts';

/** Tries again where a server does not answer, since nothing can be told of such a request. */
export class Persistence {
  constructor(
    private readonly waiting: Waiting,
    /** After so many ms no new try is made; the second one always is. */
    private readonly patienceMs: number,
    /** Aborts when the store closes: the try that runs is the last. */
    private readonly closing: AbortSignal,
  ) {}

  /**
   * The first answer to `attempt`, which is told how many tries before it had none.
   *
   * @throws StoreUnavailable when patience ends, UnusableEventStore where the server refuses as such
   */
  async insist<Answer>(
    during: 'append' | 'read',
    attempt: (failures: number) => Promise<Answer>,
    signal = this.closing,
  ): Promise<Answer> {
    const { waiting } = this;
    const until = waiting.now() + this.patienceMs;
    for (let failures = 0; ;) {
      try {
        return await attempt(failures);
      } catch (error) {
        if (!(error instanceof ConnectionFault)) throw error;
        if (error.kind !== 'unreachable') throw refusal(error);
        failures += 1;
        const isOver = failures > 1 && waiting.now() >= until;
        if (isOver || signal.aborted) throw new StoreUnavailable(during, error.message);
      }
      await waiting.pause(backoff(failures, waiting.random), signal);
    }
  }
}

/** A definite answer that concerns more than this one request. */
export const refusal = (fault: ConnectionFault): Error =>
  fault.kind in REFUSED
    ? new UnusableEventStore(REFUSED[fault.kind as keyof typeof REFUSED])
    : fault;
