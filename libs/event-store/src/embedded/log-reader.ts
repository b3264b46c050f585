import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import { DamagedRecord } from '../port.ts';
import type { StoredRecord } from '../port.ts';
import { COLUMNS, STREAM_COLUMNS, recordOf, sizeOf } from './record-rows.ts';
import type { RecordRow, StreamRow } from './record-rows.ts';
import { guarded, saysDamage } from './sqlite-errors.ts';
import type { StreamState, Streams } from './streams.ts';

export type Direction = 'forwards' | 'backwards';

/** Whole pages as arrays are read more than twice as fast as rows one by one. */
const PAGE = 1000;
/** Pages of large records are made shorter, so that a page in memory stays near this. */
const PAGE_BYTES = 8 * 1_048_576;

/**
 * A bare `LIMIT ?` has SQLite prepare the statement anew at every call, in case the number would change
 * its plan (`sqlite3ExprIsInteger`); that takes longer than reading a page of ten.
 */
const MOST = 'LIMIT ? + 0';

/**
 * Reads the log and checks every record. Positions have no gaps, and neither have the revisions of a
 * stream, so that a record that went missing is noticed as well as one that was changed.
 */
export class LogReader {
  readonly #head: StatementSync;
  readonly #forwards: StatementSync;
  readonly #backwards: StatementSync;
  readonly #streamForwards: StatementSync;
  readonly #streamBackwards: StatementSync;
  #highest: Position | undefined;
  #tail: Position = START;
  #pageSize = PAGE;

  constructor(
    log: DatabaseSync,
    private readonly streams: Streams,
  ) {
    const select = (rest: string): StatementSync => {
      const statement = log.prepare(`SELECT ${rest}`);
      statement.setReturnArrays(true);
      return statement;
    };
    const records = `${COLUMNS} FROM records WHERE`;
    this.#head = select(`coalesce(max(position), ${START}) FROM records`);
    this.#forwards = select(`${records} position > ? ORDER BY position ${MOST}`);
    this.#backwards = select(`${records} position < ? ORDER BY position DESC ${MOST}`);
    const ofStream = `${STREAM_COLUMNS} FROM records WHERE stream = ? AND revision`;
    this.#streamForwards = select(`${ofStream} >= ? ORDER BY revision ${MOST}`);
    this.#streamBackwards = select(`${ofStream} <= ? ORDER BY revision DESC ${MOST}`);
  }

  /** The position of the last record. @throws DamagedRecord when the log has become shorter. */
  head(): Position {
    this.#highest ??= this.streams.furthest();
    const head = guarded(() => this.#head.get() as unknown as [Position], this.#highest + 1)[0];
    if (head < this.#highest) throw new DamagedRecord((head + 1) as Position);
    this.#highest = head;
    return head;
  }

  /**
   * The position to append behind. When it is not where this process left it, the last two records
   * are checked first: nothing is written behind a damaged end, where nobody would read it.
   */
  tail(): Position {
    const head = this.head();
    if (head !== this.#tail) {
      for (const from of [head - 2, head - 1]) {
        if (from >= START) this.page(from as Position, 'forwards', head, 1);
      }
    }
    return head;
  }

  /** Tells where this process has left the log's end. */
  left(tail: Position): void {
    this.#tail = tail;
  }

  /**
   * The next records after (backwards: before) a position, at most a page of them and none beyond
   * `end`, which is a position that has been written. Before a damaged record the page ends.
   *
   * @throws DamagedRecord when the first record is wrong or missing
   */
  page(from: Position, direction: Direction, end: Position, limit = Infinity): StoredRecord[] {
    const step = direction === 'forwards' ? 1 : -1;
    const wanted = Math.min(this.#pageSize, limit, (end - from) * step);
    if (!(wanted > 0)) return [];
    const first = (from + step) as Position;
    let records: StoredRecord[];
    try {
      records = this.#rows(from, step, wanted);
    } catch (error) {
      if (!saysDamage(error)) throw error;
      // The engine fails for a page as a whole: all that it can still read is in the first half, or
      // in the first half of that.
      if (wanted === 1) throw new DamagedRecord(first);
      return this.page(from, direction, end, Math.floor(wanted / 2));
    }
    if (records.length === 0) throw new DamagedRecord(first);
    return records;
  }

  /** The records that hold, up to the first that does not. */
  #rows(from: Position, step: number, wanted: number): StoredRecord[] {
    const statement = step > 0 ? this.#forwards : this.#backwards;
    const rows = statement.all(from, wanted) as unknown as RecordRow[];
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const row of rows) {
      const expected = from + (records.length + 1) * step;
      const record = row[0] === expected ? recordOf(row, this.streams.owner(row[9])) : undefined;
      if (record === undefined) break;
      records.push(record);
      bytes += sizeOf(record);
    }
    if (records.length > 0) this.#adaptPageSize(records.length, bytes);
    return records;
  }

  #adaptPageSize(rows: number, bytes: number): void {
    const fitting = Math.floor((PAGE_BYTES * rows) / Math.max(bytes, 1));
    this.#pageSize = Math.max(1, Math.min(PAGE, this.#pageSize * 2, fitting));
  }

  /**
   * Up to a page of a stream's records from a revision on. Where they are not what they should be the
   * log itself is searched between the neighbours, since the row at fault may have left its stream.
   */
  streamPage(
    state: StreamState,
    from: number,
    direction: Direction,
    limit: number,
  ): StoredRecord[] {
    const step = direction === 'forwards' ? 1 : -1;
    const left = direction === 'forwards' ? state.revision - from + 1 : from + 1;
    const wanted = Math.min(this.#pageSize, limit, left);
    if (!(wanted > 0)) return [];
    const statement = step > 0 ? this.#streamForwards : this.#streamBackwards;
    const records: StoredRecord[] = [];
    try {
      const rows = statement.all(state.number, from, wanted) as unknown as StreamRow[];
      for (let index = 0; index < wanted; index++) {
        const row = rows[index];
        const record =
          row?.[1] === from + index * step && row[0] <= state.position
            ? recordOf(row, state)
            : undefined;
        if (record === undefined) throw this.#blame(state, records, step);
        records.push(record);
      }
      return records;
    } catch (error) {
      if (error instanceof DamagedRecord || !saysDamage(error)) throw error;
      throw this.#blame(state, records, step);
    }
  }

  /** The stream's record at a revision, if there is one. */
  recordAt(state: StreamState, revision: number): StoredRecord | undefined {
    return this.streamPage(state, revision, 'forwards', 1)[0];
  }

  /** The damage that made a stream's next record unreadable, found by reading the log in between. */
  #blame(state: StreamState, read: readonly StoredRecord[], step: number): Error {
    const near = read.at(-1)?.position;
    const after = step > 0 ? (near ?? START) : START;
    const end = step > 0 ? state.position : near === undefined ? state.position : near - 1;
    let at = after;
    try {
      while (at < end) {
        const page = this.page(at, 'forwards', end as Position);
        at = page.at(-1)?.position ?? (end as Position);
      }
    } catch (error) {
      return error as Error;
    }
    // All records hold, so the index lost one: the nearest is named.
    return new DamagedRecord(near ?? state.position);
  }
}
