import type { Db } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { FileId } from './port.ts';

/** A document store in a folder, and the database that it is to lie in. */
export interface FilesMove {
  /** The sealed files lie in `<folder>/files`. */
  readonly folder: string;
  /** Path of the database of uploads and addresses. */
  readonly database: string;
  /** A database that nobody else uses meanwhile. */
  readonly db: Db;
  /** Whether the key of an upload is destroyed: its record goes along, its bytes stay behind. */
  readonly isErased: (
    organisationId: OrganisationId,
    personId: PersonId,
    uploadId: FileId,
  ) => boolean;
  /** Told after each upload how many have been dealt with. */
  readonly tell?: (done: number) => void;
}

/** What a move dealt with. */
export interface MovedFiles {
  readonly uploads: number;
  /** Of them, complete ones whose sealed bytes went along. */
  readonly files: number;
  readonly bytes: number;
  /** Complete uploads whose file was missing before. */
  readonly missing: number;
  /** What is not the same in both; a move only counts, a comparison looks. */
  readonly differing: number;
}

/**
 * Copies uploads with their sealed bytes as they are, under the same keys. Addresses for downloads stay
 * behind: one asks for another. What is there already stays.
 */
export const moveFiles = async (move: FilesMove): Promise<MovedFiles> =>
  (await import('./mongodb/moving.ts')).moveFiles(move);

/** Whether every record is the same in both, and every file by the SHA-256 of its sealed bytes. */
export const compareFiles = async (move: FilesMove): Promise<MovedFiles> =>
  (await import('./mongodb/moving.ts')).compareFiles(move);
