import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Attempted } from './account-store.ts';
import type { AccountId } from './port.ts';
import { SignInRefused } from './refusals.ts';

/** How long a wrong attempt counts, in ms: nobody waits longer for its room. */
export const WINDOW = 15 * 60_000;

/** How many attempts may count at a time. Five a quarter of an hour are 20 an hour. */
const ACCOUNT = 5;
/** Of these, from addresses where the account never signed in. */
const STRANGERS = 4;
/** Of these, from one address. */
const ONE_ADDRESS = 3;
/** From one address over all accounts. */
export const EVERYWHERE = 100;

/** How long an address stays known to an account, in ms, and how many do. */
export const KNOWN_FOR = 30 * 24 * 60 * 60_000;
export const MOST_KNOWN = 10;

/** An attempt on an account that counts, as it is needed to tell whether there is room. */
export interface Counted {
  readonly at: number;
  readonly isFromSameAddress: boolean;
  readonly isKnown: boolean;
}

/**
 * Limits attempts to sign in, so that guessing does not pay (ASVS 6.3.1; OWASP, "Slow down online
 * guessing attacks"). An account is organisation and address, known or not: both count alike.
 *
 * What holds: at most 20 passwords an hour are compared for one account, from however many addresses.
 * Every count forgets within 15 minutes, so no refusal asks for a longer wait. One address that keeps
 * guessing takes three of an account's five places, thus a right password from any other address gets
 * in at once. Against several such addresses the fifth place is kept for addresses where the account
 * signed in during the last 30 days: a right password gets in from there. A new device at a new address
 * while many addresses keep guessing cannot be told from them, and waits until they pause.
 *
 * Counts are durable before a password is compared, so that neither a restart nor a crash buys guesses.
 * They hold keyed hashes alone, for a quarter of an hour, and say nothing about whether the account
 * exists. All instants are in ms since 1970, from the caller's clock.
 *
 * Throws `TooManyAttempts` where there is no room for one more.
 *
 * @param counted the attempts on the account within the window, the youngest first
 * @param everywhere when the address guessed wrong the hundredth time within the window, if it did
 */
export const requireRoom = (
  counted: readonly Counted[],
  isKnown: boolean,
  everywhere: number | undefined,
  now: number,
): void => {
  const own = counted.filter(({ isFromSameAddress }) => isFromSameAddress);
  const strangers = counted.filter((one) => !one.isKnown);
  const full = [
    counted[ACCOUNT - 1]?.at,
    own[ONE_ADDRESS - 1]?.at,
    isKnown ? undefined : strangers[STRANGERS - 1]?.at,
    everywhere,
  ].flatMap((at) => (at === undefined ? [] : [at + WINDOW]));
  if (full.length === 0) return;
  throw new SignInRefused('TooManyAttempts', Math.ceil((Math.max(...full) - now) / 1000));
};

export interface Attempt {
  /** The organisation's slug as it was sent, whether or not there is one. */
  readonly organisation: string;
  /** The address as it is compared, whether or not it has an account. */
  readonly email: string;
  /** Where the attempt comes from. */
  readonly from: string;
}

/** The keyed hashes by which attempts are counted. */
export class GuessHashes {
  readonly #key: KeyObject;

  constructor(issuerKey: KeyObject) {
    const secret = issuerKey.export({ type: 'pkcs8', format: 'der' });
    this.#key = createSecretKey(
      new Uint8Array(hkdfSync('sha256', secret, '', 'vivier sign-in attempts', 32)),
    );
  }

  account({ organisation, email }: Attempt): Buffer {
    return this.#hash('account', organisation, email).subarray(0, 8);
  }

  attempted(attempt: Attempt, accountId: AccountId | undefined): Attempted {
    const account = this.account(attempt);
    const address = this.#hash('from', attempt.from).subarray(0, 8);
    if (accountId === undefined) return { account, address };
    // Two bytes know an address again well enough, and tell nobody which one it was.
    const place = this.#hash('known', accountId, attempt.from).readUInt16BE(0);
    return { account, address, known: { accountId, place } };
  }

  #hash(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest();
  }
}
