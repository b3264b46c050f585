import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StreamName } from '@vivier/kernel';
import { DamagedRecord } from '../port.ts';
import { guarded } from './sqlite-errors.ts';

type GapRow = [name: string, number: number, link: string, next: string | null];

/** Two names that follow each other; `''` before the first one and after the last. */
interface Gap {
  readonly before: { readonly name: string; readonly number: number };
  readonly after: string;
}

/** Stands before every name: a stream's own is never empty. */
const FIRST = '';
const END = '';

/**
 * The names of all streams in their order. Each is linked to the next one by a checksum over both, so
 * that not only what is there can be checked but also what is not: a name is absent when the link across
 * the place where it would stand holds. Without that one flipped bit in an index would make a stream look
 * absent, and the next append begin it anew. (Denial by linked names: RFC 4034, 4.)
 */
export class Names {
  readonly #gap: StatementSync;
  readonly #insert: StatementSync;
  readonly #relink: StatementSync;

  constructor(log: DatabaseSync) {
    this.#gap = log.prepare(
      `SELECT name, number, link, (SELECT name FROM names WHERE name > ?1 ORDER BY name LIMIT 1)
         FROM names WHERE name <= ?1 ORDER BY name DESC LIMIT 1`,
    );
    this.#gap.setReturnArrays(true);
    this.#insert = log.prepare('INSERT INTO names VALUES (?, ?, ?)');
    this.#relink = log.prepare('UPDATE names SET link = ? WHERE name = ?');
  }

  /** Whether there is no such name, for certain. @throws DamagedRecord where that cannot be known. */
  lack(name: StreamName): boolean {
    return this.#gapFor(name) !== undefined;
  }

  /** Links a new name in; within the transaction that makes its stream. @throws DamagedRecord */
  add(name: StreamName, number: number): void {
    const gap = this.#gapFor(name);
    if (gap === undefined) throw damage();
    const { before, after } = gap;
    this.#insert.run(name, number, linkOf(name, number, after));
    const { changes } = this.#relink.run(linkOf(before.name, before.number, name), before.name);
    if (Number(changes) !== 1) throw damage();
  }

  /** The gap in which the name would stand; `undefined` where it stands there itself. */
  #gapFor(name: StreamName): Gap | undefined {
    const row = guarded(() => this.#gap.get(name) as unknown as GapRow | undefined, 0);
    if (row === undefined) throw damage();
    const [before, number, link, next] = row;
    if (typeof before !== 'string') throw damage();
    const bytes = Buffer.from(name);
    const place = Buffer.compare(Buffer.from(before), bytes);
    if (place === 0) return undefined;
    const after = next ?? END;
    // Whatever way the search took through the index: these two enclose the name, and are neighbours.
    const encloses =
      place < 0 && (next === null || Buffer.compare(bytes, Buffer.from(String(next))) < 0);
    if (!encloses || link !== linkOf(before, number, after)) throw damage();
    return { before: { name: before, number }, after };
  }
}

/** The rows of `names` for streams in the order of their names, for a file that has none yet. */
export function* linked(
  streams: Iterable<{ readonly name: string; readonly number: number }>,
): Generator<[name: string, number: number, link: string]> {
  let last = { name: FIRST, number: 0 };
  for (const stream of streams) {
    yield [last.name, last.number, linkOf(last.name, last.number, stream.name)];
    last = stream;
  }
  yield [last.name, last.number, linkOf(last.name, last.number, END)];
}

/** 132 bits of SHA-256, as every checksum of the log. */
export function linkOf(name: string, number: number, next: string): string {
  return hash('sha256', `${number} ${name.length}\n${name}${next}`, 'base64url').slice(0, 22);
}

/** Which record suffers is unknown: the first stands for all. */
function damage(): Error {
  return new DamagedRecord(0 as never);
}
