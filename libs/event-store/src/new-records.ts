import type { StreamName } from '@vivier/kernel';
import { AppendTooLarge, MAXIMUM_APPEND_BYTES } from './port.ts';
import type { ExpectedRevision, NewRecord } from './port.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * What every adapter refuses before it looks at the stream. Returns the append's size in bytes.
 *
 * @throws AppendTooLarge; TypeError for what only a mistake in the program can bring: an empty name
 * or type, an id that is no UUID in lower case, a revision that is none
 */
export function checkAppend(
  stream: StreamName,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): number {
  if (stream === '') throw new TypeError('A stream needs a name.');
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new TypeError('An expected revision is a whole number from 0 on.');
  }
  let bytes = 0;
  for (const { id, type, data, metadata } of records) {
    if (!UUID.test(id)) throw new TypeError('The id of an event is a UUID in lower case.');
    if (type === '') throw new TypeError('An event needs a type.');
    bytes += Buffer.byteLength(type) + data.byteLength + metadata.byteLength;
  }
  if (bytes > MAXIMUM_APPEND_BYTES) throw new AppendTooLarge(stream, bytes);
  return bytes;
}
