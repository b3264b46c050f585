export * from './port.ts';
export * from './refusals.ts';
export { openFiles, type FilesOptions } from './embedded/open-files.ts';
