export * from './port.ts';
export { openEmbeddedReadStore, type EmbeddedReadStore } from './embedded/store.ts';
