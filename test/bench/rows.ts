import type { Row, Skipped } from './row.ts';
import { boot } from './rows/boot.ts';
import { commandMany, commandOne } from './rows/command.ts';
import { erasing } from './rows/erase.ts';
import { feed } from './rows/feed.ts';
import { graphqlList } from './rows/graphql-list.ts';
import { growth } from './rows/growth.ts';
import { hostile } from './rows/hostile.ts';
import { loading } from './rows/load.ts';
import { queues } from './rows/queues.ts';
import { rebuild } from './rows/rebuild.ts';
import { onFacade, onMongo } from './rows/on-servers.ts';
import { peers } from './rows/peers.ts';
import { projectionLag } from './rows/projection-lag.ts';
import { rebuildLive } from './rows/rebuild-live.ts';
import { subscription } from './rows/subscription.ts';
import { timers } from './rows/timers.ts';

/** The suite, in the order in which it runs. */
export const rows: readonly (Row | Skipped)[] = [
  commandOne,
  commandMany,
  loading,
  rebuild,
  rebuildLive,
  projectionLag,
  graphqlList,
  queues,
  boot,
  timers,
  growth,
  erasing,
  hostile,
  subscription,
  feed,
  onFacade,
  onMongo,
  peers,
];
