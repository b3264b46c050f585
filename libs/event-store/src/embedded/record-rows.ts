import { isUtf8 } from 'node:buffer';
import type { EventId, OrganisationId, Position, StreamName } from '@vivier/kernel';
import type { NewRecord, RecordText, StoredRecord } from '../port.ts';
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
  const record = { id, type, contentType, organisationId, stream, revision, position, created };
  if (typeof data === 'string' && typeof metadata === 'string')
    return new TextRecord(record, { data, metadata });
  return { ...record, data: bytesOf(data), metadata: bytesOf(metadata) };
}

/** A record that was read as text. Nearly everybody wants it so: bytes are made where they are asked for. */
class TextRecord implements StoredRecord {
  readonly id: EventId;
  readonly type: string;
  readonly contentType: StoredRecord['contentType'];
  readonly organisationId: OrganisationId;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  readonly created: number;

  constructor(
    record: Omit<StoredRecord, 'data' | 'metadata'>,
    readonly text: RecordText,
  ) {
    this.id = record.id;
    this.type = record.type;
    this.contentType = record.contentType;
    this.organisationId = record.organisationId;
    this.stream = record.stream;
    this.revision = record.revision;
    this.position = record.position;
    this.created = record.created;
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
