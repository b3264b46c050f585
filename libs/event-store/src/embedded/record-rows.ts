import { isUtf8 } from 'node:buffer';
import type { EventId, OrganisationId, Position, StreamName } from '@vivier/kernel';
import type { NewRecord, StoredRecord } from '../port.ts';
import { bytesOf, recordChecksum } from './checksum.ts';
import type { StoredBytes } from './checksum.ts';

const CONTENT_TYPES = ['application/json', 'application/octet-stream'] as const;

/** The columns of a record in the order in which they are read and written. */
export const COLUMNS =
  'position, stream, revision, id, type, content_type, created, checksum, metadata, data';

export type RecordRow = [
  position: Position,
  stream: number,
  revision: number,
  id: EventId,
  type: string,
  contentType: number,
  created: number,
  checksum: string,
  metadata: StoredBytes,
  data: StoredBytes,
];

/** The stream of a record, and whose it is. */
export interface Owner {
  readonly name: StreamName;
  readonly organisationId: OrganisationId;
}

/** The record that a row holds, or `undefined` where its checksum does not: the row is damaged. */
export function recordOf(row: RecordRow, owner: Owner | undefined): StoredRecord | undefined {
  const [position, , revision, id, type, kind, created, checksum, metadata, data] = row;
  // In a damaged row any column may have become NULL or of another type.
  const contentType = CONTENT_TYPES[kind];
  const whole =
    owner !== undefined &&
    contentType !== undefined &&
    typeof id === 'string' &&
    typeof type === 'string' &&
    isBytes(metadata) &&
    isBytes(data);
  if (!whole) return undefined;
  const { name: stream, organisationId } = owner;
  const parts = {
    position,
    stream,
    revision,
    id,
    type,
    contentType: kind,
    created,
    metadata,
    data,
  };
  if (recordChecksum({ ...parts, organisation: organisationId }) !== checksum) return undefined;
  return {
    id,
    type,
    contentType,
    data: bytesOf(data),
    metadata: bytesOf(metadata),
    organisationId,
    stream,
    revision,
    position,
    created,
  };
}

/** The row that a record becomes at its place. */
export function rowOf(
  record: NewRecord,
  owner: Owner & { readonly number: number },
  place: { readonly position: Position; readonly revision: number; readonly created: number },
): RecordRow {
  const { id, type } = record;
  const { position, revision, created } = place;
  const contentType = CONTENT_TYPES.indexOf(record.contentType);
  const metadata = stored(record.metadata);
  const data = stored(record.data);
  const { name: stream, organisationId: organisation } = owner;
  const checksum = recordChecksum({
    ...{ position, stream, revision, organisation, id, type, contentType, created },
    ...{ metadata, data },
  });
  const { number } = owner;
  return [position, number, revision, id, type, contentType, created, checksum, metadata, data];
}

function stored(bytes: Uint8Array): StoredBytes {
  if (!isUtf8(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isBytes(value: unknown): value is StoredBytes {
  return typeof value === 'string' || ArrayBuffer.isView(value);
}
