export * from './port.ts';
export * from './refusals.ts';
export { openFiles, type FilesOptions } from './embedded/open-files.ts';
export { openMongoFiles } from './mongodb/open.ts';
export type { MongoFilesOptions } from './mongodb/files.ts';
export { compareFiles, moveFiles, type FilesMove, type MovedFiles } from './moving.ts';
