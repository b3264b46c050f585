import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START } from '@vivier/kernel';
import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { DamagedRecord } from '../port.ts';
import { streamChecksum } from './checksum.ts';
import { Names } from './names.ts';
import type { Owner } from './record-rows.ts';
import { guarded } from './sqlite-errors.ts';

/** A stream as its row describes it: whose it is, and where its last record lies. */
export interface StreamState extends Owner {
  readonly number: number;
  readonly revision: number;
  readonly position: Position;
}

/** A row of `streams`, as it lies in the file. */
export type StreamRow = [number, StreamName, OrganisationId, number, Position, string];

/** So many streams are remembered, and as many owners for reading the log; about 10 MB each. */
const REMEMBERED = 50_000;

export class Streams {
  readonly #byName: StatementSync;
  readonly #byNumber: StatementSync;
  readonly #lastNumber: StatementSync;
  readonly #lastRecord: StatementSync;
  readonly #furthest: StatementSync;
  readonly #furthestFirst: StatementSync;
  readonly #move: StatementSync;
  readonly #create: StatementSync;
  readonly #names: Names;
  readonly #dataVersion: StatementSync;
  readonly #owners = new Map<number, Owner>();
  /** Streams as this process left them, for as long as no other one writes. */
  readonly #left = new Map<StreamName, StreamState>();
  #version: number | undefined;

  constructor(log: DatabaseSync) {
    const prepare = (sql: string): StatementSync => {
      const statement = log.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const row = 'SELECT number, name, organisation, revision, position, checksum FROM streams';
    this.#byName = prepare(`${row} WHERE number = (SELECT number FROM names WHERE name = ?)`);
    this.#byNumber = prepare('SELECT name, organisation FROM streams WHERE number = ?');
    this.#lastNumber = prepare('SELECT coalesce(max(number), 0) FROM streams');
    this.#lastRecord = prepare(
      'SELECT position FROM records WHERE stream = ? ORDER BY revision DESC LIMIT 1',
    );
    // SQLite takes the other columns from the row that the greatest position stands in.
    this.#furthest = prepare(row.replace('position', 'max(position)'));
    this.#furthestFirst = prepare(`${row} ORDER BY position DESC LIMIT 100`);
    this.#move = prepare(
      'UPDATE streams SET revision = ?, position = ?, checksum = ? WHERE number = ? AND name = ?',
    );
    this.#create = prepare('INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?)');
    this.#names = new Names(log);
    this.#dataVersion = prepare('PRAGMA data_version');
  }

  /** To be called first in a transaction that writes: what other connections wrote is looked at anew. */
  begin(): void {
    const [version] = this.#dataVersion.get() as unknown as [number];
    if (version === this.#version) return;
    this.#left.clear();
    this.#version = version;
  }

  /** {@link find} within a transaction that writes, where nobody else can: mostly without reading. */
  findToWrite(name: StreamName): StreamState | undefined {
    return this.#left.get(name) ?? this.find(name);
  }

  /** Remembers what a committed transaction has made of streams. */
  left(states: Iterable<StreamState>): void {
    if (this.#left.size >= REMEMBERED) this.#left.clear();
    for (const state of states) this.#left.set(state.name, state);
  }

  /**
   * The stream of that name; `undefined` where it is certain that there is none.
   *
   * @throws DamagedRecord when the stream's row does not hold; its position is the last record's
   */
  find(name: StreamName): StreamState | undefined {
    const row =
      this.#named(name) ?? (this.#names.lack(name) ? undefined : this.#madeMeanwhile(name));
    if (row === undefined) return undefined;
    const [number, , organisationId, revision, position] = row;
    if (!holds(row) || !isNamed(row, name)) {
      const read = () => this.#lastRecord.get(number) as unknown as [Position] | undefined;
      throw new DamagedRecord(guarded(read, 0)?.[0] ?? (0 as Position));
    }
    return { number, name, organisationId, revision, position };
  }

  #named(name: StreamName): StreamRow | undefined {
    // Where even the row cannot be read it is unknown which record suffers: the first stands for all.
    return guarded(() => this.#byName.get(name) as unknown as StreamRow | undefined, 0);
  }

  /** A stream that was absent a moment ago and whose name is there now: another process has made it. */
  #madeMeanwhile(name: StreamName): StreamRow {
    const row = this.#named(name);
    if (row === undefined) throw new DamagedRecord(0 as Position);
    return row;
  }

  /**
   * The position that the log reached at least, as its streams tell it: so a log is found too short even
   * by a process that has never seen it longer. Looks at all streams, about 20 ms for 100,000.
   *
   * @throws DamagedRecord
   */
  furthest(): Position {
    const read = (statement: StatementSync) => () => statement.all() as unknown as StreamRow[];
    const [furthest] = guarded(read(this.#furthest), 0);
    if (furthest === undefined || furthest[4] === null) return START;
    // A damaged row is found by whoever reads its stream; here the next one is asked.
    const rows = holds(furthest) ? [furthest] : guarded(read(this.#furthestFirst), 0);
    return rows.find(holds)?.[4] ?? START;
  }

  /** Name and owner as they lie in the file: the checksum of the record that asks covers both. */
  owner(number: number): Owner | undefined {
    const known = this.#owners.get(number);
    if (known !== undefined) return known;
    const row = this.#byNumber.get(number) as unknown as [StreamName, OrganisationId] | undefined;
    if (typeof row?.[0] !== 'string' || typeof row[1] !== 'string') return undefined;
    if (this.#owners.size >= REMEMBERED) this.#owners.clear();
    const owner = { name: row[0], organisationId: row[1] };
    this.#owners.set(number, owner);
    return owner;
  }

  lastNumber(): number {
    return (this.#lastNumber.get() as unknown as [number])[0];
  }

  save({ number, name, organisationId, revision, position }: StreamState): void {
    const checksum = streamChecksum(number, name, organisationId, revision, position);
    const { changes } = this.#move.run(revision, position, checksum, number, name);
    if (Number(changes) > 0) return;
    this.#names.add(name, number);
    this.#create.run(number, name, organisationId, revision, position, checksum);
  }
}

/** Whether a stream's row is what was written. */
export function holds([
  number,
  name,
  organisation,
  revision,
  position,
  checksum,
]: StreamRow): boolean {
  return (
    typeof name === 'string' &&
    checksum === streamChecksum(number, name, organisation, revision, position)
  );
}

/** Names are kept as UTF-8, which has no half characters. */
function isNamed([, found]: StreamRow, name: StreamName): boolean {
  return found === name || found === Buffer.from(name).toString();
}
