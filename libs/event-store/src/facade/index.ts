export { ForeignLog, serveEventStoreProtocol } from './serve.ts';
export type { ServedProtocol, ServeOptions } from './serve.ts';
