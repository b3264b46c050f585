import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { OrganisationId, Position, StreamName } from '@vivier/kernel';
import { DamagedRecord } from '../port.ts';
import { streamChecksum } from './checksum.ts';
import type { Owner } from './record-rows.ts';
import { guarded } from './sqlite-errors.ts';

/** A stream as its row describes it: whose it is, and where its last record lies. */
export interface StreamState extends Owner {
  readonly number: number;
  readonly revision: number;
  readonly position: Position;
}

type Row = [number, StreamName, OrganisationId, number, Position, string];

/** So many names and owners are remembered for reading the log; about 10 MB. */
const REMEMBERED = 50_000;

export class Streams {
  readonly #byName: StatementSync;
  readonly #byNumber: StatementSync;
  readonly #lastNumber: StatementSync;
  readonly #lastRecord: StatementSync;
  readonly #save: StatementSync;
  readonly #owners = new Map<number, Owner>();

  constructor(log: DatabaseSync) {
    const prepare = (sql: string): StatementSync => {
      const statement = log.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const row = 'SELECT number, name, organisation, revision, position, checksum FROM streams';
    this.#byName = prepare(`${row} WHERE name = ?`);
    this.#byNumber = prepare('SELECT name, organisation FROM streams WHERE number = ?');
    this.#lastNumber = prepare('SELECT coalesce(max(number), 0) FROM streams');
    this.#lastRecord = prepare(
      'SELECT position FROM records WHERE stream = ? ORDER BY revision DESC LIMIT 1',
    );
    this.#save = prepare(
      `INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE
       SET revision = excluded.revision, position = excluded.position, checksum = excluded.checksum`,
    );
  }

  /** @throws DamagedRecord when the stream's row does not hold; its position is the last record's. */
  find(name: StreamName): StreamState | undefined {
    // Where even the row cannot be read it is unknown which record suffers: the first stands for all.
    const row = guarded(() => this.#byName.get(name) as unknown as Row | undefined, 0);
    if (row === undefined) return undefined;
    const [number, , organisationId, revision, position, checksum] = row;
    if (checksum !== streamChecksum(number, row[1], organisationId, revision, position)) {
      const last = this.#lastRecord.get(number) as unknown as [Position] | undefined;
      throw new DamagedRecord(last?.[0] ?? (0 as Position));
    }
    return { number, name, organisationId, revision, position };
  }

  /** Name and owner as they lie in the file: the checksum of the record that asks covers both. */
  owner(number: number): Owner | undefined {
    const known = this.#owners.get(number);
    if (known !== undefined) return known;
    const row = this.#byNumber.get(number) as unknown as [StreamName, OrganisationId] | undefined;
    if (row === undefined) return undefined;
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
    this.#save.run(number, name, organisationId, revision, position, checksum);
  }
}
