import { randomUUID } from 'node:crypto';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import type { IdentityOptions } from './identity.ts';
import type { AccountId, Identity, NewAccount } from './port.ts';
import { SignInRefused } from './refusals.ts';

export const newOrganisation = () => randomUUID() as OrganisationId;
export const newPerson = () => randomUUID() as PersonId;
export const PASSWORD = 'correct horse battery';

/** A hand-set clock. */
export class HandClock {
  constructor(public at = Date.UTC(2026, 0, 1)) {}
  now(): number {
    return this.at;
  }
  pass(ms: number): void {
    this.at += ms;
  }
}

export const newAccount = (
  organisationId: OrganisationId,
  more: Partial<NewAccount> = {},
): NewAccount => ({
  accountId: randomUUID() as AccountId,
  organisationId,
  personId: newPerson(),
  role: 'operator',
  email: 'ada@example.org',
  password: PASSWORD,
  ...more,
});

/** The code that something was refused with, or what it gave instead. */
export const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ accepted: value }),
    (failure: unknown) => (failure instanceof SignInRefused ? failure.code : failure),
  );

/** Where the identities of a contract keep their accounts. */
export interface Ground {
  /** Whether several identities may stand on it at once, as several processes would. */
  readonly isShared: boolean;
  /** Leaves nothing of what was there. */
  empty(): Promise<void>;
  /** An identity on what is there. */
  open(more: GroundOptions): Promise<Identity>;
}

export type GroundOptions = Pick<IdentityOptions, 'clock'> & Partial<IdentityOptions>;

/** A cost that tests can pay. */
export const CHEAP = { memoryKiB: 64, passes: 1, parallelism: 1 };
