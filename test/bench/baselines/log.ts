import { DatabaseSync } from 'node:sqlite';

type Stored = readonly [position: number, metadata: string, data: string];

const PAGE = 1000;

/** The log's file as SQLite gives it, beside the product, which checks and understands what it reads. */
export class BareLog {
  readonly #file: DatabaseSync;

  constructor(file: string) {
    this.#file = new DatabaseSync(file, { readOnly: true });
  }

  /** R: reads the whole log in pages and parses data and metadata, nothing more. Gives events. */
  readAndParse(): number {
    const statement = this.#file.prepare(
      'SELECT position, metadata, data FROM records WHERE position > ? ORDER BY position LIMIT ?',
    );
    statement.setReturnArrays(true);
    let events = 0;
    for (let after = -1; ;) {
      const rows = statement.all(after, PAGE) as unknown as Stored[];
      const last = rows.at(-1);
      if (!last) return events;
      for (const [, metadata, data] of rows) {
        JSON.parse(data);
        JSON.parse(metadata);
      }
      events += rows.length;
      after = last[0];
    }
  }

  /** What {@link parseInMemory} works on: the texts of a stream's events. */
  textsOf(stream: string): readonly string[] {
    const rows = this.#file
      .prepare(
        `SELECT data, metadata FROM records WHERE stream = (SELECT number FROM streams WHERE name = ?)
          ORDER BY revision`,
      )
      .all(stream);
    return rows.flatMap(({ data, metadata }) => [String(data), String(metadata)]);
  }

  close(): void {
    this.#file.close();
  }
}

/** P: parses data and metadata of events that lie in memory already. */
export const parseInMemory = (texts: readonly string[]): void => {
  for (const text of texts) JSON.parse(text);
};
