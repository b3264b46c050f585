import type { Db } from 'mongodb';
import { acknowledged } from '@vivier/mongodb/driver';
import { filesOn, type FilesNeeds } from '../files-on.ts';
import type { Files } from '../port.ts';
import { Bytes } from './bytes.ts';
import { prepareRows, rowsIn } from './collections.ts';
import { MongoKeeping } from './keeping.ts';

export interface MongoFilesOptions extends FilesNeeds {
  /** A database on a replica set, of a client that is connected and stays its maker's to close. */
  readonly db: Db;
}

/** See `open.ts`. */
export const mongoFiles = async (options: MongoFilesOptions): Promise<Files> => {
  const { clock, cipherFor, contentHash } = options;
  const db = acknowledged(options.db);
  const rows = rowsIn(db);
  const bytes = new Bytes(db);
  await prepareRows(rows);
  await bytes.prepare();
  return filesOn({ keeping: new MongoKeeping(rows, bytes), clock, cipherFor, contentHash });
};
