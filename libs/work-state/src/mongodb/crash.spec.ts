import { jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { START, type EventId, type OrganisationId, type Position } from '@vivier/kernel';
import { onOwnServer, ownServer, type OwnServer } from '@vivier/mongodb/contract';
import { SagaPositionMoved, type SharedWorkState } from '../port.ts';
import { openMongoWorkState } from './open.ts';

jest.setTimeout(300_000);

const SAGA = 'consentRenewal';
const EFFECT = 'sendMail';
const KILLS = process.env['VIVIER_LONG'] === '1' ? 50 : 3;
/** So many positions come through between two kills. */
const BETWEEN = 10;
const LAST = (KILLS + 1) * BETWEEN;

const at = (position: number): Position => position as Position;
const place = {
  organisationId: '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId,
  instance: 'a',
};

/** Asks again while nobody answers; the driver itself waits for a server that is gone. */
const insisting = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof SagaPositionMoved || tries === 10) throw error;
    }
  }
};

onOwnServer('working state on a MongoDB that is killed and comes back', () => {
  let server: OwnServer;
  const clients: MongoClient[] = [];
  beforeAll(async () => {
    server = await ownServer();
    await server.start();
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await server.end();
  });
  const open = async (): Promise<SharedWorkState> => {
    const client = await MongoClient.connect(server.url);
    clients.push(client);
    return openMongoWorkState({ client, db: client.db('vivier') });
  };

  test('has each event once, in state, agenda and outbox, whichever of two processes read it', async () => {
    const stores = [await open(), await open()];
    let reached = -1;
    let tell = (): void => {};
    const past = async (position: number): Promise<void> => {
      while (reached < position) await new Promise<void>((resolve) => (tell = resolve));
    };
    /** Goes on from what is stored when another process was first. */
    const moving = async (move: () => Promise<void>, to: Position): Promise<Position> => {
      try {
        await insisting(move);
        return to;
      } catch (error) {
        if (!(error instanceof SagaPositionMoved)) throw error;
        return error.stored;
      }
    };
    const fold = async (store: SharedWorkState): Promise<void> => {
      for (let from: Position = START; from < LAST;) {
        const [state = ''] = await insisting(() => store.states(SAGA, [place]));
        const to = at(from + 1);
        const entry = { ...place, saga: SAGA, key: `after ${to}`, due: to, payload: '{}' };
        const instances = [{ ...place, state: `${state}${to} `, agenda: [entry] }];
        from = await moving(
          () => store.commit({ saga: SAGA, from: at(to - 1), to, instances }),
          to,
        );
        reached = Math.max(reached, from);
        tell();
      }
    };
    const react = async ({ outbox }: SharedWorkState): Promise<void> => {
      const { organisationId } = place;
      for (let from: Position = START; from < LAST;) {
        const to = at(from + 1);
        const tasks = [
          { organisationId, effect: EFFECT, eventId: `e${to}` as EventId, task: '{}' },
        ];
        const batch = { effect: EFFECT, from, to, tasks, due: to };
        from = await moving(() => outbox.take(batch), to);
      }
    };
    const killing = async (): Promise<void> => {
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await past(kill * BETWEEN);
        await server.kill();
        await server.start();
      }
    };
    await Promise.all([killing(), ...stores.flatMap((store) => [fold(store), react(store)])]);

    const events = Array.from({ length: LAST + 1 }, (_, n) => n);
    const fresh = await open();
    expect(await fresh.states(SAGA, [place])).toEqual([events.map((n) => `${n} `).join('')]);
    expect(await fresh.due(LAST, LAST)).toMatchObject([{ key: `after ${LAST}`, due: LAST }]);
    const tasks = await fresh.outbox.due(LAST, 2 * LAST);
    expect(tasks.map(({ eventId }) => eventId)).toEqual(events.map((n) => `e${n}`));
  });
});
