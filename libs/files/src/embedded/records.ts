import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { UploadRow } from '../keeping.ts';
import type { AccountId, FileId, FileOwner, MediaType, Uploaded } from '../port.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS upload (
    upload_id       TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    account_id      TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('open', 'receiving', 'complete')),
    token_hash      TEXT UNIQUE,
    expires_at      INTEGER NOT NULL,
    attempt         TEXT,
    begun_at        INTEGER,
    media_type      TEXT,
    size            INTEGER,
    content_hash    TEXT,
    completed_at    INTEGER,
    named           INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS upload_of_person ON upload (organisation_id, person_id);
  CREATE INDEX IF NOT EXISTS upload_unnamed ON upload (state) WHERE named = 0;
  CREATE TABLE IF NOT EXISTS download (
    token_hash TEXT PRIMARY KEY,
    upload_id  TEXT NOT NULL REFERENCES upload ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS download_of_upload ON download (upload_id);
`;

/** One row of the table of uploads. */
export interface KeptRow {
  readonly upload_id: FileId;
  readonly organisation_id: OrganisationId;
  readonly person_id: PersonId;
  readonly account_id: AccountId;
  readonly expires_at: number;
  readonly begun_at: number | null;
  readonly media_type: MediaType | null;
  readonly size: number | null;
  readonly content_hash: string | null;
  readonly completed_at: number | null;
  readonly named: number;
}

export const rowFrom = (kept: KeptRow): UploadRow => {
  const { upload_id, organisation_id, person_id } = kept;
  const owner = { uploadId: upload_id, organisationId: organisation_id, personId: person_id };
  return {
    ...owner,
    accountId: kept.account_id,
    expiresAt: kept.expires_at,
    begunAt: kept.begun_at,
    uploaded: kept.completed_at === null ? null : { ...owner, ...contentOf(kept) },
    bytes: kept.completed_at === null ? null : upload_id,
    named: kept.named === 1,
  };
};

function contentOf({ media_type, size, content_hash, completed_at }: KeptRow) {
  if (media_type === null || size === null || content_hash === null || completed_at === null)
    throw new Error('A complete upload lacks its facts.');
  return { mediaType: media_type, size, contentHash: content_hash, completedAt: completed_at };
}

/**
 * What is known of each upload and address: ids, times, sizes and keyed hashes. No name of a file, no
 * address that could be used.
 */
export class Records {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite gives the files beside it the mode of the database.
    closeSync(openSync(path, 'a', 0o600));
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;',
    );
    this.#database.exec(schema);
  }

  /** All that `work` does is kept, or nothing of it. */
  inOne<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  upload(uploadId: FileId): UploadRow | undefined {
    return this.#rows('SELECT * FROM upload WHERE upload_id = ?', uploadId)[0];
  }

  uploadsOf({ organisationId, personId }: FileOwner): readonly UploadRow[] {
    return this.#rows(
      'SELECT * FROM upload WHERE organisation_id = ? AND person_id = ?',
      organisationId,
      personId,
    );
  }

  unnamed(now: number): readonly UploadRow[] {
    return this.#rows('SELECT * FROM upload WHERE named = 0 AND expires_at <= ?', now);
  }

  receiving(): readonly UploadRow[] {
    return this.#rows("SELECT * FROM upload WHERE state = 'receiving'");
  }

  /** Opens an upload, or opens it anew: an older address and a transfer under way lose it. */
  address(
    request: FileOwner & { readonly accountId: AccountId; readonly uploadId: FileId },
    tokenHash: string,
    expiresAt: number,
  ): UploadRow {
    const [row] = this.#rows(
      `INSERT INTO upload (upload_id, organisation_id, person_id, account_id, state, token_hash, expires_at)
       VALUES (?, ?, ?, ?, 'open', ?, ?)
       ON CONFLICT (upload_id) DO UPDATE
       SET state = 'open', token_hash = excluded.token_hash, expires_at = excluded.expires_at, attempt = NULL
       RETURNING *`,
      request.uploadId,
      request.organisationId,
      request.personId,
      request.accountId,
      tokenHash,
      expiresAt,
    );
    return row!;
  }

  /** Takes an upload for one transfer; an earlier one loses it. */
  take(tokenHash: string, attempt: string, now: number): UploadRow | undefined {
    return this.#rows(
      `UPDATE upload SET state = 'receiving', attempt = ?, begun_at = coalesce(begun_at, ?)
       WHERE token_hash = ? AND state <> 'complete' AND expires_at > ? RETURNING *`,
      attempt,
      now,
      tokenHash,
      now,
    )[0];
  }

  /** Whether the upload is still this transfer's. */
  holds(uploadId: FileId, attempt: string): boolean {
    const sql = 'SELECT * FROM upload WHERE upload_id = ? AND attempt = ?';
    return this.#rows(sql, uploadId, attempt).length > 0;
  }

  /** Gives an upload back after a broken or refused transfer: its address is good again. */
  giveBack(uploadId: FileId, attempt: string): void {
    this.#run(
      "UPDATE upload SET state = 'open', attempt = NULL WHERE upload_id = ? AND attempt = ?",
      uploadId,
      attempt,
    );
  }

  /** Ends the address of a transfer that brought something unacceptable; a new one can be requested. */
  useUp(uploadId: FileId, attempt: string): void {
    this.#run(
      "UPDATE upload SET state = 'open', attempt = NULL, expires_at = 0 WHERE upload_id = ? AND attempt = ?",
      uploadId,
      attempt,
    );
  }

  giveAllBack(): void {
    this.#run("UPDATE upload SET state = 'open', attempt = NULL WHERE state = 'receiving'");
  }

  /** Completes the transfer and uses its address up; `false` when it lost the upload meanwhile. */
  complete(facts: Uploaded, attempt: string): boolean {
    const changed = this.#run(
      `UPDATE upload SET state = 'complete', token_hash = NULL, attempt = NULL,
         media_type = ?, size = ?, content_hash = ?, completed_at = ?
       WHERE upload_id = ? AND attempt = ?`,
      facts.mediaType,
      facts.size,
      facts.contentHash,
      facts.completedAt,
      facts.uploadId,
      attempt,
    );
    return changed > 0;
  }

  name(organisationId: OrganisationId, uploadId: FileId): void {
    this.#run(
      "UPDATE upload SET named = 1 WHERE upload_id = ? AND organisation_id = ? AND state = 'complete'",
      uploadId,
      organisationId,
    );
  }

  delete(uploadId: FileId): void {
    this.#run('DELETE FROM upload WHERE upload_id = ?', uploadId);
  }

  addDownload(tokenHash: string, uploadId: FileId, expiresAt: number): void {
    this.#run('INSERT INTO download VALUES (?, ?, ?)', tokenHash, uploadId, expiresAt);
  }

  /** The complete upload that a download address stands for. */
  downloadable(tokenHash: string, now: number): UploadRow | undefined {
    return this.#rows(
      `SELECT upload.* FROM download JOIN upload USING (upload_id)
       WHERE download.token_hash = ? AND download.expires_at > ? AND state = 'complete'`,
      tokenHash,
      now,
    )[0];
  }

  endDownload(tokenHash: string): void {
    this.#run('DELETE FROM download WHERE token_hash = ?', tokenHash);
  }

  endDownloads(now: number): void {
    this.#run('DELETE FROM download WHERE expires_at <= ?', now);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #rows(sql: string, ...values: SQLInputValue[]): UploadRow[] {
    return (this.#statement(sql).all(...values) as unknown as KeptRow[]).map(rowFrom);
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #statement(sql: string) {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}
