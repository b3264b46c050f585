import type { Running } from './running.ts';

/** An ISO-8601 instant. */
type Instant = string;

/**
 * Lets time pass until an instant, from deadline to deadline, so that everything happens at its own time and
 * in its order.
 */
export const passUntil = async (
  { clock, server: { house } }: Pick<Running, 'clock' | 'server'>,
  until: Instant,
): Promise<void> => {
  const target = Date.parse(until);
  for (;;) {
    await house.settled();
    const dues = await Promise.all([house.sagas.nextDue(), house.effects.nextDue()]);
    const next = Math.min(...dues.filter((due) => due !== undefined), target);
    if (next > clock.now()) clock.set(next);
    await house.ticker.tick();
    await house.settled();
    if (next >= target) return;
  }
};

/** Everything that follows from what was done so far has happened. */
export const settled = ({ server: { house } }: Pick<Running, 'server'>): Promise<void> =>
  house.settled();
