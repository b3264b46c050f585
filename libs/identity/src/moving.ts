import type { Db } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { AccountId } from './port.ts';
import type { AccountSecrets } from './mongodb/secrets.ts';

/** Accounts in a file, and the database that they are to stand in. */
export interface AccountsMove {
  /** The SQLite file of the embedded accounts. */
  readonly file: string;
  /** A database that nobody else uses meanwhile. */
  readonly db: Db;
  readonly secrets: AccountSecrets;
  /** Whether an account's person was erased: its secrets cannot be sealed any more, and it stays behind. */
  readonly isErased: (
    organisationId: OrganisationId,
    personId: PersonId,
    accountId: AccountId,
  ) => boolean;
  /** Told after each account, or batch, how many have been dealt with. */
  readonly tell?: (done: number) => void;
}

/** What a move dealt with. */
export interface MovedAccounts {
  readonly organisations: number;
  readonly accounts: number;
  /** What is not the same in both; a move only counts, a comparison looks. */
  readonly differing: number;
}

/**
 * Copies organisations and accounts, with the hashes of addresses and passwords as they are. Login
 * sessions stay behind: everybody signs in again. What is there already stays.
 */
export const moveAccounts = async (move: AccountsMove): Promise<MovedAccounts> =>
  (await import('./mongodb/moving.ts')).moveAccounts(move);

/** Whether every organisation and account is the same in both. */
export const compareAccounts = async (move: AccountsMove): Promise<MovedAccounts> =>
  (await import('./mongodb/moving.ts')).compareAccounts(move);
