import type { ReadFilter } from '@vivier/read-store';
import { edgeRejections } from './rejections.ts';
import { lazily } from './lazily.ts';
import { Refused } from './refused.ts';
import type { Connection } from './types/page.ts';

/** Pages hold 20 by default and 100 at most. */
export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 100;

/** A place in a list: the value that it is ordered by, and the id. Facts only, never a name. */
export type Cursor = readonly [value: string | number, id: string];

export const writeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** @throws Refused CursorInvalid */
export const readCursor = (text: string): Cursor => {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (
      Array.isArray(read) &&
      read.length === 2 &&
      (typeof read[0] === 'string' || Number.isSafeInteger(read[0])) &&
      typeof read[1] === 'string'
    )
      return read as unknown as Cursor;
  } catch {
    // Not even JSON: the same answer.
  }
  throw new Refused(edgeRejections.CursorInvalid());
};

/** What comes after a cursor, in an order by `field` and then `_id`. */
export const afterCursor = (
  field: string,
  direction: 'after' | 'before',
  [value, id]: Cursor,
): ReadFilter =>
  direction === 'after'
    ? { $or: [{ [field]: { $gt: value } }, { [field]: value, _id: { $gt: id } }] }
    : { $or: [{ [field]: { $lt: value } }, { [field]: value, _id: { $lt: id } }] };

/** Makes a connection of one row more than were asked for, which tells whether there is a next page. */
export const connectionOf = <Row, Node>(
  rows: readonly Row[],
  first: number,
  cursorOf: (row: Row) => Cursor,
  nodeOf: (row: Row) => Node,
): Connection<Node> => {
  const shown = rows.slice(0, first);
  const last = shown.at(-1);
  return {
    edges: shown.map((row) =>
      lazily({ cursor: () => writeCursor(cursorOf(row)), node: nodeOf(row) }),
    ),
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: last === undefined ? null : writeCursor(cursorOf(last)),
    },
  };
};
