import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { START } from '@vivier/kernel';
import type { Position, StreamName } from '@vivier/kernel';
import { DamagedRecord } from '../port.ts';
import { FORMAT } from './layout.ts';
import { checkHeader, unusable, UnusableLogFile } from './log-file.ts';
import { LogReader } from './log-reader.ts';
import { linked } from './names.ts';
import { saysDamage } from './sqlite-errors.ts';
import { holds, Streams } from './streams.ts';
import type { StreamRow } from './streams.ts';

/** Something that is not as it was written. */
export interface Damage {
  /** Of the record that suffers by it, where one can be named. */
  readonly position?: Position;
  /** One sentence; it holds no name and no value. */
  readonly what: string;
}

export interface LogReport {
  /** Records and streams that hold. */
  readonly events: number;
  readonly streams: number;
  /** At most {@link MOST_DAMAGES}: then the rest has not been looked at. */
  readonly damages: readonly Damage[];
}

export const MOST_DAMAGES = 100;

/** How far it has come, in records. */
type Tell = (done: number, of: number) => void;

/**
 * Looks at everything in a log's file: the file's own structure, the checksum of every record, positions
 * and revisions without gaps, every stream against its records, every name against its neighbours. Only
 * reads, as it was at this moment, and may do so beside the process that owns the file.
 *
 * @throws UnusableLogFile where there is no log at all
 */
export async function verifyLog(file: string, tell: Tell = () => undefined): Promise<LogReport> {
  if (!existsSync(file)) throw new UnusableLogFile(`There is no event log ${file}.`);
  if (checkHeader(file, 'r')) return { events: 0, streams: 0, damages: [] };
  const log = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const { user_version: format } = log.prepare('PRAGMA user_version').get() ?? {};
    if (Number(format) < FORMAT)
      throw new UnusableLogFile(
        `The event log ${file} is an older version's: start this version once, which brings it up to date.`,
      );
    return await new Verification(log).run(tell);
  } catch (error) {
    throw unusable(file, error);
  } finally {
    log.close();
  }
}

/** Where the records of a stream have led so far. */
interface Followed {
  readonly revision: number;
  readonly position: Position;
}

class Verification {
  readonly #damages: Damage[] = [];
  readonly #followed = new Map<StreamName, Followed>();
  readonly #log: DatabaseSync;
  readonly #reader: LogReader;
  readonly #streams: Streams;
  #events = 0;
  #whole = 0;

  constructor(log: DatabaseSync) {
    this.#log = log;
    // All of it is looked at as it is now, whatever is appended meanwhile.
    log.exec('BEGIN');
    this.#streams = new Streams(log);
    this.#reader = new LogReader(log, this.#streams);
  }

  async run(tell: Tell): Promise<LogReport> {
    await nextTurn();
    this.#structure();
    await this.#records(tell);
    this.#read('The streams cannot be read.', () => this.#compareStreams());
    this.#read('The names of the streams cannot be read.', () => this.#compareNames());
    return { events: this.#events, streams: this.#whole, damages: this.#damages };
  }

  get #isFull(): boolean {
    return this.#damages.length >= MOST_DAMAGES;
  }

  #found(what: string, position?: Position): void {
    if (!this.#isFull) this.#damages.push({ what, ...(position !== undefined && { position }) });
  }

  /** What cannot be read is damage, too. */
  #read(what: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!saysDamage(error)) throw error;
      this.#found(what, error instanceof DamagedRecord ? error.position : undefined);
    }
  }

  #structure(): void {
    this.#read('The structure of the file cannot be read.', () => {
      const check = this.#log.prepare(`PRAGMA integrity_check(${MOST_DAMAGES})`);
      for (const { integrity_check: told } of check.all())
        if (told !== 'ok') this.#found(`The structure of the file: ${String(told)}.`);
    });
  }

  async #records(tell: Tell): Promise<void> {
    let end = START;
    this.#read('The log is shorter than it was.', () => (end = this.#reader.head()));
    this.#read('The end of the log cannot be found.', () => {
      end = Math.max(end, this.#streams.furthest()) as Position;
    });
    let at = START;
    while (at < end && !this.#isFull) {
      at = this.#page(at, end);
      tell(at + 1, end + 1);
      await nextTurn();
    }
  }

  /** Follows the records after a position, and gives the position after which to go on. */
  #page(after: Position, end: Position): Position {
    const next = (after + 1) as Position;
    try {
      const page = this.#reader.page(after, 'forwards', end);
      for (const { stream, revision, position } of page) {
        const last = this.#followed.get(stream)?.revision ?? -1;
        if (revision !== last + 1)
          this.#found(`Its stream goes from revision ${last} to ${revision}.`, position);
        this.#followed.set(stream, { revision, position });
      }
      this.#events += page.length;
      return page.at(-1)?.position ?? end;
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error;
      this.#found('The record does not match its checksum, or is missing.', next);
      return next;
    }
  }

  #compareStreams(): void {
    const statement = this.#log.prepare(
      'SELECT number, name, organisation, revision, position, checksum FROM streams',
    );
    statement.setReturnArrays(true);
    for (const row of statement.iterate() as unknown as Iterable<StreamRow>) {
      const [number, name, , revision, position] = row;
      const followed = this.#followed.get(name);
      const isRight =
        holds(row) &&
        followed?.revision === revision &&
        followed.position === position &&
        this.#numberOf(name) === number;
      if (isRight) this.#whole += 1;
      else this.#found('The stream of this record is not as it left it.', followed?.position);
      this.#followed.delete(name);
      if (this.#isFull) return;
    }
    for (const { position } of this.#followed.values())
      this.#found('The stream of this record is missing.', position);
  }

  /** The stream that whoever asks for the name is led to. */
  #numberOf(name: StreamName): number | undefined {
    try {
      return this.#streams.find(name)?.number;
    } catch (error) {
      if (error instanceof DamagedRecord) return undefined;
      throw error;
    }
  }

  #compareNames(): void {
    const streams = this.#log.prepare('SELECT name, number FROM streams ORDER BY name');
    const names = this.#log.prepare('SELECT name, number, link FROM names ORDER BY name');
    names.setReturnArrays(true);
    const stored = (names.iterate() as unknown as Iterable<unknown[]>)[Symbol.iterator]();
    const expected = linked(
      streams.iterate() as unknown as Iterable<{ name: string; number: number }>,
    );
    for (const row of expected)
      if (String(stored.next().value) !== String(row)) {
        this.#found('The names of the streams are not linked as they were.');
        return;
      }
    if (!stored.next().done) this.#found('There are names without a stream.');
  }
}
