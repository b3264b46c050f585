import type { Files } from '../port.ts';
import type { MongoFilesOptions } from './files.ts';

// The driver is loaded when somebody asks for it: a program on the embedded store starts without it.

/**
 * Opens the document store of one of several processes on a MongoDB replica set, the sealed documents in
 * GridFS. Nothing is remembered from one call to the next: an address handed out by one process is good,
 * and used up, in all of them.
 */
export const openMongoFiles = async (options: MongoFilesOptions): Promise<Files> => {
  const { mongoFiles } = await import('./files.ts');
  return mongoFiles(options);
};
