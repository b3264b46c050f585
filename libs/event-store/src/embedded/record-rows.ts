import { isUtf8 } from 'node:buffer';
import type { EventId, OrganisationId, Position, StreamName } from '@vivier/kernel';
import type { NewRecord, RecordText, StoredRecord } from '../port.ts';
import { bytesOf, recordChecksum } from './checksum.ts';
import type { StoredBytes } from './checksum.ts';

const CONTENT_TYPES = ['application/json', 'application/octet-stream'] as const;

/** The columns of a record of a known stream, in the order in which they are read and written. */
export const STREAM_COLUMNS =
  'position, revision, id, type, content_type, created, checksum, metadata, data';

export type StreamRow = [
  position: Position,
  revision: number,
  id: EventId,
  type: string,
  contentType: number,
  created: number,
  checksum: string,
  metadata: StoredBytes,
  data: StoredBytes,
];

/** All columns of a record. */
export const COLUMNS = `${STREAM_COLUMNS}, stream`;

export type RecordRow = [...StreamRow, stream: number];

/** The stream of a record, and whose it is. */
export interface Owner {
  readonly name: StreamName;
  readonly organisationId: OrganisationId;
}

/** The record that a row holds, or `undefined` where its checksum does not: the row is damaged. */
export function recordOf(
  row: StreamRow | RecordRow,
  owner: Owner | undefined,
): StoredRecord | undefined {
  const [position, revision, id, type, kind, created, checksum, metadata, data] = row;
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
  const expected = recordChecksum({
    position,
    stream,
    revision,
    organisation: organisationId,
    id,
    type,
    contentType: kind,
    created,
    metadata,
    data,
  });
  if (expected !== checksum) return undefined;
  const place: Place = { position, stream, organisationId, revision, created };
  if (typeof data === 'string' && typeof metadata === 'string')
    return new TextRecord(id, type, contentType, place, { data, metadata });
  return { id, type, contentType, ...place, data: bytesOf(data), metadata: bytesOf(metadata) };
}

type Place = Pick<StoredRecord, 'position' | 'stream' | 'organisationId' | 'revision' | 'created'>;

/** A record that was read as text. Nearly everybody wants it so: bytes are made where they are asked for. */
class TextRecord implements StoredRecord {
  readonly organisationId: OrganisationId;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  readonly created: number;

  constructor(
    readonly id: EventId,
    readonly type: string,
    readonly contentType: StoredRecord['contentType'],
    { organisationId, stream, revision, position, created }: Place,
    readonly text: RecordText,
  ) {
    this.organisationId = organisationId;
    this.stream = stream;
    this.revision = revision;
    this.position = position;
    this.created = created;
  }

  get data(): Uint8Array {
    return bytesOf(this.text.data);
  }

  get metadata(): Uint8Array {
    return bytesOf(this.text.metadata);
  }
}

/** About how much a record takes, in bytes (in characters, which JSON has nearly as many of). */
export function sizeOf(record: StoredRecord): number {
  const { text } = record;
  if (text !== undefined) return text.data.length + text.metadata.length;
  return record.data.byteLength + record.metadata.byteLength;
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
  const metadata = record.text?.metadata ?? stored(record.metadata);
  const data = record.text?.data ?? stored(record.data);
  const { name: stream, organisationId: organisation } = owner;
  const checksum = recordChecksum({
    position,
    stream,
    revision,
    organisation,
    id,
    type,
    contentType,
    created,
    metadata,
    data,
  });
  const { number } = owner;
  return [position, revision, id, type, contentType, created, checksum, metadata, data, number];
}

function stored(bytes: Uint8Array): StoredBytes {
  if (!isUtf8(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isBytes(value: unknown): value is StoredBytes {
  return typeof value === 'string' || ArrayBuffer.isView(value);
}
