import type { EventStore } from '@vivier/event-store';
import type { OrganisationId, Position } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { keepReading } from '@vivier/runtime';
import { Entry } from './entry.ts';
import { Seat } from './seat.ts';

export interface HubPorts {
  readonly store: Pick<EventStore, 'head' | 'subscribe'>;
  readonly codec: EventCodec;
  /** How many events wait for one subscriber at most. */
  readonly queue: number;
  /** Told when the log can no longer be read. */
  readonly onFailure?: (failure: Error) => void;
}

/**
 * Turns of the event loop for which the next page is put off where much waits: whoever reads at all takes
 * what waits in them, and nobody holds up the others for longer.
 */
const TURNS_TO_TAKE = 50;

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

interface Reading {
  /** All up to here was handed out. */
  cursor: Position;
  readonly stopping: AbortController;
  failure?: Error;
}

/** One reading of the log for all live subscribers of a process, for as long as there is one. */
export class Hub {
  readonly #ports: HubPorts;
  readonly #seats = new Map<OrganisationId, Set<Seat>>();
  #reading: Promise<Reading> | undefined;
  /** The same once it has begun: seats are taken of this one alone. */
  #begun: Reading | undefined;

  constructor(ports: HubPorts) {
    this.#ports = ports;
  }

  /** How many subscribers sit here. */
  get size(): number {
    let sum = 0;
    for (const seats of this.#seats.values()) sum += seats.size;
    return sum;
  }

  /**
   * A place at the table: all events of an organisation that come after {@link Seat.from}. Rejects with
   * what keeps the log from being read.
   */
  async join(
    organisationId: OrganisationId,
    prefixes: readonly string[] | undefined,
  ): Promise<Seat> {
    const reading = await (this.#reading ??= this.#begin());
    if (reading.failure !== undefined) throw reading.failure;
    // The last one of before may have left meanwhile.
    if (reading.stopping.signal.aborted) return this.join(organisationId, prefixes);
    const seat = new Seat({
      organisationId,
      prefixes,
      from: reading.cursor,
      most: this.#ports.queue,
      leave: (left) => {
        this.#leave(left);
      },
    });
    const seats = this.#seats.get(organisationId) ?? new Set();
    this.#seats.set(organisationId, seats.add(seat));
    return seat;
  }

  async #begin(): Promise<Reading> {
    try {
      const cursor = await this.#ports.store.head();
      const reading: Reading = { cursor, stopping: new AbortController() };
      this.#begun = reading;
      keepReading(
        () => this.#read(reading),
        reading.stopping.signal,
        (failure) => {
          reading.failure =
            failure instanceof Error ? failure : new Error('The log cannot be read.');
          this.#fail(reading.failure);
        },
      ).catch(() => undefined);
      return reading;
    } catch (failure) {
      this.#reading = undefined;
      throw failure;
    }
  }

  async #read(reading: Reading): Promise<void> {
    const { store, codec } = this.#ports;
    const { signal } = reading.stopping;
    for await (const message of store.subscribe({ after: reading.cursor, signal })) {
      if (message.kind === 'caughtUp') {
        reading.cursor = message.position;
        continue;
      }
      for (const record of message.records) {
        // A seat that is taken in between begins after this record.
        reading.cursor = record.position;
        const seats = this.#seats.get(record.organisationId);
        if (!seats) continue;
        const entry = new Entry(record, codec);
        for (const seat of [...seats]) seat.offer(entry);
      }
      for (let turns = 0; turns < TURNS_TO_TAKE && this.#isCrowded(); turns += 1) await turn();
    }
  }

  /** Whether so much waits for somebody that one more page may be too much. */
  #isCrowded(): boolean {
    for (const seats of this.#seats.values())
      for (const seat of seats) if (seat.length * 2 > this.#ports.queue) return true;
    return false;
  }

  #fail(failure: Error): void {
    this.#ports.onFailure?.(failure);
    this.#end();
    for (const seats of [...this.#seats.values()])
      for (const seat of [...seats]) seat.fail(failure);
  }

  #leave(seat: Seat): void {
    const seats = this.#seats.get(seat.organisationId);
    if (!seats?.delete(seat)) return;
    if (seats.size === 0) this.#seats.delete(seat.organisationId);
    if (this.#seats.size === 0) this.#end();
  }

  #end(): void {
    this.#begun?.stopping.abort();
    this.#begun = undefined;
    this.#reading = undefined;
  }
}
