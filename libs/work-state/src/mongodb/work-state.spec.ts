import { jest } from '@jest/globals';
import { databases, onServer, type TestDatabases } from '@vivier/mongodb/contract';
import { workStateContract, type OpenedWorkState } from '../contract.ts';
import type { WorkState } from '../port.ts';
import { openMongoWorkState } from './open.ts';

// A server of the tests, on a machine that does other things as well.
jest.setTimeout(120_000);

/** Each call goes to the next of several processes, so that none can rely on what it knows itself. */
const inTurn = (stores: readonly WorkState[]): WorkState => {
  let turn = 0;
  const next = (): WorkState => {
    turn += 1;
    const store = stores[turn % stores.length];
    if (!store) throw new Error('There is no store.');
    return store;
  };
  return {
    position: (saga) => next().position(saga),
    states: (saga, instances) => next().states(saga, instances),
    settings: (saga, organisationId) => next().settings(saga, organisationId),
    unreached: (saga) => next().unreached(saga),
    instancesAfter: (saga, organisationId, after, limit) =>
      next().instancesAfter(saga, organisationId, after, limit),
    planned: (saga, organisationId, instance) => next().planned(saga, organisationId, instance),
    commit: (batch) => next().commit(batch),
    due: (now, limit) => next().due(now, limit),
    nextDue: () => next().nextDue(),
    done: (entries) => next().done(entries),
    outbox: {
      position: (effect) => next().outbox.position(effect),
      take: (batch) => next().outbox.take(batch),
      due: (now, limit) => next().outbox.due(now, limit),
      nextDue: () => next().outbox.nextDue(),
      begin: (entry, until) => next().outbox.begin(entry, until),
      finish: (entry) => next().outbox.finish(entry),
      postpone: (entry, due, failure) => next().outbox.postpone(entry, due, failure),
      bury: (entry, failure) => next().outbox.bury(entry, failure),
      dead: (limit) => next().outbox.dead(limit),
      revive: (effect, eventId, due) => next().outbox.revive(effect, eventId, due),
      removeAbout: (tasks) => next().outbox.removeAbout(tasks),
    },
    close: async () => {
      for (const store of stores) await store.close();
    },
  };
};

onServer('working state on a MongoDB replica set', () => {
  let server: TestDatabases;
  let elsewhere: TestDatabases;
  beforeAll(async () => {
    server = await databases();
    elsewhere = await databases();
  });
  afterAll(async () => {
    await elsewhere.end();
    await server.end();
  });

  const opened =
    (open: (name: string) => Promise<WorkState>) => async (): Promise<OpenedWorkState> => {
      const db = server.create();
      const store = await open(db.databaseName);
      let current = store;
      return {
        store,
        reopen: async () => {
          await current.close();
          current = await open(db.databaseName);
          return current;
        },
        end: async () => {
          await current.close();
          await db.dropDatabase();
        },
      };
    };
  const by = ({ client }: TestDatabases, name: string): Promise<WorkState> =>
    openMongoWorkState({ client, db: client.db(name) });

  workStateContract(
    'in a MongoDB',
    opened((name) => by(server, name)),
  );
  workStateContract(
    'in a MongoDB that two processes use in turn',
    opened(async (name) => inTurn([await by(server, name), await by(elsewhere, name)])),
  );
});
