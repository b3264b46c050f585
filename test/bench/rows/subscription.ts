import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { openBroadcast } from '../baselines/broadcast.ts';
import { inTurns, rateOf, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { organisationOf } from '../seed/folder.ts';
import { Subscribers } from '../subscribers.ts';
import type { Context, Result, Row } from '../row.ts';
import { sendCommands, type Seen } from './commands.ts';
import {
  eventsAfter,
  integratorToken,
  PERSONAL,
  positionNow,
  serving,
  webSocketOf,
} from './integrator.ts';

const SUBSCRIBERS = 1_000;
/** Events of one sample; each goes to every subscriber. */
const EVENTS = 20;
/** So many decide at once. */
const CLIENTS = 64;

const FIELDS = [
  ...['type', 'version', 'aggregate', 'key', 'at', 'commandId', 'causationId', 'correlationId'],
  ...['position', 'personId', 'data', 'by { kind id role }'],
];
/** Ten selections, each without another field; every one names the event. */
const selections = Array.from({ length: 10 }, (_, leftOut) => {
  const fields = FIELDS.filter((__, index) => index !== leftOut).join(' ');
  return `subscription Selection${leftOut}($after: Position) {
    domainEvents(after: $after) { eventId ${fields} }
  }`;
});

/** What a bare server sends: as many bytes as a subscriber of the product gets. */
const message = (): string =>
  JSON.stringify({
    id: '1',
    type: 'next',
    payload: { data: { domainEvents: { eventId: randomUUID(), data: 'e'.repeat(500) } } },
  });

/**
 * A thousand connections from another process, ten selections among them; each gets every event, presented
 * for it by the executor with the rights of its account. All must get the same events, in the log's order.
 * That a slow one is cut off and memory stays bounded is not measured here but tested (test/api).
 */
export const subscription: Row = {
  name: 'subscription',
  asks: 'How many events a second reach 1,000 subscribers, and what does one of them cost?',
  fullOnly: true,
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const place = join(folder, 'house');
    cpSync(seeded, place, { recursive: true });
    const organisationId = await organisationOf(place);
    const server = await serving(place, SUBSCRIBERS);
    const { house } = server;
    await house.settled();

    const broadcast = await openBroadcast();
    const common = { count: SUBSCRIBERS, forbidden: PERSONAL };
    const listening = await Subscribers.open({
      ...common,
      url: broadcast.url,
      token: undefined,
      query: [],
      after: null,
    });
    let sent = 0;
    const bare = async (): Promise<number> => {
      sent += EVENTS;
      const measured = await timed(async () => {
        for (let event = 0; event < EVENTS; event += 1) broadcast.send(message());
        await listening.until(sent);
      });
      return rateOf(EVENTS * SUBSCRIBERS, measured).perSecond;
    };
    await bare();

    const after = await positionNow(server);
    const head = await house.store.head();
    globalThis.gc?.();
    const { rss } = process.memoryUsage();
    const subscribers = await Subscribers.open({
      ...common,
      url: webSocketOf(server),
      token: await integratorToken(server),
      query: selections,
      after,
    });
    const next = zipf(size.dossiers, size.skew, seededRandom(seed));
    const seen: Seen = new Map();
    let made = 0;
    const own = async (): Promise<number> => {
      made += EVENTS;
      const load = { clients: CLIENTS, commands: EVENTS };
      const measured = await timed(async () => {
        await sendCommands(house, organisationId, load, seen, next);
        return subscribers.until(made);
      });
      const logged = await eventsAfter(house.store, organisationId, head);
      if (logged.count !== made || logged.sum !== measured.result.sum)
        throw new Error('The subscribers were told something else than the log holds.');
      return rateOf(EVENTS * SUBSCRIBERS, measured).perSecond;
    };
    await own();
    globalThis.gc?.();
    const kib = Math.max(0, process.memoryUsage().rss - rss) / 1024 / SUBSCRIBERS;
    const pairs = await inTurns(size.repetitions, bare, own);
    await subscribers.leave();
    await listening.leave();
    await broadcast.close();
    await server.stop();
    return {
      figures: [
        {
          what: 'events to subscribers',
          unit: '× W',
          value: spreadOf(pairs.map(([w, rate]) => rate / w)),
          target: { atLeast: 0.6 },
        },
        {
          what: 'memory of the process, a subscriber',
          unit: 'KiB',
          value: spreadOf([kib]),
          target: { atMost: 30 },
        },
      ],
      behind: {
        'W, messages/s': spreadOf(pairs.map(([w]) => w)).median,
        'events to subscribers, messages/s': spreadOf(pairs.map(([, rate]) => rate)).median,
        subscribers: SUBSCRIBERS,
        'events in a sample': EVENTS,
      },
    };
  },
};
