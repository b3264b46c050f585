import type { AccountId, Identity } from '@vivier/identity';
import type { OrganisationId } from '@vivier/kernel';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import { Client } from '../support/client.ts';
import {
  connected,
  feedQuery,
  feedUrl,
  integratorOf,
  loggedIds,
  reading,
  type Integrator,
} from '../support/feed.ts';
import { PASSWORD, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let ivo: Integrator;
let organisationId: OrganisationId;
let identity: Identity;
beforeAll(async () => {
  house = await running({
    feedLimits: {
      subscriptionsPerConnection: 3,
      subscriptionsPerAccount: 4,
      connectionsPerAccount: 2,
      firstMessageMs: 200,
      message: 4_096,
      keepAliveMs: 50,
    },
  });
  maison = await staffed(house);
  ivo = await integratorOf(house, maison.slug);
  ({ identity } = house.server.house);
  organisationId = (await identity.organisationBySlug(maison.slug))
    ?.organisationId as OrganisationId;
});
afterAll(() => house.end());

const codes = ({ refusals }: { readonly refusals: readonly { extensions: { code: string } }[] }) =>
  refusals.map(({ extensions: { code } }) => code);

/** A connection without the client's help, and what comes over it. */
const raw = async (options: ClientOptions = {}) => {
  const socket = new WebSocket(feedUrl(house.server.url), 'graphql-transport-ws', options);
  const messages: unknown[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: String(reason),
  }));
  await once(socket, 'open');
  return {
    socket,
    messages,
    closed,
    send: (message: unknown) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    next: () => once(socket, 'message'),
  };
};

const signInAs = async (email: string): Promise<Client> => {
  const credentials = { organisation: maison.slug, email, password: PASSWORD };
  const { accessToken } = await house.anybody.do('signIn', credentials);
  return new Client(house.server.url, accessToken);
};

describe('A connection is refused, and told why,', () => {
  test('without an access token', async () => {
    const client = connected(house.anybody);
    expect(await reading(client).ended).toEqual({
      refusals: [],
      closed: { code: 4403, reason: 'NotSignedIn: You are not signed in.' },
    });
  });

  test('with one that was never given', async () => {
    const client = connected(new Client(house.server.url, 'guessed.guessed.guessed'));
    const { closed } = await reading(client).ended;
    expect(closed).toMatchObject({ code: 4403, reason: 'NotSignedIn: You are not signed in.' });
  });

  test('with one whose session has ended', async () => {
    const who = await signInAs('ivo@maison.example');
    await who.do('signOut');
    const { closed } = await reading(connected(who)).ended;
    expect(closed).toEqual({ code: 4403, reason: 'SessionEnded: This login session has ended.' });
  });

  test('when it does not say in time who it is', async () => {
    const { closed } = await raw();
    expect(await closed).toMatchObject({ code: 4408 });
  });

  test('when it speaks another protocol', async () => {
    const socket = new WebSocket(feedUrl(house.server.url), 'graphql-ws');
    const [refused] = (await once(socket, 'error')) as [Error];
    expect(refused.message).toContain('subprotocol');
  });

  test('at any other address', async () => {
    const socket = new WebSocket(`${feedUrl(house.server.url)}s`, 'graphql-transport-ws');
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { readonly statusCode: number },
    ];
    expect(response.statusCode).toBe(404);
    socket.on('error', () => undefined);
    socket.terminate();
  });

  test('when the account has as many as it may', async () => {
    const clients = [connected(ivo.client), connected(ivo.client)];
    for (const client of clients) await reading(client).until(1);
    const { closed } = await reading(connected(ivo.client)).ended;
    expect(closed).toMatchObject({
      code: 4403,
      reason: expect.stringMatching(/^TooManyConnections: /) as string,
    });
    for (const client of clients) await client.dispose();
  });
});

describe('An operation is refused', () => {
  test('for everybody but integrators', async () => {
    for (const who of [maison.admin, maison.olu, maison.compliance]) {
      const client = connected(who);
      expect(codes(await reading(client).ended)).toEqual(['NotAllowed']);
      await client.dispose();
    }
  });

  test('that is no subscription, that is none of the schema, or that asks for too much', async () => {
    const client = connected(ivo.client);
    const refused = async (query: string) => codes(await reading(client, {}, query).ended);
    expect(await refused('{ me { role } }')).toEqual(['SubscriptionsOnly']);
    expect(await refused('mutation { signOut { signedOut } }')).toEqual(['SubscriptionsOnly']);
    expect(await refused('subscription { nothing }')).toEqual(['RequestNotUnderstood']);
    expect(await refused('subscription {')).toEqual(['RequestNotUnderstood']);
    expect(await refused('subscription { __typename }')).toEqual(['RequestNotUnderstood']);
    const many = 'a '.repeat(1_100);
    expect(await refused(`subscription { domainEvents { ${many} } }`)).toEqual(['QueryTooLong']);
    const renamed = Array.from({ length: 20 }, (_, n) => `n${n}: type`).join(' ');
    expect(await refused(`subscription { domainEvents { ${renamed} } }`)).toEqual([
      'TooManyAliases',
    ]);
    await client.dispose();
  });

  test('when as many are running as a connection, or an account, may have', async () => {
    const [one, other] = [connected(ivo.client), connected(ivo.client)];
    const three = [reading(one), reading(one), reading(one)];
    for (const feed of three) await feed.until(1);
    expect(codes(await reading(one).ended)).toEqual(['TooManySubscriptions']);
    const fourth = reading(other);
    await fourth.until(1);
    expect(codes(await reading(other).ended)).toEqual(['TooManySubscriptions']);
    // One that has ended makes room.
    fourth.leave();
    await fourth.ended;
    for (let tries = 0; tries < 100; tries += 1) {
      const again = reading(other);
      if (
        await again.until(1).then(
          () => true,
          () => false,
        )
      )
        break;
      expect(tries).toBeLessThan(99);
    }
    await one.dispose();
    await other.dispose();
  });

  test('over plain HTTP, with where subscriptions are answered', async () => {
    const { code, remedy } = await ivo.client.refused(feedQuery);
    expect(code).toBe('SubscriptionNeedsWebSocket');
    expect(remedy).toContain('WebSocket');
  });
});

