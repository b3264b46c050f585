import type { RecordFilter, StoredRecord } from './port.ts';

/**
 * The test that a filter stands for. A list of prefixes that is given but empty lets nothing through,
 * as the filter says "any of its values".
 */
export function matching(filter: RecordFilter | undefined): (record: StoredRecord) => boolean {
  const { organisationId, streamPrefixes, typePrefixes } = filter ?? {};
  return (record) =>
    (organisationId === undefined || record.organisationId === organisationId) &&
    (streamPrefixes === undefined || startsWithOne(record.stream, streamPrefixes)) &&
    (typePrefixes === undefined || startsWithOne(record.type, typePrefixes));
}

function startsWithOne(text: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix));
}
