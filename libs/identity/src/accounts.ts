import type { Identified, StoredAccount } from './account-store.ts';
import type { Account } from './port.ts';
import { SignInRefused } from './refusals.ts';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Throws `SlugInvalid`. */
export const requireSlug = (slug: string): void => {
  if (!SLUG.test(slug) || slug.length < 2 || slug.length > 63) {
    throw new SignInRefused('SlugInvalid');
  }
};

/** Throws `ZoneUnknown`. */
export const requireZone = (zone: string): void => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new SignInRefused('ZoneUnknown');
  }
};

/** However an address is spelled. */
export const comparable = (email: string): string =>
  email.trim().normalize('NFC').toLowerCase().normalize('NFC');

/** Two bytes find an address quickly and confirm no guess once the rest is gone. */
export const bucketOf = (address: Buffer): number => address.readUInt16BE(0);

export const withoutSecret = ({
  password: _password,
  sealed: _sealed,
  ...account
}: StoredAccount): Account => account;

/** What stands in the way of an account, or is it already. Throws `AccountExists`, `AddressTaken`. */
export const standing = <Found extends Account>(
  asked: Identified,
  sameId: Found | undefined,
  sameAddress: Account | undefined,
): Found | undefined => {
  if (sameId !== undefined && sameId.organisationId !== asked.organisationId) {
    throw new SignInRefused('AccountExists');
  }
  if (sameId === undefined && sameAddress !== undefined) throw new SignInRefused('AddressTaken');
  return sameId;
};
