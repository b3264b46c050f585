import type { CipherFor, ContentHash, Files } from '../port.ts';
import { Downloads } from './downloads.ts';
import { Places } from './places.ts';
import { Records } from './records.ts';
import { Removal } from './removal.ts';
import { Uploads } from './uploads.ts';

export interface FilesOptions {
  /** The sealed files lie in `<folder>/files`; made when it is missing. */
  readonly folder: string;
  /** Path of the database of uploads and addresses. */
  readonly database: string;
  /** ms since 1970. */
  readonly clock: { now(): number };
  readonly cipherFor: CipherFor;
  readonly contentHash: ContentHash;
}

/** The parts that the embedded store is made of. */
export interface Store extends Omit<FilesOptions, 'folder' | 'database'> {
  readonly places: Places;
  readonly records: Records;
}

/**
 * Opens the embedded document store, which one process owns. What a killed process left of transfers is
 * cleaned away first, and their addresses are good again until their time ends.
 */
export async function openFiles(options: FilesOptions): Promise<Files> {
  const { clock, cipherFor, contentHash } = options;
  const places = await Places.open(options.folder);
  const records = new Records(options.database);
  const store: Store = { places, records, clock, cipherFor, contentHash };
  records.inOne(() => {
    // The rename may have happened while the row that says so did not.
    for (const { upload_id } of records.receiving()) places.delete(upload_id);
    records.giveAllBack();
  });
  const uploads = new Uploads(store);
  const downloads = new Downloads(store);
  const removal = new Removal(store);
  return {
    requestUpload: async (request) => uploads.request(request),
    receive: (token, stream, settings) => uploads.receive(token, stream, settings),
    uploaded: async (owner) => uploads.uploaded(owner),
    keep: async (organisationId, fileId) => records.name(organisationId, fileId),
    sweep: (now, isNamed) => removal.sweep(now, isNamed),
    requestDownload: async (owner) => downloads.request(owner),
    open: (token) => downloads.open(token),
    remove: async (organisationId, fileId) => removal.remove(organisationId, fileId),
    removePerson: async (organisationId, personId) =>
      removal.removePerson({ organisationId, personId }),
    close: async () => records.close(),
  };
}
