export * from './port.ts';
export { openEmbeddedEventStore } from './embedded/open.ts';
export { UnusableLogFile } from './embedded/log-file.ts';
export { verifyLog, type Damage, type LogReport } from './embedded/verify-log.ts';
export { openEventStoreDb } from './eventstoredb/open.ts';
export type { EventStoreDbOptions } from './eventstoredb/open.ts';
export { UnusableEventStore } from './eventstoredb/unusable.ts';
export { compareLogs, copyLog, ForeignRecords, type ComparedLogs } from './copying.ts';
