import {
  isRejection,
  START,
  type Actor,
  type Clock,
  type CorrelationId,
  type Position,
  type Rejection,
} from '@vivier/kernel';
import type { AgendaEntry, WorkState } from '@vivier/work-state';
import { deriveCommandId } from './derive.ts';
import type { Execute } from './execute.ts';
import { PutOff } from './put-off.ts';
import type { Payload } from './saga-fold.ts';

export interface SagaSenderPorts {
  readonly workState: WorkState;
  readonly clock: Clock;
  readonly execute: Execute;
  readonly onRefused?: ((saga: string, rejection: Rejection) => void) | undefined;
  readonly onFailure?: ((saga: string, failure: string) => void) | undefined;
}

/** A refusal that may be an acceptance the next time. */
class RefusedForNow extends Error {
  override readonly name: string;
  constructor({ rejected, message }: Rejection) {
    super(message);
    this.name = rejected;
  }
}

/** A kind of failure, never a value. */
const failureOf = (error: unknown): string => (error instanceof Error ? error.name : 'Unknown');

/** Were the sign between its parts in one of them, two might wait for each other: no more than that. */
const instanceOf = ({ saga, organisationId, instance }: AgendaEntry): string =>
  `${saga}\0${organisationId}\0${instance}`;

const nameOf = (entry: AgendaEntry): string => `${instanceOf(entry)}\0${entry.due}\0${entry.key}`;

/** The first entry of each instance. */
const firstOfEach = (entries: readonly AgendaEntry[]): readonly AgendaEntry[] => {
  const firsts = new Map<string, AgendaEntry>();
  for (const entry of entries) {
    const instance = instanceOf(entry);
    if (!firsts.has(instance)) firsts.set(instance, entry);
  }
  return [...firsts.values()];
};

const DUE_AT_ONCE = 100;

/**
 * Sends what is due. A command that is refused for good is done with; one that fails, or is refused for
 * now, stays in the agenda and is tried again later, and the others do not wait for it.
 */
export class SagaSender {
  readonly #ports: SagaSenderPorts;
  readonly #failing = new PutOff();

  constructor(ports: SagaSenderPorts) {
    this.#ports = ports;
  }

  /** How many entries are tried again later. */
  get failing(): number {
    return this.#failing.size;
  }

  /**
   * Sends at most a hundred entries that are due, those of different instances side by side, and of one
   * instance only the first: what it leads to may void the next.
   *
   * @returns the last position that was written by it; undefined where nothing was due
   */
  async sendSome(): Promise<Position | undefined> {
    const { workState, clock } = this.#ports;
    const now = clock.now();
    const { due, ready } = await this.#firsts(
      now,
      DUE_AT_ONCE,
      (entry) => !this.#failing.waits(nameOf(entry), now),
    );
    if (ready.length === 0) {
      this.#failing.retain(due.map(nameOf));
      return undefined;
    }
    const done: AgendaEntry[] = [];
    let written = START;
    const one = async (entry: AgendaEntry): Promise<void> => {
      try {
        written = Math.max(written, (await this.#send(entry)) ?? START) as Position;
        if (this.#failing.size > 0) this.#failing.remove(nameOf(entry));
        done.push(entry);
      } catch (error) {
        this.#failing.add(nameOf(entry), clock.now());
        this.#ports.onFailure?.(entry.saga, failureOf(error));
      }
    };
    await Promise.all(ready.map(one));
    await workState.done(done);
    return written;
  }

  /** When there is something to send next, in ms since 1970. */
  async nextDue(): Promise<number | undefined> {
    const { workState } = this.#ports;
    if (this.#failing.size === 0) return workState.nextDue();
    const { ready } = await this.#firsts(
      Number.MAX_SAFE_INTEGER,
      1,
      (entry) => !this.#failing.has(nameOf(entry)),
    );
    const [other] = ready;
    return Math.min(other?.due ?? Infinity, this.#failing.next());
  }

  /**
   * The first entry of each instance, of those that may be sent: a later one never overtakes an earlier
   * one that is put off. However much waits before them, they are found.
   */
  async #firsts(
    until: number,
    count: number,
    mayBeSent: (entry: AgendaEntry) => boolean,
  ): Promise<{ readonly due: readonly AgendaEntry[]; readonly ready: readonly AgendaEntry[] }> {
    for (let limit = count + this.#failing.size; ; limit *= 2) {
      const due = await this.#ports.workState.due(until, limit);
      const firsts = firstOfEach(due);
      const ready = this.#failing.size === 0 ? firsts : firsts.filter(mayBeSent);
      if (ready.length > 0 || due.length < limit) return { due, ready };
    }
  }

  /** Resolves with the position that the command wrote, if it wrote. */
  async #send(entry: AgendaEntry): Promise<Position | undefined> {
    const { execute, onRefused } = this.#ports;
    const { name, input, because } = JSON.parse(entry.payload) as Payload;
    const by: Actor = { kind: 'saga', id: entry.saga, role: 'system' };
    const outcome = await execute({
      name,
      input,
      organisationId: entry.organisationId,
      by,
      commandId: deriveCommandId(entry.saga, entry.instance, entry.key, String(entry.due)),
      causationId: because,
      correlationId: because as CorrelationId,
    });
    if (!isRejection(outcome)) return outcome.position;
    if (outcome.retry !== 'never') throw new RefusedForNow(outcome);
    onRefused?.(entry.saga, outcome);
    return undefined;
  }
}
