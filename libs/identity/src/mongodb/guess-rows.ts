import { randomUUID } from 'node:crypto';
import { isDuplicate } from '@vivier/mongodb/driver';
import type { Attempted } from '../account-store.ts';
import { EVERYWHERE, KNOWN_FOR, MOST_KNOWN, requireRoom, WINDOW } from '../guess-limits.ts';
import type { AccountRow, GuessesRow, Rows } from './collections.ts';

/** How far the clocks of two processes may lie apart, in ms, without one forgetting the other's counts. */
const CLOCKS_APART = 60_000;

/** What a counted attempt is found by again. */
export interface CountedAttempt {
  readonly account: string;
  readonly address: string;
  readonly id: string;
  readonly at: number;
}

/**
 * Attempts to sign in, counted in the database for all processes; what they may be is said in
 * `guess-limits.ts`. The attempts on one account are one document, which is changed only as it was read:
 * of two processes that find the last place free, one finds it taken.
 */
export class GuessRows {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Counts an attempt before its password is compared. Rejects with `TooManyAttempts`. */
  async begin({ account, address, known }: Attempted, now: number): Promise<CountedAttempt> {
    const [_id, from] = [account.toString('base64url'), address.toString('base64url')];
    const [row, everywhere] = await Promise.all([
      known && this.#rows.accounts.findOne({ _id: known.accountId }, { projection: { known: 1 } }),
      this.#hundredth(from, now),
    ]);
    const isKnown = row?.known.some(isSame(known!.place, now)) ?? false;
    for (;;) {
      const before = await this.#rows.guesses.findOne({ _id }, { readConcern: 'local' });
      const counted = before?.attempts.filter(({ at }) => counts(at, now)) ?? [];
      // A refusal writes nothing: refusing must cost less than asking.
      const youngestFirst = counted
        .map((one) => ({
          at: Math.min(one.at, now),
          isFromSameAddress: one.address === from,
          isKnown: one.isKnown,
        }))
        .sort((one, other) => other.at - one.at);
      requireRoom(youngestFirst, isKnown, everywhere, now);
      const attempt = { id: randomUUID(), at: now, address: from, isKnown };
      const next = { etag: randomUUID(), last: now, attempts: [...counted, attempt] };
      if (!(await this.#replaced(_id, before, next))) continue;
      await this.#forget(now);
      return { account: _id, address: from, id: attempt.id, at: now };
    }
  }

  /** It was wrong. */
  async missed({ address, at }: CountedAttempt): Promise<void> {
    const change = {
      $push: { wrong: { $each: [at], $slice: -EVERYWHERE } },
      $max: { last: at },
    };
    const add = () => this.#rows.addresses.updateOne({ _id: address }, change, { upsert: true });
    await add().catch((failure: unknown) => {
      if (!isDuplicate(failure)) throw failure;
      return add();
    });
  }

  /** It was right, or none. */
  async removed({ account, id }: CountedAttempt): Promise<void> {
    await this.#rows.guesses.updateOne(
      { _id: account },
      { $pull: { attempts: { id } }, $set: { etag: randomUUID() } },
    );
  }

  async #replaced(
    _id: string,
    before: GuessesRow | null,
    next: Omit<GuessesRow, '_id'>,
  ): Promise<boolean> {
    if (before !== null) {
      const filter = { _id, etag: before.etag };
      return (await this.#rows.guesses.updateOne(filter, { $set: next })).matchedCount > 0;
    }
    try {
      await this.#rows.guesses.insertOne({ _id, ...next });
      return true;
    } catch (failure) {
      if (isDuplicate(failure)) return false;
      throw failure;
    }
  }

  /** When the address guessed wrong the hundredth time within the window, if it did. */
  async #hundredth(address: string, now: number): Promise<number | undefined> {
    const row = await this.#rows.addresses.findOne({ _id: address });
    const wrong = row?.wrong.filter((at) => counts(at, now)).map((at) => Math.min(at, now)) ?? [];
    return wrong.sort((one, other) => other - one)[EVERYWHERE - 1];
  }

  /** A clock that was set back must not keep counts longer than they are meant to last. */
  async #forget(now: number): Promise<void> {
    const old = { $or: [{ last: { $lte: now - WINDOW } }, { last: { $gt: now + CLOCKS_APART } }] };
    await this.#rows.guesses.deleteMany(old);
    await this.#rows.addresses.deleteMany(old);
  }
}

const counts = (at: number, now: number): boolean => at > now - WINDOW && at <= now + CLOCKS_APART;

const isSame = (place: number, now: number) => (known: { place: number; at: number }) =>
  known.place === place && known.at > now - KNOWN_FOR;

/** The places of an account with one more, or with one seen again. */
export const withPlace = (
  { known }: AccountRow,
  place: number,
  now: number,
): AccountRow['known'] => [
  { place, at: now },
  ...known
    .filter((one) => one.place !== place && one.at > now - KNOWN_FOR)
    .slice(0, MOST_KNOWN - 1),
];
