import type { OrganisationId } from '@vivier/kernel';
import {
  UNNAMED_LIFETIME,
  type FileId,
  type FileOwner,
  type Swept,
  type Uploaded,
} from '../port.ts';
import type { Store } from './open-files.ts';
import { uploadedFrom, type UploadRow } from './records.ts';

/** What goes: by erasure, by a removed document, or because nothing came of an upload. */
export class Removal {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  remove(organisationId: OrganisationId, fileId: FileId): void {
    const { records } = this.#store;
    records.inOne(() => {
      const row = records.upload(fileId);
      if (row?.organisation_id === organisationId) this.#delete(row);
    });
  }

  removePerson(owner: FileOwner): void {
    const { records } = this.#store;
    records.inOne(() => {
      for (const row of records.uploadsOf(owner)) this.#delete(row);
    });
  }

  async sweep(
    now: number,
    isNamed: (upload: Uploaded) => boolean | Promise<boolean>,
  ): Promise<readonly Swept[]> {
    const { records } = this.#store;
    records.endDownloads(now);
    const swept: Swept[] = [];
    for (const { upload_id } of records.unnamed()) {
      const row = records.upload(upload_id);
      const state = row && outlived(row, now);
      if (!row || !state) continue;
      if (state === 'complete' && (await isNamed(uploadedFrom(row)))) {
        records.name(row.organisation_id, upload_id);
        continue;
      }
      const removed = records.inOne(() => {
        // It may have gone on while the question was asked.
        const found = records.upload(upload_id);
        if (!found || found.named === 1 || outlived(found, now) !== state) return false;
        this.#delete(found);
        return true;
      });
      if (removed)
        swept.push({
          uploadId: upload_id,
          organisationId: row.organisation_id,
          personId: row.person_id,
          state,
          begun: row.begun_at !== null,
        });
    }
    return swept;
  }

  /** The file first: a crash in between leaves the row, by which the removal is done again. */
  #delete(row: UploadRow): void {
    this.#store.places.delete(row.upload_id);
    this.#store.records.delete(row.upload_id);
  }
}

/** As what an unnamed upload has had its time, if it has. */
function outlived(row: UploadRow, now: number): Swept['state'] | undefined {
  if (row.completed_at !== null)
    return row.completed_at + UNNAMED_LIFETIME <= now ? 'complete' : undefined;
  if (row.expires_at > now) return undefined;
  if (row.begun_at === null) return 'unused';
  return row.begun_at + UNNAMED_LIFETIME <= now ? 'broken' : undefined;
}
