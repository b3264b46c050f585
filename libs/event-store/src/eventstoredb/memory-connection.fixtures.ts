import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import { Bell } from '../embedded/bell.ts';
import type { ExpectedRevision, NewRecord } from '../port.ts';
import { ConnectionFault } from './connection.ts';
import type {
  AppendAnswer,
  Connection,
  LogNews,
  LogRequest,
  ServerEvent,
  StreamRequest,
} from './connection.ts';

/**
 * A server in memory, with what a test needs of a real one and cannot have from one that stands by its
 * word: ids that are forgotten, answers that get lost, events of others, checkpoints on demand. Positions
 * have gaps.
 */
export class MemoryConnection implements Connection {
  readonly log: ServerEvent[] = [];
  /** What happens around the next append; taken off as it happens. */
  readonly fates: ('lost-before' | 'lost-after' | 'no-position')[] = [];
  /** From where each subscription began. */
  readonly subscribedAt: Position[] = [];
  /** How often the log was read. */
  reads = 0;
  appends = 0;
  readonly #bell = new Bell();
  readonly #checkpoints: Position[] = [];
  readonly #revisions = new Map<string, number>();
  #broken: Error | undefined;

  /** Stores an event without any check; returns where. */
  put(name: string, event: Partial<ServerEvent> = {}): Position {
    const position = ((this.log.at(-1)?.position ?? 0) + 100) as Position;
    const revision = (this.#revisions.get(name) ?? -1) + 1;
    this.#revisions.set(name, revision);
    const [data, metadata] = [Buffer.from('{}'), Buffer.from('{}')];
    const id = crypto.randomUUID() as ServerEvent['id'];
    const kind = { type: 'SampleTaken.v1', contentType: 'application/json' } as const;
    this.log.push({ name, id, ...kind, data, metadata, revision, position, created: 1, ...event });
    this.#bell.ring();
    return position;
  }

  /** Says to the subscription how far it has looked. */
  checkpoint(position: Position): void {
    this.#checkpoints.push(position);
    this.#bell.ring();
  }

  /** Ends the subscription with a fault. */
  breakOff(error: Error = new ConnectionFault('unreachable', 'It broke off.')): void {
    this.#broken = error;
    this.#bell.ring();
  }

  async negotiate(): Promise<never> {
    throw new Error('Nobody negotiates with memory.');
  }

  async append(
    name: string,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<AppendAnswer> {
    this.appends += 1;
    const fate = this.fates.shift();
    const lost = new ConnectionFault('unreachable', 'No answer.');
    if (fate === 'lost-before') throw lost;
    const there = this.log.filter((one) => one.name === name);
    const actual = there.at(-1)?.revision ?? 'none';
    // It compares nothing: whatever is sent twice is stored twice.
    const isRight =
      expected === 'any' || (expected === 'exists' ? there.length > 0 : expected === actual);
    if (!isRight) return { kind: 'wrong-revision', actual };
    let position = START;
    for (const record of records) position = this.put(name, { ...record, created: 1 });
    if (fate === 'lost-after') throw lost;
    const revision = there.length + records.length - 1;
    return { kind: 'appended', revision, ...(fate !== 'no-position' && { position }) };
  }

  async readStream(name: string, request: StreamRequest): Promise<ServerEvent[] | undefined> {
    const there = this.log.filter((one) => one.name === name);
    if (there.length === 0) return undefined;
    const { from, direction, limit } = request;
    if (direction === 'forwards') return there.slice(from ?? 0).slice(0, limit);
    return there
      .slice(0, (from ?? there.length) + 1)
      .reverse()
      .slice(0, limit);
  }

  async readLog({ from, direction, limit, names }: LogRequest): Promise<ServerEvent[]> {
    this.reads += 1;
    const filter = new RegExp(names);
    const named = this.log.filter((one) => filter.test(one.name));
    const forwards = direction === 'forwards';
    const part = named.filter(
      ({ position }) => from === undefined || (forwards ? position >= from : position < from),
    );
    return (forwards ? part : part.reverse()).slice(0, limit);
  }

  async *followLog(after: Position, names: string, signal: AbortSignal): AsyncGenerator<LogNews> {
    this.subscribedAt.push(after);
    this.#broken = undefined;
    yield { kind: 'confirmed' };
    const filter = new RegExp(names);
    for (let next = 0; !signal.aborted;) {
      const event = this.log[next];
      const position = this.#checkpoints.shift();
      if (position !== undefined) yield { kind: 'checkpoint', position };
      else if (event === undefined) {
        this.#failIfBroken();
        await this.#bell.wait(signal);
      } else {
        next += 1;
        if (event.position > after && filter.test(event.name)) yield { kind: 'event', event };
      }
    }
  }

  #failIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  async close(): Promise<void> {}
}
