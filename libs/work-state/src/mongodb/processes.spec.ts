import { jest } from '@jest/globals';
import { START, type EventId, type OrganisationId, type Position } from '@vivier/kernel';
import { databases, onServer, wire, type Fate, type TestDatabases } from '@vivier/mongodb/contract';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type OutboxEntry,
  type OutboxTask,
  type SharedWorkState,
} from '../port.ts';
import { openMongoWorkState } from './open.ts';

jest.setTimeout(120_000);

const AMIENS = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const SAGA = 'consentRenewal';
const EFFECT = 'sendMail';
const NOON = 1_780_000_000_000;
const ALL = 1_000;

const at = (position: number): Position => position as Position;

const entry = (instance: string, key: string, due: number): AgendaEntry => ({
  organisationId: AMIENS,
  saga: SAGA,
  instance,
  key,
  due,
  payload: `{"remind":"${key}"}`,
});

const instanceOf = (instance: string, state: string, ...agenda: readonly AgendaEntry[]) => ({
  organisationId: AMIENS,
  instance,
  state,
  agenda,
});

const task = (event: string): OutboxTask => ({
  organisationId: AMIENS,
  effect: EFFECT,
  eventId: event as EventId,
  task: `{"about":"${event}"}`,
});

const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

onServer('two processes with the same working state on a MongoDB', () => {
  let server: TestDatabases;
  let elsewhere: TestDatabases;
  let here: SharedWorkState;
  let there: SharedWorkState;
  let name: string;
  beforeAll(async () => {
    server = await databases();
    elsewhere = await databases();
  });
  beforeEach(async () => {
    name = server.create().databaseName;
    [here, there] = await Promise.all([by(server), by(elsewhere)]);
  });
  afterAll(async () => {
    await elsewhere.end();
    await server.end();
  });
  const by = ({ client }: Pick<TestDatabases, 'client'>): Promise<SharedWorkState> =>
    openMongoWorkState({ client, db: client.db(name) });

  test('store one of eight batches from one place, again and again, and tell the others', async () => {
    for (const from of [START, at(0), at(1), at(2)]) {
      const outcomes = await Promise.allSettled(
        range(8).map((n) =>
          (n % 2 === 0 ? here : there).commit({
            saga: SAGA,
            from,
            to: at(from + 1),
            instances: [instanceOf(`${from}`, `${n}`, entry(`${from}`, `of ${n}`, 1))],
          }),
        ),
      );
      const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
      const refused = outcomes.flatMap((one) =>
        one.status === 'rejected' ? [one.reason as unknown] : [],
      );
      expect(refused).toHaveLength(7);
      for (const reason of refused) {
        expect(reason).toBeInstanceOf(SagaPositionMoved);
        expect(reason).toMatchObject({ saga: SAGA, stored: from + 1 });
      }
      const place = [{ organisationId: AMIENS, instance: `${from}` }];
      expect(await there.states(SAGA, place)).toEqual([`${won}`]);
      const stored = (await here.due(1, ALL)).filter(({ instance }) => instance === `${from}`);
      expect(stored).toEqual([entry(`${from}`, `of ${won}`, 1)]);
    }
  });

  test('fold one log together: each event counts once, whoever was first', async () => {
    const LAST = 25;
    const place = [{ organisationId: AMIENS, instance: 'a' }];
    let refusals = 0;
    /** As a runner does: from what is stored, and from there again when another was first. */
    const fold = async (store: SharedWorkState): Promise<void> => {
      for (let from = await store.position(SAGA); from < LAST;) {
        const [state = ''] = await store.states(SAGA, place);
        const to = at(from + 1);
        const instances = [instanceOf('a', `${state}${to} `, entry('a', `after ${to}`, to))];
        try {
          await store.commit({ saga: SAGA, from, to, instances });
          from = to;
        } catch (error) {
          if (!(error instanceof SagaPositionMoved)) throw error;
          refusals += 1;
          from = error.stored;
        }
      }
    };
    await Promise.all([fold(here), fold(there), fold(here)]);
    expect(refusals).toBeGreaterThan(0);
    expect(await here.states(SAGA, place)).toEqual([
      range(LAST + 1)
        .map((n) => `${n} `)
        .join(''),
    ]);
    expect(await there.due(ALL, ALL)).toEqual([entry('a', `after ${LAST}`, LAST)]);
  });

  test('keep what one plans anew while the other is done with what it had read', async () => {
    for (const round of range(10)) {
      const from = await here.position(SAGA);
      const read = [entry('a', `old ${round}`, 1), entry('b', `done ${round}`, 1)];
      const [a, b] = [
        instanceOf('a', '1', ...read.slice(0, 1)),
        instanceOf('b', '1', ...read.slice(1)),
      ];
      await here.commit({ saga: SAGA, from, to: at(from + 1), instances: [a, b] });
      const due = await there.due(1, ALL);
      expect(due).toEqual(read);
      const later = entry('a', `old ${round}`, 2);
      const commit = here.commit({
        saga: SAGA,
        from: at(from + 1),
        to: at(from + 2),
        instances: [instanceOf('a', '2', later)],
      });
      await Promise.all([commit, there.done(due), here.done(due)]);
      expect(await there.due(ALL, ALL)).toEqual([later]);
      await there.done([later]);
    }
  });

  test('write down each task once, in the order of the log, though both read every event', async () => {
    const events = range(30).map((n) => `e${n}`);
    const read = async ({ outbox }: SharedWorkState, page: number): Promise<void> => {
      for (let from = await outbox.position(EFFECT); from < events.length - 1;) {
        const to = at(Math.min(from + page, events.length - 1));
        const tasks = events.slice(from + 1, to + 1).map(task);
        try {
          await outbox.take({ effect: EFFECT, from, to, tasks, due: NOON });
          from = to;
        } catch (error) {
          if (!(error instanceof SagaPositionMoved)) throw error;
          from = error.stored;
        }
      }
    };
    await Promise.all([read(here, 2), read(there, 3)]);
    const waiting = await here.outbox.due(NOON, ALL);
    expect(waiting.map(({ eventId }) => eventId)).toEqual(events);
  });

  test('do each task once where what is begun is handed to nobody for a while', async () => {
    const events = range(20).map((n) => `e${n}`);
    const tasks = events.map(task);
    await here.outbox.take({ effect: EFFECT, from: START, to: at(0), tasks, due: NOON });
    const done: string[] = [];
    const failed = new Set<string>();
    const attempt = async ({ outbox }: SharedWorkState, one: OutboxEntry): Promise<void> => {
      const begun = await outbox.begin(one, NOON + 60_000).catch((error: unknown) => {
        if (error instanceof RangeError) return undefined;
        throw error;
      });
      if (!begun) return;
      // The first attempt at every third one fails.
      if (Number(one.eventId.slice(1)) % 3 === 0 && !failed.has(one.eventId)) {
        failed.add(one.eventId);
        await outbox.postpone(begun, NOON, 'Unreachable');
        return;
      }
      done.push(one.eventId);
      await outbox.finish(begun);
    };
    const perform = async (store: SharedWorkState): Promise<void> => {
      for (;;) {
        const due = await store.outbox.due(NOON, 5);
        if (due.length === 0) return;
        for (const one of due) await attempt(store, one);
      }
    };
    await Promise.all([perform(here), perform(there), perform(here)]);
    // What one postponed after the others had gone.
    await perform(there);
    expect(done.sort()).toEqual([...events].sort());
    expect(await here.outbox.nextDue()).toBeUndefined();
  });

  test('pass over what is said of an attempt after which another has begun', async () => {
    const { outbox } = here;
    await outbox.take({ effect: EFFECT, from: START, to: at(0), tasks: [task('a')], due: NOON });
    const first = async (): Promise<OutboxEntry> => {
      const [one] = await there.outbox.due(NOON, ALL);
      if (!one) throw new Error('There is no task.');
      return one;
    };
    const slow = await outbox.begin(await first());
    const fast = await there.outbox.begin(await first());
    await outbox.postpone(slow, NOON + 5, 'Unreachable');
    await outbox.bury(slow, 'Refused');
    expect(await outbox.due(NOON, ALL)).toEqual([fast]);
    await there.outbox.bury(fast, 'Refused');
    await there.outbox.postpone(fast, NOON + 5, 'Unreachable');
    await expect(outbox.begin(fast)).rejects.toBeInstanceOf(RangeError);
    expect(await outbox.dead(ALL)).toEqual([{ ...fast, failure: 'Refused' }]);
    // Whichever attempt did it, it is done.
    await outbox.finish(slow);
    expect(await there.outbox.dead(ALL)).toEqual([]);
  });

  test.each<[string, Fate]>([
    ['is lost', 'is lost'],
    ['arrives, and its answer is lost', 'arrives, and its answer is lost'],
  ])('have a batch once whose commit %s', async (_, fate) => {
    let left = 0;
    const network = await wire((message) => {
      if (!message.includes('commitTransaction')) return 'arrives';
      left -= 1;
      return left >= 0 ? fate : 'arrives';
    });
    const far = await by(network);
    const one = entry('a', 'x', 1);
    left = 1;
    await far.commit({
      saga: SAGA,
      from: START,
      to: at(0),
      instances: [instanceOf('a', '{"a":1}', one)],
    });
    left = 1;
    await far.outbox.take({
      effect: EFFECT,
      from: START,
      to: at(0),
      tasks: [task('a')],
      due: NOON,
    });
    expect(left).toBeLessThan(0);
    expect(await there.position(SAGA)).toBe(0);
    expect(await there.due(ALL, ALL)).toEqual([one]);
    expect(await there.outbox.position(EFFECT)).toBe(0);
    expect(await there.outbox.due(NOON, ALL)).toHaveLength(1);
    await network.end();
  });

  test('have a batch once whose commit is stored by a server that knows of it no more', async () => {
    let commits = -100;
    const network = await wire((message) => {
      if (!message.includes('commitTransaction')) return 'arrives';
      commits += 1;
      // The answer to the first one is lost; the second one asks for a transaction that never was.
      if (commits === 2) {
        const number = message.indexOf('\u0012txnNumber\0') + 'xtxnNumberx'.length;
        message.writeBigInt64LE(message.readBigInt64LE(number) + 1000n, number);
      }
      return commits === 1 ? 'arrives, and its answer is lost' : 'arrives';
    });
    const far = await by(network);
    const batch = { saga: SAGA, from: START, to: at(0) };
    commits = 0;
    await far.commit({ ...batch, instances: [instanceOf('a', '1', entry('a', 'x', 1))] });
    expect(commits).toBe(2);
    expect(await here.position(SAGA)).toBe(0);
    expect(await here.due(ALL, ALL)).toHaveLength(1);
    await expect(far.commit({ ...batch, instances: [] })).rejects.toThrow(SagaPositionMoved);
    await network.end();
  });

  test('begin at the same moment on an empty database', async () => {
    name = server.create().databaseName;
    const stores = await Promise.all(range(6).map((n) => by(n % 2 === 0 ? server : elsewhere)));
    expect(await Promise.all(stores.map((store) => store.position(SAGA)))).toEqual(
      range(6).map(() => START),
    );
    const indexes = await server.client.db(name).collection('work_tasks').indexes();
    expect(indexes.map(({ name: index }) => index).sort()).toEqual([
      '_id_',
      'dead',
      'living',
      'person',
    ]);
  });
});
