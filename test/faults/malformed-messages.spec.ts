import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  connected,
  feedQuery,
  feedUrl,
  integratorOf,
  reading,
  type Integrator,
} from '../support/feed.ts';
import { PASSWORD, staffed } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';
import { chanceOf, type Chance } from './chance.ts';
import { isLong, seed } from './seeded.ts';

let house: Running;
let ivo: Integrator;
let token: string;
beforeAll(async () => {
  house = await running({ feedLimits: { message: 32 * 1024 } });
  const maison = await staffed(house);
  ivo = await integratorOf(house, maison.slug);
  const credentials = { organisation: maison.slug, email: 'ivo@maison.example' };
  const signedIn = await house.anybody.do('signIn', { ...credentials, password: PASSWORD });
  token = signedIn.accessToken;
});
afterAll(() => house.end());

const CONNECTIONS = isLong ? 3_000 : 120;

/** Messages that are nearly right, and some that are far from it; the same ones for the same seed. */
const messageOf = ({ below, one, once: inSoMany, bytes }: Chance): string | Buffer => {
  const words = [
    '',
    '1',
    '__proto__',
    'constructor',
    'toString',
    'ä🦦',
    '\u0000',
    'x'.repeat(9_000),
  ];
  const text = (): string => one(words);
  const value = (depth = 0): unknown =>
    one<() => unknown>([
      text,
      () => below(2 ** 31),
      () => one([null, true, -1, 1e300, feedQuery, '{', token]),
      () => (depth > 3 ? 0 : Array.from({ length: below(4) }, () => value(depth + 1))),
      () => (depth > 3 ? 0 : { [text()]: value(depth + 1), [text()]: value(depth + 1) }),
    ])();
  const types = [
    'connection_init',
    'subscribe',
    'subscribe',
    'complete',
    'ping',
    'pong',
    'next',
    'error',
    'everything',
  ];
  const payload = (): unknown =>
    one<() => unknown>([
      value,
      () => ({ authorization: one([`Bearer ${token}`, text(), value()]) }),
      () => ({ query: feedQuery, variables: value() }),
      () => ({ query: feedQuery, variables: { types: value(), after: value() } }),
      () => ({
        query: one([text(), '{ me { role } }', 'subscription { ', `${feedQuery} ${feedQuery}`]),
      }),
      () => ({ query: value(), operationName: value(), extensions: value() }),
    ])();
  const message = one<() => unknown>([
    value,
    () => ({ type: one(types), id: one(['1', '2', text(), value()]), payload: payload() }),
    () => ({ type: one(types), payload: payload() }),
    () => ({ id: '1', type: one(types), payload: payload(), [text()]: value() }),
  ])();
  const whole = JSON.stringify(message) ?? '';
  if (inSoMany(6)) return bytes(below(300));
  if (inSoMany(6)) return whole.slice(0, below(whole.length + 1));
  return whole;
};

test(`Whatever comes over a WebSocket, the server goes on and nothing fails in it (VIVIER_SEED=${seed})`, async () => {
  const chance = chanceOf(seed);
  const closes = new Map<number, number>();
  for (let number = 0; number < CONNECTIONS; number += 1) {
    const socket = new WebSocket(feedUrl(house.server.url), 'graphql-transport-ws');
    socket.on('error', () => undefined);
    const closed = once(socket, 'close') as Promise<[number]>;
    await once(socket, 'open');
    if (chance.once(2)) {
      socket.send(
        JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
      );
      await Promise.race([once(socket, 'message'), closed]);
    }
    for (let messages = 1 + chance.below(15); messages > 0; messages -= 1)
      if (socket.readyState === WebSocket.OPEN) socket.send(messageOf(chance));
    // All of them were taken in once this one is, which nothing survives.
    if (socket.readyState === WebSocket.OPEN) socket.send('that is all');
    const [code] = await closed;
    closes.set(code, (closes.get(code) ?? 0) + 1);
  }
  // Never 4500, which says that something failed on the server's side.
  expect(
    [...closes.keys()].filter((code) => ![4400, 4401, 4403, 4409, 4429, 1007, 1009].includes(code)),
  ).toEqual([]);

  const client = connected(ivo.client);
  const feed = reading(client);
  await feed.until(1);
  await client.dispose();
});
