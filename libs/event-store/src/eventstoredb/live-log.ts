import type { Position } from '@vivier/kernel';
import { Bell } from '../embedded/bell.ts';
import type { StoredRecord } from '../port.ts';
import type { Connection, ServerEvent } from './connection.ts';
import { backoff } from './patience.ts';
import type { Waiting } from './patience.ts';

export interface LiveLogParts {
  readonly connection: Pick<Connection, 'followLog'>;
  /** The names of streams that are followed, as a regular expression. */
  readonly names: string;
  /** The position of the last event under these names. */
  readonly head: () => Promise<Position>;
  readonly recordOf: (event: ServerEvent) => StoredRecord | undefined;
  readonly waiting: Waiting;
  /** Told of every interruption; the subscription is made again by itself. */
  readonly interrupted: (error: unknown) => void;
}

/** Some records on the way, and how far it is gone with them. */
export interface Step {
  readonly records: readonly StoredRecord[];
  readonly next: Position;
}

/** What came last stays in memory, so that a subscriber that is a little late need not ask the server. */
const KEPT_RECORDS = 4_000;
const KEPT_BYTES = 16 * 1_048_576;

/**
 * The one subscription of a process: the end of the log, from where somebody began to listen. It never
 * waits for a listener; whoever falls behind what is kept reads the log until it has caught up.
 */
export class LiveLog {
  readonly #bell = new Bell();
  #recent: StoredRecord[] = [];
  #bytes = 0;
  /** All records after this position, up to {@link #seen}, are in {@link #recent}. */
  #from: Position | undefined;
  #seen: Position | undefined;
  /** The log's end as last asked for: what lies before it is not live yet. */
  #end: Position | undefined;
  #listeners = 0;
  #stop: AbortController | undefined;

  constructor(private readonly parts: LiveLogParts) {}

  /** Listens until the returned function is called; the last listener that leaves ends the subscription. */
  enter(): () => void {
    this.#listeners += 1;
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      // It ends by its signal alone, and waits out every failure.
      this.#run(this.#stop.signal).catch(this.parts.interrupted);
    }
    return () => {
      this.#listeners -= 1;
      if (this.#listeners === 0) this.stop();
    };
  }

  /** Ends the subscription and wakes whoever waits. */
  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#recent = [];
    this.#bytes = 0;
    this.#from = this.#seen = this.#end = undefined;
    this.#bell.ring();
  }

  /** How far the log has been seen; undefined until the subscription knows where it began. */
  get seen(): Position | undefined {
    return this.#seen;
  }

  /** Whether a position is at the log's end, as far as anybody knows. */
  isAtEnd(at: Position): boolean {
    return this.#seen !== undefined && at >= this.#seen && this.#seen >= this.#end!;
  }

  /** The records after a position, at most so many; undefined where they are not kept any more. */
  since(after: Position, limit: number): Step | undefined {
    if (this.#from === undefined || after < this.#from) return undefined;
    const first = firstAfter(this.#recent, after);
    const records = this.#recent.slice(first, first + limit);
    // Where nothing is left, all up to what has been seen was of others.
    return { records, next: records.at(-1)?.position ?? this.#seen! };
  }

  /** Resolves when something is new, or the signal aborts. */
  news(signal: AbortSignal): Promise<void> {
    return this.#bell.wait(signal);
  }

  async #run(stop: AbortSignal): Promise<void> {
    const { connection, head, waiting, interrupted } = this.parts;
    let resumeAt: Position | undefined;
    let failures = 0;
    while (!stop.aborted) {
      try {
        if (resumeAt === undefined) {
          resumeAt = await head();
          if (stop.aborted) return;
          this.#from = this.#seen = this.#end = resumeAt;
          this.#bell.ring();
        }
        for await (const news of connection.followLog(resumeAt, this.parts.names, stop)) {
          if (stop.aborted) return;
          if (news.kind === 'event') resumeAt = this.#take(news.event);
          // Events of other streams move nothing but the place to come back to.
          else if (news.kind === 'checkpoint') resumeAt = later(resumeAt, news.position);
          else await this.#confirmed(stop);
          failures = 0;
        }
      } catch (error) {
        if (stop.aborted) return;
        failures += 1;
        interrupted(error);
        await waiting.pause(backoff(failures, waiting.random), stop);
      }
    }
  }

  /** Asks how much came while nobody was subscribed: until it is here, nobody has caught up. */
  async #confirmed(stop: AbortSignal): Promise<void> {
    const end = await this.parts.head();
    if (stop.aborted) return;
    this.#end = later(this.#end!, end);
    this.#bell.ring();
  }

  #take(event: ServerEvent): Position {
    const record = this.parts.recordOf(event);
    this.#seen = event.position;
    this.#end = later(this.#end!, event.position);
    if (record !== undefined) {
      this.#recent.push(record);
      this.#bytes += sizeOf(record);
      if (this.#recent.length > KEPT_RECORDS || this.#bytes > KEPT_BYTES) this.#forgetHalf();
    }
    this.#bell.ring();
    return event.position;
  }

  #forgetHalf(): void {
    const gone = this.#recent.splice(0, Math.ceil(this.#recent.length / 2));
    this.#from = gone.at(-1)!.position;
    for (const record of gone) this.#bytes -= sizeOf(record);
  }
}

const later = (one: Position, other: Position): Position => (one > other ? one : other);

const sizeOf = ({ data, metadata }: StoredRecord): number => data.byteLength + metadata.byteLength;

/** The index of the first record after a position. */
function firstAfter(records: readonly StoredRecord[], after: Position): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.position > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
