import type { Position } from '@vivier/kernel';
import { start, type House, type Server, type StartOptions } from '@vivier/server';
import { processes, serversOf } from './ground.ts';

/** By the address of the process that answers, that of the one that has the feed. */
const feeds = new Map<string, string>();

/** Where subscriptions are served for a server. */
export const feedAt = (url: string): string => feeds.get(url) ?? url;

/** The house of the process that answers, whose other work is done by the others. */
const together = (houses: readonly House[]): House => {
  const [answering] = houses;
  const scheduler = houses.find(({ roles }) => roles.includes('scheduler'));
  const projector = houses.find(({ roles }) => roles.includes('projector'));
  if (!answering || !scheduler || !projector) throw new Error('A role is missing.');
  const { ticker, sagas, effects } = scheduler;
  return {
    ...answering,
    ticker,
    sagas,
    effects,
    rebuilder: projector.rebuilder,
    settled: async () => {
      for (let head: Position | undefined; head !== (await answering.store.head());) {
        head = await answering.store.head();
        for (const house of houses) await house.settled();
      }
    },
  };
};

/** Starts the product on the ground of this run: one server, or one for each role. */
export const started = async (options: StartOptions): Promise<Server> => {
  const servers = await serversOf(options.dataFolder);
  const running: Server[] = [];
  const stop = async (): Promise<void> => {
    for (const server of running.toReversed()) await server.stop();
  };
  try {
    for (const roles of processes) {
      const isFirst = running.length === 0;
      const { demo, ...others } = options;
      // The demo is made once everybody is there to follow.
      running.push(await start({ ...others, ...servers, roles, demo: isFirst && demo === true }));
    }
  } catch (failure) {
    await stop();
    throw failure;
  }
  const [first, ...rest] = running as [Server, ...Server[]];
  const feed = running.find(({ house }) => house.roles.includes('feed'));
  if (feed) feeds.set(first.url, feed.url);
  return rest.length === 0
    ? first
    : { ...first, house: together(running.map(({ house }) => house)), stop };
};
