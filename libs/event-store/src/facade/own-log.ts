import { hash } from 'node:crypto';
import { START } from '@vivier/kernel';
import type { EventId, OrganisationId, StreamName } from '@vivier/kernel';
import type { EventStore, StoredRecord } from '../port.ts';
import { fromEventStoreDb, toEventStoreDb } from '../stream-names.ts';
import type { StreamPlace } from '../stream-names.ts';

/** Where the streams of a client lie in a log, and what it calls those that lie there. */
export interface Naming {
  locate(name: string): StreamPlace | undefined;
  nameOf(record: StoredRecord): string;
}

/** In a log of its own the streams have the names that clients give them, all in one organisation. */
export const OWN_ORGANISATION = 'eventstoredb' as OrganisationId;

export const OWN_NAMES: Naming = {
  locate: (name) => ({ organisationId: OWN_ORGANISATION, stream: name as StreamName }),
  nameOf: ({ stream }) => stream,
};

/** Vivier's log, under the names that its streams have in an EventStoreDB. */
export const VIVIER_NAMES: Naming = {
  locate: fromEventStoreDb,
  nameOf: ({ organisationId, stream }) => toEventStoreDb(organisationId, stream),
};

/**
 * Whether a log is the server's own. An empty one becomes so by the first record that EventStoreDB writes
 * itself: no client may take it for granted that all in the log is its own.
 */
export async function isOwnLog(log: EventStore): Promise<boolean> {
  for await (const [first] of log.readAll({ after: START, limit: 1 })) {
    return first?.organisationId === OWN_ORGANISATION;
  }
  const name = '$epoch-information';
  const [id, metadata] = [crypto.randomUUID() as EventId, new Uint8Array()];
  const data = Buffer.from(JSON.stringify({ epochNumber: 0, epochId: id }));
  const record = { id, type: name, contentType: 'application/json', data, metadata } as const;
  await log.append(OWN_ORGANISATION, name as StreamName, 'none', [record]);
  return true;
}

export const METADATA_TYPE = '$metadata';
export const TOMBSTONE_TYPE = '$streamDeleted';

export const isMetastream = (name: string): boolean => name.startsWith('$$');
export const metastreamOf = (name: string): string => `$$${name}`;

/** A metastream stands and falls with the stream that it is about. */
export const originalOf = (name: string): string => (isMetastream(name) ? name.slice(2) : name);

/** An id that follows from what it is for, so that it is the same each time. */
export function derivedId(text: string): EventId {
  const hex = hash('sha256', text, 'hex');
  const variant = 'ab89'[parseInt(hex[16]!, 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-') as EventId;
}

/** Only its own tombstone ends a stream: a client may use the type for what it likes. */
export const tombstoneId = (name: string): EventId => derivedId(`tombstone of ${name}`);

export const isTombstone = (record: StoredRecord): boolean =>
  record.type === TOMBSTONE_TYPE && record.id === tombstoneId(record.stream);
