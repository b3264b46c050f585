import { DatabaseSync } from 'node:sqlite';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { KeyId } from '../scope-key.ts';

/** A living key, wrapped by its organisation's master key. */
export interface KeyToMove extends KeyId {
  readonly wrapped: Uint8Array;
}

/** A claim with what it hides. */
export interface ClaimToMove {
  /** Names it within its file; it follows from nothing that somebody could guess. */
  readonly slot: number;
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly bucket: number;
  /** ms since 1970. */
  readonly at: number;
  readonly isConfirmed: boolean;
  readonly address: Uint8Array;
  readonly apart: string;
}

/** What is in a key file that nobody writes to any more. Only reads. */
export class KeysToMove {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  }

  *keys(): Generator<KeyToMove> {
    const rows = this.#database.prepare(
      'SELECT organisation, person, scope, bytes FROM keys JOIN slots ON slots.id = keys.slot',
    );
    for (const row of rows.iterate())
      yield {
        organisationId: row['organisation'] as OrganisationId,
        personId: row['person'] as PersonId,
        scope: row['scope'] as Scope,
        wrapped: row['bytes'] as Uint8Array,
      };
  }

  *claims(): Generator<ClaimToMove> {
    const rows = this.#database.prepare(
      'SELECT claims.*, bytes FROM claims JOIN slots ON slots.id = claims.slot',
    );
    for (const row of rows.iterate())
      yield {
        slot: row['slot'] as number,
        organisationId: row['organisation'] as OrganisationId,
        personId: row['person'] as PersonId,
        bucket: row['bucket'] as number,
        at: row['at'] as number,
        isConfirmed: row['confirmed'] === 1,
        address: row['bytes'] as Uint8Array,
        apart: row['apart'] as string,
      };
  }

  close(): void {
    this.#database.close();
  }
}
