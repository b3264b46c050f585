import { Downloads } from './downloads.ts';
import type { Keeping } from './keeping.ts';
import type { CipherFor, ContentHash, Files } from './port.ts';
import { sweep } from './sweep.ts';
import { Uploads } from './uploads.ts';

/** What a document store needs of the rest of the program. */
export interface FilesNeeds {
  /** ms since 1970. */
  readonly clock: { now(): number };
  readonly cipherFor: CipherFor;
  readonly contentHash: ContentHash;
}

/** The parts that a document store is made of. */
export interface Store extends FilesNeeds {
  readonly keeping: Keeping;
}

/** The document store on whatever keeps its rows and bytes. */
export const filesOn = (store: Store): Files => {
  const { keeping } = store;
  const uploads = new Uploads(store);
  const downloads = new Downloads(store);
  return {
    requestUpload: (request) => uploads.request(request),
    receive: (token, stream, settings) => uploads.receive(token, stream, settings),
    uploaded: (owner) => uploads.uploaded(owner),
    keep: (organisationId, uploadId) => keeping.name({ organisationId, uploadId }),
    sweep: (now, isNamed) => sweep(keeping, now, isNamed),
    requestDownload: (owner) => downloads.request(owner),
    open: (token) => downloads.open(token),
    remove: (organisationId, uploadId) => keeping.remove({ organisationId, uploadId }),
    removePerson: (organisationId, personId) => keeping.removePerson({ organisationId, personId }),
    close: () => keeping.close(),
  };
};
