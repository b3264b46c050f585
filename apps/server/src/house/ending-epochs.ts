import type { Kept } from './stores.ts';

const HOUR = 60 * 60_000;

/** So long one process has to end an epoch before another goes on with it, in ms. */
const LONGEST_MS = HOUR;

/** From one end to the next, in ms: an hour before the day is over, since it is looked after hourly. */
const NEXT_MS = 23 * HOUR;

/**
 * Ends the epoch of the keys once a day, whichever process looks after it: what was erased the day
 * before can then be read in no backup of the database (GDPR 17). Undefined where there are no epochs.
 */
export const endingEpochs = ({
  leases,
  rotateEpoch,
}: Pick<Kept, 'leases' | 'rotateEpoch'>): (() => Promise<void>) | undefined => {
  if (!leases || !rotateEpoch) return undefined;
  return async () => {
    // Nobody gives this lease back: while it lasts, the epoch is young.
    const lease = await leases.acquire('epoch', 'scheduler', LONGEST_MS);
    if (!lease) return;
    await rotateEpoch();
    await leases.renew(lease, NEXT_MS);
  };
};
