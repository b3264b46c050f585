import type { Clock } from '@vivier/kernel';
import { oneAtATime } from './one-at-a-time.ts';

/** Something with deadlines of its own: the sagas' agenda, the outbox. */
export interface Dated {
  /** Does what is due at this moment. */
  sendDue(): Promise<void>;
  /** When there is something to do next, in ms since 1970. */
  nextDue(): Promise<number | undefined>;
}

/** Housekeeping that is done over and over; doing it twice does no harm. */
export interface Chore {
  readonly name: string;
  /** ms between two times. */
  readonly every: number;
  readonly run: (now: number) => Promise<void>;
}

export interface TickerPorts {
  readonly clock: Clock;
  readonly dated: readonly Dated[];
  readonly chores: readonly Chore[];
  /** Without it time passes only by {@link Ticker.tick}: for clocks that are set by hand. */
  readonly automatic: boolean;
  readonly onFailure?: (what: string, error: unknown) => void;
}

export interface Ticker {
  /** Does all that is due at this moment. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** It looks at the clock at least this often, in ms: a clock may be set. */
const LONGEST_NAP = 1_000;

/**
 * Watches the clock for everything that has deadlines: one timer whatever their number. Nothing is lost
 * when it is stopped or killed, since deadlines lie in the stores and chores begin anew.
 */
export const startTicker = (ports: TickerPorts): Ticker => {
  const { clock, dated, chores, onFailure } = ports;
  const lastDone = new Map<Chore, number>();
  const alone = oneAtATime();
  let stopped = false;
  /** Whether something failed at the last tick: then the next one comes not before a while. */
  let failed = false;
  let timer: NodeJS.Timeout | undefined;

  const guarded = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // One that fails does not keep the others from their time; it comes again in its turn.
      failed = true;
      onFailure?.(what, error);
    }
  };

  const tick = (): Promise<void> =>
    alone(async () => {
      if (stopped) return;
      failed = false;
      for (const one of dated) await guarded('deadlines', () => one.sendDue());
      const now = clock.now();
      for (const chore of chores) {
        const last = lastDone.get(chore);
        // A clock that was set back must not stop the housekeeping until it has caught up.
        if (last !== undefined && last <= now && now - last < chore.every) continue;
        await guarded(chore.name, () => chore.run(now));
        lastDone.set(chore, now);
      }
    });

  const nap = async (): Promise<number> => {
    if (failed) return LONGEST_NAP;
    const dues = await Promise.all(dated.map((one) => one.nextDue().catch(() => undefined)));
    const next = Math.min(...dues.filter((due) => due !== undefined), Infinity);
    return Math.max(10, Math.min(LONGEST_NAP, next - clock.now()));
  };

  const sleep = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      tick().then(schedule, schedule);
    }, ms);
  };
  const schedule = (): void => {
    nap().then(sleep, () => {
      sleep(LONGEST_NAP);
    });
  };
  if (ports.automatic) schedule();

  return {
    tick,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await alone(() => Promise.resolve());
    },
  };
};
