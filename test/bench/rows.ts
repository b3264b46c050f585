import type { Row, Skipped } from './row.ts';
import { boot } from './rows/boot.ts';
import { commandMany, commandOne } from './rows/command.ts';
import { graphqlList } from './rows/graphql-list.ts';
import { growth } from './rows/growth.ts';
import { hostile } from './rows/hostile.ts';
import { loading } from './rows/load.ts';
import { rebuild } from './rows/rebuild.ts';
import { timers } from './rows/timers.ts';

/** The suite, in the order in which it runs. */
export const rows: readonly (Row | Skipped)[] = [
  commandOne,
  commandMany,
  loading,
  rebuild,
  graphqlList,
  boot,
  timers,
  growth,
  hostile,
];