test('Who offers to speak another protocol is answered over HTTP as usual', async () => {
  const { hostname, port } = new URL(house.server.url);
  const sent = request({
    hostname,
    port,
    path: '/graphql',
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
    },
  });
  sent.end(JSON.stringify({ query: '{ __typename }' }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  const body: unknown = JSON.parse(Buffer.concat(await answer.toArray()).toString());
  expect(body).toEqual({ data: { __typename: 'Query' } });
});

describe('A stream in which nothing happens ends, and its connection is closed,', () => {
  const whileWaiting = async (who: Client, change: () => Promise<unknown>) => {
    let socket: WebSocket | undefined;
    const client = connected(who, (opened) => {
      socket = opened;
    });
    const feed = reading(client);
    const past = await loggedIds(house, maison.slug);
    await feed.until(past.length);
    const closed = once(socket as WebSocket, 'close');
    await change();
    const { refusals } = await feed.ended;
    const [code] = (await closed) as [number];
    const resumeAfter = feed.told.at(-1)?.position;
    expect(refusals).toMatchObject([{ extensions: { details: { resumeAfter } } }]);
    return { codes: codes({ refusals }), code };
  };

  test('when its reader signs out elsewhere', async () => {
    const who = await signInAs('ivo@maison.example');
    expect(await whileWaiting(who, () => who.do('signOut'))).toEqual({
      codes: ['SessionEnded'],
      code: 4403,
    });
  });

  test('when the account is disabled', async () => {
    const { id, client } = await integratorOf(house, maison.slug, 'Ines');
    const disable = () => identity.disableAccount(organisationId, id as AccountId);
    expect(await whileWaiting(client, disable)).toEqual({ codes: ['SessionEnded'], code: 4403 });
  });

  test('when the account gets another role', async () => {
    const { id, client } = await integratorOf(house, maison.slug, 'Iris');
    const change = () => identity.changeRole(organisationId, id as AccountId, 'operator');
    expect(await whileWaiting(client, change)).toEqual({ codes: ['NotAllowed'], code: 4403 });
  });
});

test('A stream goes on when its access token ends: the login session decides', async () => {
  const who = await signInAs('ivo@maison.example');
  const client = connected(who);
  const feed = reading(client);
  await feed.until(1);
  house.clock.set(new Date(house.clock.now() + 60 * 60_000).toISOString());
  expect((await who.refused('{ me { role } }')).code).toBe('NotSignedIn');
  await maison.invite('An hour later');
  await feed.find(({ data }) => data['campaign'] === 'An hour later');
  await client.dispose();
});

test('A quiet connection is asked whether it is still there, and one that is gone is hung up on', async () => {
  const { socket, send, next, closed } = await raw({ autoPong: false });
  const { accessToken } = await house.anybody.do('signIn', {
    organisation: maison.slug,
    email: 'ivo@maison.example',
    password: PASSWORD,
  });
  send({ type: 'connection_init', payload: { authorization: `Bearer ${accessToken}` } });
  await next();
  await once(socket, 'ping');
  expect((await closed).code).toBe(1006);
});

describe('Malformed input closes its own connection, with a code,', () => {
  test.each([
    ['what is no JSON', 'hello', 4400],
    ['a message of no type', {}, 4400],
    ['a message of a type that there is not', { type: 'everything' }, 4400],
    [
      'a subscription before it is said who asks',
      { id: '1', type: 'subscribe', payload: { query: feedQuery } },
      4401,
    ],
    ['a message that is too long', 'x'.repeat(5_000), 1009],
  ])('%s', async (_, message, code) => {
    const { send, closed } = await raw();
    send(message);
    expect((await closed).code).toBe(code);
  });

  test('bytes that are no frame', async () => {
    const { socket, closed } = await raw();
    const { _socket: below } = socket as unknown as { readonly _socket: NodeJS.WritableStream };
    below.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    expect([1002, 1006]).toContain((await closed).code);
  });

  test('and everybody else reads on', async () => {
    const client = connected(ivo.client);
    await reading(client).until(1);
    await client.dispose();
  });
});
