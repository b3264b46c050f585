import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { syncedAppends } from '../baselines/disk.ts';
import { BareLog } from '../baselines/log.ts';
import { inTurns, quantile, rateOf, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { sharedNow } from '../metronome.ts';
import { organisationOf } from '../seed/folder.ts';
import { filesOf } from '../seed/parts.ts';
import { Subscribers } from '../subscribers.ts';
import type { Context, Result, Row } from '../row.ts';
import { decideOn, type Seen } from './commands.ts';
import { eventsAfter, integratorToken, PERSONAL, serving, webSocketOf } from './integrator.ts';

/** Commands of one sample in quick, one after the other, each waited for. */
const COMMANDS = 500;

/**
 * One integrator, in a process of its own, reads the organisation's whole past over a WebSocket, every
 * field, no personal value granted; then each event as it comes. Every event must come once, in the log's
 * order, and no personal value with it.
 */
export const feed: Row = {
  name: 'feed',
  asks: 'How fast does an integrator catch up, and how soon does it learn what happens?',
  fullOnly: true,
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const place = join(folder, 'house');
    cpSync(seeded, place, { recursive: true });
    const organisationId = await organisationOf(place);
    const server = await serving(place);
    const { house } = server;
    // Loaded where it is needed alone: every row pays for what is imported.
    const { feedQuery } = await import('../../support/feed.ts');
    const told = {
      url: webSocketOf(server),
      token: await integratorToken(server),
      query: [feedQuery],
      after: null,
      count: 1,
      forbidden: PERSONAL,
    };
    const bare = new BareLog(filesOf(place).log);
    const whole = () => eventsAfter(house.store, organisationId);
    const past = await whole();
    await house.settled();

    const baseline = async () => {
      const measured = await timed(() => bare.readAndParse());
      return rateOf(measured.result, measured).perSecond;
    };
    const catchUp = async (): Promise<number> => {
      const subscriber = await Subscribers.open(told);
      const { at, sum } = await subscriber.until(past.count);
      await subscriber.leave();
      if (sum !== past.sum) throw new Error('The feed told something else than the log.');
      return past.count / ((at - subscriber.opened) / 1000);
    };
    await baseline();
    await catchUp();
    const pairs = await inTurns(size.repetitions, baseline, catchUp);
    bare.close();

    const next = zipf(size.dossiers, size.skew, seededRandom(seed));
    const seen: Seen = new Map();
    const subscriber = await Subscribers.open(told);
    let messages = past.count;
    await subscriber.until(messages);
    const live = async (): Promise<readonly number[]> => {
      const waits: number[] = [];
      for (let sent = 0; sent < COMMANDS * size.longer; sent += 1) {
        await decideOn(house, organisationId, seen, next());
        const acknowledged = sharedNow();
        messages += 1;
        const { arrivals } = await subscriber.until(messages);
        const at = arrivals.at(-1) ?? Number.NaN;
        // It may be there before its sender knows of it.
        waits.push(Math.max(0, at - acknowledged) / 1000);
      }
      return waits;
    };
    await live();
    const f = () => syncedAppends(place, 0.2 * size.longer);
    const lives = await inTurns(size.repetitions, f, live);
    const { sum } = await subscriber.until(messages);
    if (sum !== (await whole()).sum) throw new Error('The feed told something else than the log.');
    await subscriber.leave();
    await server.stop();
    const over = (of: (base: number, waits: readonly number[]) => number) =>
      spreadOf(lives.map(([base, waits]) => of(base, waits)));
    return {
      figures: [
        {
          what: 'catching up, events',
          unit: '× R',
          value: spreadOf(pairs.map(([r, own]) => own / r)),
          target: { atLeast: 0.8 },
        },
        {
          what: 'live: acknowledged to received, p50',
          unit: '× 1/F',
          value: over((base, waits) => quantile(waits, 0.5) * base),
        },
        {
          what: 'live: acknowledged to received, p99',
          unit: '× 1/F',
          value: over((base, waits) => quantile(waits, 0.99) * base),
        },
      ],
      behind: {
        events: past.count,
        'R, events/s': spreadOf(pairs.map(([r]) => r)).median,
        'catching up, events/s': spreadOf(pairs.map(([, own]) => own)).median,
        'live p50, ms': over((_, waits) => quantile(waits, 0.5) * 1000).median,
        'live p99, ms': over((_, waits) => quantile(waits, 0.99) * 1000).median,
      },
    };
  },
};
