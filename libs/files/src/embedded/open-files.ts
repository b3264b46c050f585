import { filesOn, type FilesNeeds } from '../files-on.ts';
import type { Files } from '../port.ts';
import { EmbeddedKeeping } from './keeping.ts';
import { Places } from './places.ts';
import { Records } from './records.ts';

export interface FilesOptions extends FilesNeeds {
  /** The sealed files lie in `<folder>/files`; made when it is missing. */
  readonly folder: string;
  /** Path of the database of uploads and addresses. */
  readonly database: string;
}

/**
 * Opens the embedded document store, which one process owns. What a killed process left of transfers is
 * cleaned away first, and their addresses are good again until their time ends.
 */
export async function openFiles(options: FilesOptions): Promise<Files> {
  const { clock, cipherFor, contentHash } = options;
  const places = await Places.open(options.folder);
  const records = new Records(options.database);
  records.inOne(() => {
    // The rename may have happened while the row that says so did not.
    for (const { uploadId } of records.receiving()) places.delete(uploadId);
    records.giveAllBack();
  });
  const keeping = new EmbeddedKeeping(records, places);
  return filesOn({ keeping, clock, cipherFor, contentHash });
}
