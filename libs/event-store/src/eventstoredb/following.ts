import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import { matching } from '../filter.ts';
import { StoreUnavailable } from '../port.ts';
import type { RecordFilter, SubscriptionMessage } from '../port.ts';
import type { LiveLog, Step } from './live-log.ts';
import { PAGE } from './log-pages.ts';
import type { LogPages } from './log-pages.ts';
import { backoff } from './patience.ts';
import type { Waiting } from './patience.ts';
import { UnusableEventStore } from './unusable.ts';

export interface Following {
  readonly live: LiveLog;
  readonly pages: LogPages;
  readonly waiting: Waiting;
  readonly interrupted: (error: unknown) => void;
}

export interface Subscribing {
  readonly after: Position;
  readonly filter?: RecordFilter;
  readonly signal: AbortSignal;
}

/**
 * One subscriber. The consumer pulls: what is kept of the log's end comes from there, what lies before it
 * is read; a server that goes away is waited for.
 */
export async function* follow(
  following: Following,
  { after, filter, signal }: Subscribing,
): AsyncGenerator<SubscriptionMessage, void> {
  if (signal.aborted) return;
  const { live } = following;
  const wanted = matching(filter);
  const leave = live.enter();
  try {
    let at = Math.max(after, START) as Position;
    let told: Position | undefined;
    let failures = 0;
    while (!signal.aborted) {
      const { seen } = live;
      const kept = live.since(at, PAGE);
      if (kept === undefined && seen === undefined) {
        await live.news(signal);
        continue;
      }
      const step = kept ?? (await past(following, { at, seen: seen!, filter, signal }));
      if (step === undefined) {
        failures += 1;
        await following.waiting.pause(backoff(failures, following.waiting.random), signal);
        continue;
      }
      failures = 0;
      const { records, next } = step;
      at = Math.max(at, next) as Position;
      const passed = records.filter(wanted);
      if (passed.length > 0) yield { kind: 'records', records: passed };
      if (records.length > 0) continue;
      if (told !== at && live.isAtEnd(at)) {
        told = at;
        yield { kind: 'caughtUp', position: at };
      } else if (kept !== undefined) {
        await live.news(signal);
      }
    }
  } finally {
    leave();
  }
}

interface Behind {
  readonly at: Position;
  /** How far the live log had been seen before the page was asked for. */
  readonly seen: Position;
  readonly filter: RecordFilter | undefined;
  readonly signal: AbortSignal;
}

/** A page of what lies before what is kept; undefined where it must be tried again later. */
async function past(
  { pages, interrupted }: Following,
  { at, seen, filter, signal }: Behind,
): Promise<Step | undefined> {
  try {
    const request = { after: at, direction: 'forwards', filter, size: PAGE } as const;
    const { records, next } = await pages.page(request, signal);
    if (signal.aborted) return undefined;
    // Where the log ended, it ended behind all that had been seen by then.
    const end = Math.max(records.at(-1)?.position ?? START, seen) as Position;
    return { records, next: next ?? end };
  } catch (error) {
    if (signal.aborted) return undefined;
    const isForLater = error instanceof StoreUnavailable || error instanceof UnusableEventStore;
    if (!isForLater) throw error;
    interrupted(error);
    return undefined;
  }
}
