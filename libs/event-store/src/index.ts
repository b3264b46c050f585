export * from './port.ts';
export { openEmbeddedEventStore } from './embedded/open.ts';
export { UnusableLogFile } from './embedded/log-file.ts';
