import type { AccountId, FileId, FileOwner, Uploaded } from './port.ts';
import type { ByteSink } from './sealed-file.ts';

/** What is known of one upload: ids, times, sizes and keyed hashes; times in ms since 1970. */
export interface UploadRow extends FileOwner {
  readonly uploadId: FileId;
  readonly accountId: AccountId;
  readonly expiresAt: number;
  /** When bytes were first sealed for it. */
  readonly begunAt: number | null;
  /** What arrived, once it is complete. */
  readonly uploaded: Uploaded | null;
  /** What its bytes are kept under, once it is complete. */
  readonly bytes: string | null;
  readonly named: boolean;
}

/** One transfer to an upload, of which the later wins. */
export interface Attempt {
  readonly id: string;
  readonly row: UploadRow;
}

/**
 * Where a document store keeps its rows and its sealed bytes. Each call is all or nothing, durable when
 * it resolves, and answers to what every process has done before.
 */
export interface Keeping {
  /**
   * Opens an upload, or opens it anew: an older address and a transfer under way lose it. One that is
   * complete, or somebody else's, stays as it is. Resolves with what stands there now.
   */
  address(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
    tokenHash: string,
    expiresAt: number,
  ): Promise<UploadRow>;
  upload(uploadId: FileId): Promise<UploadRow | undefined>;
  /** Takes an upload that is open at this address for one transfer; an earlier one loses it. */
  take(tokenHash: string, now: number): Promise<Attempt | undefined>;
  /** Whether the upload is still this transfer's. */
  holds(attempt: Attempt): Promise<boolean>;
  /** A place for the bytes of a transfer, which nobody is given to read. */
  incoming(attempt: Attempt): Promise<ByteSink>;
  /** What lies there; fails with SealedFileDamaged when it is not whole. */
  readIncoming(attempt: Attempt): AsyncIterable<Uint8Array>;
  /** Makes what arrived the upload's, and uses its address up; `false` when it lost the upload meanwhile. */
  complete(attempt: Attempt, facts: Uploaded): Promise<boolean>;
  /** Ends a transfer that failed, with its bytes; the upload's address is good again, or used up. */
  giveUp(attempt: Attempt, isUsedUp: boolean): Promise<void>;
  /** An event names the complete upload. */
  name(file: Pick<UploadRow, 'organisationId' | 'uploadId'>): Promise<void>;

  addDownload(tokenHash: string, row: UploadRow, expiresAt: number): Promise<void>;
  /** The complete upload that a download address stands for. */
  downloadable(tokenHash: string, now: number): Promise<UploadRow | undefined>;
  endDownload(tokenHash: string): Promise<void>;
  /** The bytes of a complete upload; fails with SealedFileDamaged when they are not whole. */
  read(row: UploadRow): AsyncIterable<Uint8Array>;

  /** Takes away addresses for downloads that have ended, and what processes that are gone left behind. */
  tidy(now: number): Promise<void>;
  /** Uploads that no event names and whose address has ended. */
  unnamed(now: number): Promise<readonly FileId[]>;
  /** Removes an upload with its bytes; `false`, and nothing done, when it has gone on since it was read. */
  removeAsRead(row: UploadRow): Promise<boolean>;
  remove(file: Pick<UploadRow, 'organisationId' | 'uploadId'>): Promise<void>;
  /** Resolves with how many there were. */
  removePerson(owner: FileOwner): Promise<number>;
  close(): Promise<void>;
}
