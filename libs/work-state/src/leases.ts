/** What one process has for itself, until it gives it back or does not renew it in time. */
export interface Lease {
  readonly name: string;
  /**
   * Rises with every new holder. Whatever is written for the lease shows it, so that a holder who was
   * paused for longer than he had it writes nothing over his successor's work.
   */
  readonly number: number;
  /** ms since 1970 by the clock of the store, which may differ from any process's; Infinity: for good. */
  readonly until: number;
}

/** Who of several processes does what only one may do at a time. The store's clock alone counts. */
export interface Leases {
  /**
   * Resolves with undefined while somebody has it, the same holder included.
   *
   * @param holder what to call the process, for whoever looks into the store
   * @param ms how long it is had, from now; RangeError where it is no whole number above 0
   */
  acquire(name: string, holder: string, ms: number): Promise<Lease | undefined>;
  /** Has it for so long from now; undefined where it was given back, or somebody else has had it since. */
  renew(lease: Lease, ms: number): Promise<Lease | undefined>;
  /** Gives it back: nothing is written under its number any more. One that is lost is no mistake. */
  release(lease: Lease): Promise<void>;
}

/** Checks a time, for any adapter. Throws RangeError. */
export const checkTime = (ms: number): void => {
  if (!Number.isSafeInteger(ms) || ms <= 0)
    throw new RangeError(`A lease is had for a whole number of ms above 0, not for ${ms}.`);
};
