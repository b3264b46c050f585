import type { PersonId } from '@vivier/kernel';

/** How long an unconfirmed claim is safe from others, in ms. */
export const CLAIM_GRACE_MS = 15 * 60 * 1000;

/** Addresses that differ only in white space around, case or Unicode composition are one address. */
export const comparableEmail = (email: string): string =>
  email.trim().normalize('NFC').toLowerCase().normalize('NFC');

/** The first two bytes of an address's hash: they find it, and confirm no guess once the rest is gone. */
export const bucketOf = (address: Buffer): number => address.readUInt16BE(0);

/** A claim as it stands. */
export interface Held {
  readonly person: PersonId;
  readonly at: number;
  readonly isConfirmed: boolean;
  readonly apart: string;
}

interface Asked {
  readonly personOf: (apart: string) => PersonId;
  readonly at: number;
  readonly graceMs: number;
  /** The random text of a claim that begins now. */
  readonly fresh: string;
}

/** What the claim will be when it is given; `undefined` where the address is taken. */
export const granted = (
  held: Held | undefined,
  { personOf, at, graceMs, fresh }: Asked,
): { readonly personId: PersonId; readonly apart: string; readonly since: number } | undefined => {
  if (held !== undefined && held.person === personOf(held.apart)) {
    return { personId: held.person, apart: held.apart, since: Math.max(at, held.at) };
  }
  if (held !== undefined && (held.isConfirmed || at - held.at <= graceMs)) return undefined;
  return { personId: personOf(fresh), apart: fresh, since: at };
};
