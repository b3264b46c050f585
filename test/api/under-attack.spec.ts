import { jest } from '@jest/globals';
import type { AccountId } from '@vivier/identity';
import type { OrganisationId } from '@vivier/kernel';
import { Client, type Refusal } from '../support/client.ts';
import { mutationText } from '../support/operations.ts';
import { PASSWORD, staffed } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

const QUARTER = 15 * 60;
const olu = { organisation: 'maison', email: 'olu@maison.example', password: PASSWORD };

// Each test starts a server of its own, some of them three.
jest.setTimeout(60_000);

let house: Running;
afterEach(() => house.end());

interface Told {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: string | undefined;
  readonly seconds: unknown;
}

const tell = async (response: Response): Promise<Told> => {
  const { errors = [] } = (await response.json()) as { readonly errors?: readonly Refusal[] };
  const extensions = errors[0]?.extensions;
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    code: extensions?.code,
    seconds: extensions?.details?.['retryAfterSeconds'],
  };
};

/** Sends a sign-in the way a proxy hands it on. */
const attempt = async (input: object, forwardedFor?: string): Promise<Told> => {
  const response = await fetch(`${house.server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
    },
    body: JSON.stringify({ query: mutationText('signIn'), variables: { input } }),
  });
  return tell(response);
};
const guess = (from?: string, email = olu.email) =>
  attempt({ ...olu, email, password: 'not this one, no' }, from);
const codes = async (times: number, one: (n: number) => Promise<Told>) => {
  const told = [];
  for (let n = 0; n < times; n += 1) told.push((await one(n)).code ?? 'in');
  return told;
};

describe('Guesses at a password', () => {
  test('are refused after a few, with the time to wait, alike for an account that is none', async () => {
    house = await running();
    await staffed(house);
    const told = await codes(6, () => guess());
    expect(told).toEqual([
      ...Array<string>(3).fill('SignInFailed'),
      ...Array<string>(3).fill('TooManyAttempts'),
    ]);
    expect(await codes(6, () => guess(undefined, 'nobody@maison.example'))).toEqual(told);
    expect(await attempt(olu)).toEqual({
      status: 429,
      retryAfter: String(QUARTER),
      code: 'TooManyAttempts',
      seconds: QUARTER,
    });
    house = await house.again();
    expect((await attempt(olu)).code).toBe('TooManyAttempts');
    house.clock.advance(QUARTER * 1000);
    expect(await attempt(olu)).toEqual({
      status: 200,
      retryAfter: null,
      code: undefined,
      seconds: undefined,
    });
  });

  test('in one request are two at most', async () => {
    house = await running();
    await staffed(house);
    const many = (times: number) =>
      `mutation { ${Array.from({ length: times }, (_, n) => `g${n}: signIn(input: { organisation: "maison", email: "olu@maison.example", password: "guess ${n}" }) { accessToken }`).join(' ')} }`;
    expect((await house.anybody.refused(many(3))).code).toBe('QueryTooCostly');
    // The first one that is refused ends the request.
    const { errors } = await house.anybody.send(many(2));
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['SignInFailed']);
    expect(await codes(3, () => guess())).toEqual([
      'SignInFailed',
      'SignInFailed',
      'TooManyAttempts',
    ]);
  });

  test('come from the address that connects, whatever headers say, unless a proxy is trusted', async () => {
    house = await running();
    await staffed(house);
    expect(await codes(4, (n) => guess(`192.0.2.${n}`))).toContain('TooManyAttempts');
    await house.end();

    house = await running({ trustProxy: '127.0.0.1' });
    await staffed(house);
    // A client behind the proxy that sends the header itself is told apart by what the proxy appends.
    expect(await codes(4, (n) => guess(`198.51.100.${n}, 192.0.2.7`))).toEqual([
      'SignInFailed',
      'SignInFailed',
      'SignInFailed',
      'TooManyAttempts',
    ]);
    expect((await attempt(olu, '192.0.2.7')).code).toBe('TooManyAttempts');
    expect((await attempt(olu, '192.0.2.8')).code).toBeUndefined();
    await house.end();

    house = await running({ trustProxy: '10.0.0.0/8' });
    await staffed(house);
    expect(await codes(4, (n) => guess(`192.0.2.${n}`))).toContain('TooManyAttempts');
  });
});

test('A disabled user is out with the next request, and their refresh token with it', async () => {
  house = await running();
  const maison = await staffed(house);
  const { accessToken, refreshToken } = await house.anybody.do('signIn', olu);
  const client = new Client(house.server.url, accessToken);
  const { me } = await client.ask<{ me: { organisation: { organisationId: OrganisationId } } }>(
    '{ me { organisation { organisationId } } }',
  );
  const { identity } = house.server.house;
  await identity.disableAccount(me.organisation.organisationId, maison.ids.olu as AccountId);
  expect((await client.refused('{ me { role } }')).code).toBe('NotSignedIn');
  expect((await house.anybody.tries('refreshSignIn', { refreshToken })).code).toBe('SessionEnded');
});

describe('More requests than people send', () => {
  const ask = async (headers: Record<string, string> = {}, path = '/graphql') =>
    fetch(house.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ __typename }' }),
    });

  test('are refused by address before anything is read, and others go on', async () => {
    house = await running({ requestsPerSecond: 1, trustProxy: '127.0.0.1' });
    const from = { 'x-forwarded-for': '192.0.2.1' };
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(from).then(tell)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(30);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['RateLimited']));
    for (const { retryAfter, seconds } of refused) expect(retryAfter).toBe(String(seconds));
    expect((await ask({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(200);
    const elsewhere = await ask(from, '/nowhere');
    expect(elsewhere.status).toBe(429);
    expect(await elsewhere.json()).toMatchObject({ code: 'RateLimited', retry: 'later' });
    expect((await fetch(`${house.server.url}/health/ready`, { headers: from })).status).toBe(200);
  });

  test('are refused by account, from however many addresses', async () => {
    house = await running({ requestsPerSecond: 2, trustProxy: '127.0.0.1' });
    const forwarded = (n: number) => ({ 'x-forwarded-for': `192.0.2.${n % 250}` });
    await staffed(house);
    const { accessToken } = await house.anybody.do('signIn', olu);
    const answers = await Promise.all(
      Array.from({ length: 80 }, async (_, n) => {
        const response = await fetch(`${house.server.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${accessToken}`,
            ...forwarded(n),
          },
          body: JSON.stringify({ query: '{ me { role } }' }),
        });
        return tell(response);
      }),
    );
    const refused = answers.filter(({ code }) => code === 'RateLimited');
    expect(refused.length).toBeGreaterThan(20);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    expect(answers.filter(({ code }) => code === undefined).length).toBeGreaterThanOrEqual(20);
  });
});
