import type { Collection, Db, IndexDescription } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { UploadRow } from '../keeping.ts';
import type { AccountId, FileId, MediaType } from '../port.ts';

/** One upload, and every transfer to it whose bytes may lie somewhere; times in ms since 1970. */
export interface UploadDocument {
  readonly _id: FileId;
  readonly organisation: OrganisationId;
  readonly person: PersonId;
  readonly account: AccountId;
  /** The hash of the address that is good for it; absent once that is used up. */
  readonly tokenHash?: string;
  readonly expiresAt: number;
  readonly begunAt?: number;
  /** The transfer that holds the upload. */
  readonly attempt: string | null;
  /** Transfers that are neither the upload's content nor known to have left nothing. */
  readonly attempts: readonly {
    readonly id: string;
    /** After this it is given up for lost, whatever has become of its process. */
    readonly endsAt: number;
  }[];
  /** The transfer whose bytes are the document. */
  readonly file: string | null;
  readonly content: {
    readonly mediaType: MediaType;
    readonly size: number;
    readonly contentHash: string;
    readonly completedAt: number;
  } | null;
  readonly named: boolean;
  /** Nothing of it is there any more for anybody; it stands until its bytes are gone too. */
  readonly removed: boolean;
}

export interface DownloadDocument {
  /** The hash of the address. */
  readonly _id: string;
  readonly organisation: OrganisationId;
  readonly upload: FileId;
  readonly file: string;
  readonly expiresAt: number;
}

export interface Rows {
  readonly uploads: Collection<UploadDocument>;
  readonly downloads: Collection<DownloadDocument>;
}

export const rowsIn = (db: Db): Rows => ({
  uploads: db.collection('files_uploads'),
  downloads: db.collection('files_downloads'),
});

const INDEXES: Record<keyof Rows, IndexDescription[]> = {
  uploads: [
    { key: { tokenHash: 1 }, sparse: true },
    { key: { organisation: 1, person: 1 } },
    { key: { expiresAt: 1 }, partialFilterExpression: { named: false } },
    { key: { 'attempts.endsAt': 1 } },
    { key: { removed: 1 }, partialFilterExpression: { removed: true } },
  ],
  downloads: [{ key: { upload: 1 } }, { key: { expiresAt: 1 } }],
};

/** Makes what is missing of collections and indexes. Idempotent, also for several at once. */
export const prepareRows = async ({ uploads, downloads }: Rows): Promise<void> => {
  await uploads.createIndexes(INDEXES.uploads);
  await downloads.createIndexes(INDEXES.downloads);
};

export const fromDocument = (document: UploadDocument): UploadRow => {
  const { _id, organisation, person, account, expiresAt, begunAt, content, file, named } = document;
  const owner = { uploadId: _id, organisationId: organisation, personId: person };
  return {
    ...owner,
    accountId: account,
    expiresAt,
    begunAt: begunAt ?? null,
    uploaded: content && { ...owner, ...content },
    bytes: file,
    named,
  };
};
