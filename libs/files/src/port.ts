import type { Brand, OrganisationId, PersonId } from '@vivier/kernel';

/** One stored document version; also the id of its upload. A UUID, derived from the command's id. */
export type FileId = Brand<'FileId'>;
/** The login account that asked for an address. */
export type AccountId = Brand<'AccountId'>;

/** 1000 Ko an attachment, read as 1000 × 1024 bytes. */
export const MAX_FILE_BYTES = 1_024_000;
/** How long an address for an upload or a download is good for, in ms. */
export const ADDRESS_LIFETIME = 10 * 60_000;
/** How long an upload that no event names is kept, in ms. */
export const UNNAMED_LIFETIME = 24 * 3_600_000;
/**
 * How long such an upload is still offered for naming, in ms. The hour between the two keeps a command
 * that has just seen the upload from naming a file that the sweep is about to remove.
 */
export const NAMEABLE_LIFETIME = 23 * 3_600_000;

/** The accepted types (R-059, R-060: the union of both lists, X-10), told by content, never by name. */
export type MediaType =
  | 'application/pdf'
  | 'application/msword'
  | 'application/rtf'
  | 'application/vnd.oasis.opendocument.text'
  | 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/**
 * Seals and opens the pieces of one file; `index` and `last` are bound into each piece. The same key
 * seals every attempt at one upload, so each call must take a fresh nonce. An error thrown by either
 * means that the key is gone, if {@link CipherFor} then says so, and otherwise that the piece is not
 * what it should be.
 */
export interface FileCipher {
  encrypt(index: number, last: boolean, piece: Uint8Array): Uint8Array;
  decrypt(index: number, last: boolean, piece: Uint8Array): Uint8Array;
}

/** The cipher of one file (the vault's scope `file-<uploadId>`), or `erased` once its key is gone. */
export type CipherFor = (
  organisationId: OrganisationId,
  personId: PersonId,
  uploadId: FileId,
) => Promise<FileCipher | 'erased'>;

/**
 * A keyed hash of the whole content, as text. To tell that a person uploads the same document twice
 * its key must be one of the person's, not the file's own; keyed, so that it confirms no
 * guessed file and means nothing once the key is gone.
 */
export type ContentHash = (
  organisationId: OrganisationId,
  personId: PersonId,
  content: Uint8Array,
) => Promise<string | 'erased'>;

/** Whose file it is. The file's name is personal: it lives sealed in the event, never here. */
export interface FileOwner {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
}

export interface Uploaded extends FileOwner {
  readonly uploadId: FileId;
  readonly mediaType: MediaType;
  /** Bytes of the document itself. */
  readonly size: number;
  readonly contentHash: string;
  /** ms since 1970. */
  readonly completedAt: number;
}

export type UploadAnswer =
  | {
      readonly state: 'open';
      /** The secret part of the address, 256 random bits in base64url; only its hash is kept. */
      readonly token: string;
      /** ms since 1970. */
      readonly expiresAt: number;
    }
  /** The upload was completed before: a repeated request hands out no second address. */
  | { readonly state: 'complete'; readonly uploaded: Uploaded };

export interface DownloadAnswer {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

export interface OpenedFile extends FileOwner {
  readonly fileId: FileId;
  readonly mediaType: MediaType;
  readonly size: number;
  /**
   * The document's bytes; to be read once. Fails with FileErased when the file or its key goes while
   * it is under way.
   */
  readonly stream: AsyncIterable<Uint8Array>;
}

/** What a sweep took away. */
export interface Swept extends FileOwner {
  readonly uploadId: FileId;
  readonly state: 'unused' | 'broken' | 'complete';
  /** Bytes were sealed for it at some time, so that the key of `file-<uploadId>` may exist and can go. */
  readonly begun: boolean;
}

/**
 * Documents of persons, sealed under keys of their own. Bytes arrive at an address that is handed out
 * beforehand, and leave by one; both are random, kept hashed, and good for ten minutes. Every refusal
 * is a {@link FileRefused}; what does not exist, has ended, or belongs to somebody else is one answer.
 */
export interface Files {
  /**
   * Hands out an address for one upload. Asked again for the same upload, it hands out a fresh address
   * and voids the one before, until the upload is complete; another owner or account gets
   * UploadUnknown.
   */
  requestUpload(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
  ): Promise<UploadAnswer>;
  /**
   * Takes the bytes in, checks them while they come and as a whole, and resolves once they are sealed
   * and durable.
   *
   * A completed transfer uses the address up, and so does one whose file was refused: another address is
   * requested for the right file. A broken one does not, since lines break, until the ten minutes end.
   * Of two transfers to
   * one address the later one wins: the earlier is most often one whose break was not noticed yet.
   *
   * When it refuses before the end, the rest of the stream is not read: the caller closes it.
   *
   * @param options.declaredLength bytes that the sender announced; another number is a broken transfer.
   */
  receive(
    token: string,
    stream: AsyncIterable<Uint8Array>,
    options?: { readonly declaredLength?: number },
  ): Promise<Uploaded>;
  /**
   * The facts of a complete upload of this person, for a command that wants to name it. `undefined`
   * when there is none, when it is somebody else's, or when it stayed unnamed for 23 hours.
   */
  uploaded(owner: FileOwner & { readonly uploadId: FileId }): Promise<Uploaded | undefined>;
  /** An event names the file: it stays until it is removed. Idempotent; an absent file is no error. */
  keep(organisationId: OrganisationId, fileId: FileId): Promise<void>;
  /**
   * Removes addresses that ended unused, and what was begun or completed 24 hours ago and is named by
   * no event. `isNamed` is asked before a complete upload goes, so that a crash between the event and
   * `keep` loses nothing. Resolves with what was removed.
   *
   * @param now ms since 1970.
   */
  sweep(
    now: number,
    isNamed: (upload: Uploaded) => boolean | Promise<boolean>,
  ): Promise<readonly Swept[]>;
  /**
   * Hands out an address for one download of a complete file; the caller has checked the right to see
   * it. Several may be good at once.
   */
  requestDownload(owner: FileOwner & { readonly fileId: FileId }): Promise<DownloadAnswer>;
  /**
   * Opens what a download address stands for, after a check of the whole file, so that a damaged one is
   * refused before its first byte leaves. The address stays good until its ten minutes end or one
   * delivery was read to its end, whichever is first: a broken download can be taken up again, and an
   * address found later in a history is worth nothing.
   */
  open(token: string): Promise<OpenedFile>;
  /** Deletes a file, its addresses and its rows. Idempotent; downloads under way stop. */
  remove(organisationId: OrganisationId, fileId: FileId): Promise<void>;
  /**
   * Deletes all of a person's files, also those that no event names and what was not finished (GDPR 17).
   * Idempotent.
   *
   * @returns how many files and unfinished uploads there were
   */
  removePerson(organisationId: OrganisationId, personId: PersonId): Promise<number>;
  close(): Promise<void>;
}
