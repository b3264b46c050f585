import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { judge } from '../expectation.ts';
import { DamagedRecord, EventIdConflict, WrongExpectedRevision } from '../port.ts';
import type { Appended, ExpectedRevision, NewRecord } from '../port.ts';
import { KnownIds } from './known-ids.ts';
import type { LogReader } from './log-reader.ts';
import { COLUMNS, rowOf } from './record-rows.ts';
import { writeError } from './sqlite-errors.ts';
import type { Streams, StreamState } from './streams.ts';

export interface Append {
  readonly organisationId: OrganisationId;
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly records: readonly NewRecord[];
  readonly bytes: number;
}

/** Places at which a test can stop the program, or make it fail. */
export interface Faults {
  at(point: 'before-commit' | 'after-commit'): void;
}

interface Waiting extends Append {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: unknown) => void;
}

/** What the appends of one transaction have done so far. */
interface Transaction {
  readonly created: number;
  readonly changed: Map<StreamName, StreamState>;
  head: Position;
  lastNumber: number | undefined;
}

/** One turn takes about this much, so that a flood of appends does not stop everything else. */
const TURN_BYTES = 8 * 1_048_576;

/**
 * Commits the appends of one turn of the event loop together: a durable commit costs one
 * synchronisation of the disk, however many records it holds.
 */
export class GroupCommit {
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #insert: StatementSync;
  readonly #ids: KnownIds;
  #queue: Waiting[] = [];
  #scheduled = false;

  constructor(
    private readonly log: DatabaseSync,
    private readonly streams: Streams,
    private readonly reader: LogReader,
    private readonly now: () => number,
    private readonly committed: () => void,
    private readonly faults: Faults | undefined,
  ) {
    this.#ids = new KnownIds(reader);
    this.#begin = log.prepare('BEGIN IMMEDIATE');
    this.#commit = log.prepare('COMMIT');
    this.#rollback = log.prepare('ROLLBACK');
    this.#insert = log.prepare(
      `INSERT INTO records (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Resolves when the append is on the disk. */
  push(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...append, resolve, reject });
      this.#schedule();
    });
  }

  /** Commits all that waits, now. */
  drain(): void {
    while (this.#queue.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
      this.#schedule();
    });
  }

  #flush(): void {
    let bytes = 0;
    const rest = this.#queue.findIndex((append) => (bytes += append.bytes) > TURN_BYTES);
    const batch = this.#queue.splice(0, rest < 0 ? this.#queue.length : Math.max(rest, 1));
    if (batch.length === 0) return;
    try {
      this.#settle(this.#transact(batch));
    } catch (error) {
      const reason = writeError(error);
      for (const { reject } of batch) reject(reason);
    }
  }

  /** Runs after the commit returned: nobody is told earlier. */
  #settle(outcomes: readonly (() => void)[]): void {
    this.committed();
    this.faults?.at('after-commit');
    for (const settle of outcomes) settle();
  }

  #transact(batch: readonly Waiting[]): (() => void)[] {
    this.#begin.run();
    try {
      this.streams.begin();
      const transaction: Transaction = {
        created: this.now(),
        changed: new Map(),
        head: this.reader.tail(),
        lastNumber: undefined,
      };
      const outcomes = batch.map((waiting) => this.#outcome(waiting, transaction));
      for (const state of transaction.changed.values()) this.streams.save(state);
      this.faults?.at('before-commit');
      this.#commit.run();
      this.reader.left(transaction.head);
      this.streams.left(transaction.changed.values());
      return outcomes;
    } catch (error) {
      this.#ids.forget();
      // A full disk may have ended the transaction already.
      if (this.log.isTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** One append, refused on its own: the others of its turn do not fail with it. */
  #outcome(waiting: Waiting, transaction: Transaction): () => void {
    try {
      const appended = this.#append(waiting, transaction);
      return () => waiting.resolve(appended);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return () => waiting.reject(error);
    }
  }

  #append(append: Append, transaction: Transaction): Appended {
    const { organisationId, stream, expected, records } = append;
    const { changed } = transaction;
    let state = changed.get(stream) ?? this.streams.findToWrite(stream);
    // Another organisation's stream answers as an absent one does. Where that would have allowed the
    // append, the answer is a lost race: the caller learns neither whose it is nor what it holds.
    if (state !== undefined && state.organisationId !== organisationId) {
      throw new WrongExpectedRevision(stream, expected, 'none');
    }
    const ids = records.map(({ id }) => id);
    const verdict = judge(stream, expected, ids, {
      revision: state?.revision ?? -1,
      revisionOf: (id) => state && this.#ids.revisionOf(state, id),
      idAt: (revision) => state && this.reader.recordAt(state, revision)?.id,
    });
    if (verdict.kind === 'repeated') return this.#placeOf(state, verdict.revision);

    state ??= this.#newStream(append, transaction);
    for (const record of records) {
      const position = (transaction.head + 1) as Position;
      const revision: number = state.revision + 1;
      const { created } = transaction;
      this.#insert.run(...rowOf(record, state, { position, revision, created }));
      transaction.head = position;
      state = { ...state, revision, position };
    }
    if (records.length > 0) changed.set(stream, state);
    return { revision: state.revision, position: state.position };
  }

  #placeOf(state: StreamState | undefined, revision: number): Appended {
    const record = state && this.reader.recordAt(state, revision);
    if (record === undefined) throw new Error('A repeated append was not found again.');
    return { revision: record.revision, position: record.position, repeated: true };
  }

  /** Where nothing is appended either, revision and position stay at -1, before the first record. */
  #newStream({ organisationId, stream }: Append, transaction: Transaction): StreamState {
    const number = (transaction.lastNumber ?? this.streams.lastNumber()) + 1;
    transaction.lastNumber = number;
    return { number, name: stream, organisationId, revision: -1, position: -1 as Position };
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof WrongExpectedRevision ||
    error instanceof EventIdConflict ||
    error instanceof DamagedRecord
  );
}
