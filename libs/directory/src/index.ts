export { openDirectory, type DirectoryOptions } from './directory.ts';
export * from './port.ts';
