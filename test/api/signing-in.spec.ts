import type { AccountId } from '@vivier/identity';
import type { OrganisationId } from '@vivier/kernel';
import { Client } from '../support/client.ts';
import { PASSWORD, staffed, type Staff } from '../support/people.ts';
import { mutationText, type SignedIn } from '../support/operations.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let organisationId: OrganisationId;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const { me } = await maison.admin.ask<{ me: { organisation: { organisationId: string } } }>(
    '{ me { organisation { organisationId } } }',
  );
  organisationId = me.organisation.organisationId as OrganisationId;
});
afterAll(() => house.end());

const olu = { organisation: 'maison', email: 'olu@maison.example', password: PASSWORD };
const signedIn = (): Promise<SignedIn> => house.anybody.do('signIn', olu);
const bearing = (token: string): Client => new Client(house.server.url, token);
const roleOf = async (client: Client): Promise<string> => {
  const { data, errors } = await client.send<{ me: { role: string } }>('{ me { role } }');
  return data?.me.role ?? errors[0]?.extensions.code ?? '';
};

test('Whatever is wrong, the answer is the same, byte for byte', async () => {
  const refused = async (input: object) =>
    (await house.anybody.send(mutationText('signIn'), { input })).text;
  const wrong = await refused({ ...olu, password: 'not this one, no' });
  expect(JSON.parse(wrong)).toMatchObject({ errors: [{ extensions: { code: 'SignInFailed' } }] });
  expect(await refused({ ...olu, email: 'nobody@maison.example' })).toBe(wrong);
  expect(await refused({ ...olu, organisation: 'nowhere' })).toBe(wrong);
  await house.server.house.identity.disableAccount(organisationId, maison.ids.noor as AccountId);
  expect(await refused({ ...olu, email: 'noor@maison.example' })).toBe(wrong);
  await house.server.house.identity.enableAccount(organisationId, maison.ids.noor as AccountId);
});

test('An access token is good for ten minutes, in the header alone', async () => {
  const { accessToken, accessTokenExpiresAt } = await signedIn();
  expect(Date.parse(accessTokenExpiresAt) - house.clock.now()).toBe(10 * 60_000);
  expect(await roleOf(bearing(accessToken))).toBe('operator');
  for (const other of [
    { cookie: `token=${accessToken}` },
    { authorization: `Basic ${accessToken}` },
    { authorization: accessToken },
    { 'x-access-token': accessToken },
  ]) {
    const response = await fetch(`${house.server.url}/graphql?access_token=${accessToken}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...other } as Record<string, string>,
      body: JSON.stringify({ query: '{ me { role } }' }),
    });
    expect(await response.text()).toContain('NotSignedIn');
  }
  house.clock.advance(10 * 60_000);
  expect(await roleOf(bearing(accessToken))).toBe('NotSignedIn');
});

test('A token that was altered, or that another server signed, signs nobody in', async () => {
  const { accessToken } = await signedIn();
  const [head, body, signature] = accessToken.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const altered = Buffer.from(JSON.stringify({ ...claims, sub: maison.ids.admin })).toString(
    'base64url',
  );
  const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  const elsewhere = await running();
  await staffed(elsewhere);
  const foreign = await elsewhere.anybody.do('signIn', olu);
  await elsewhere.end();
  for (const token of [
    `${head}.${altered}.${signature}`,
    `${unsigned}.${body}.`,
    `${head}.${body}.${'A'.repeat(signature.length)}`,
    foreign.accessToken,
    'x',
  ])
    expect(await roleOf(bearing(token))).toBe('NotSignedIn');
});

test('A token says nothing about a person: no name, no address, no role', async () => {
  const { accessToken } = await signedIn();
  const body = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
  expect(Object.keys(JSON.parse(body) as object).sort()).toEqual([
    'aud',
    'exp',
    'iat',
    'iss',
    'jti',
    'org',
    'sid',
    'sub',
  ]);
});

describe('A refresh token is good once:', () => {
  test('each use hands out the next', async () => {
    const first = await signedIn();
    house.clock.advance(60_000);
    const second = await house.anybody.do('refreshSignIn', { refreshToken: first.refreshToken });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await roleOf(bearing(second.accessToken))).toBe('operator');
    const third = await house.anybody.do('refreshSignIn', { refreshToken: second.refreshToken });
    expect(await roleOf(bearing(third.accessToken))).toBe('operator');
  });

  test('a second use means that it was copied, and ends the session for thief and owner', async () => {
    const first = await signedIn();
    const { refreshToken } = first;
    const second = await house.anybody.do('refreshSignIn', { refreshToken });
    expect((await house.anybody.tries('refreshSignIn', { refreshToken })).code).toBe(
      'SessionEnded',
    );
    expect(await roleOf(bearing(second.accessToken))).toBe('NotSignedIn');
    expect(
      (await house.anybody.tries('refreshSignIn', { refreshToken: second.refreshToken })).code,
    ).toBe('SessionEnded');
  });

  test('and one that was never handed out is none', async () => {
    expect(
      (await house.anybody.tries('refreshSignIn', { refreshToken: 'A'.repeat(43) })).code,
    ).toBe('NotSignedIn');
  });
});

test('Signing out ends this session at once, and no other', async () => {
  const [one, two] = [await signedIn(), await signedIn()];
  expect(await bearing(one.accessToken).do('signOut')).toEqual({ signedOut: true });
  expect(await roleOf(bearing(one.accessToken))).toBe('NotSignedIn');
  expect(
    (await house.anybody.tries('refreshSignIn', { refreshToken: one.refreshToken })).code,
  ).toBe('SessionEnded');
  expect(await roleOf(bearing(two.accessToken))).toBe('operator');
});

test('Rights are read with every request: a changed role and a disabled account hold at once', async () => {
  const { accessToken, refreshToken } = await signedIn();
  const who = bearing(accessToken);
  const { identity } = house.server.house;
  const account = maison.ids.olu as AccountId;
  await identity.changeRole(organisationId, account, 'compliance');
  expect(await roleOf(who)).toBe('compliance');
  expect((await who.tries('createInvitation', { campaign: 'No' })).code).toBe('NotAllowed');
  await identity.changeRole(organisationId, account, 'operator');
  await who.do('createInvitation', { campaign: 'Yes' });

  await identity.disableAccount(organisationId, account);
  expect(await roleOf(who)).toBe('NotSignedIn');
  expect((await house.anybody.tries('refreshSignIn', { refreshToken })).code).toBe('SessionEnded');
  await identity.enableAccount(organisationId, account);
  expect(await roleOf(who)).toBe('NotSignedIn');
  expect(await roleOf(bearing((await signedIn()).accessToken))).toBe('operator');
});

test('An address that is taken is told like one that cannot be registered, and a weak password as such', async () => {
  const invitation = await maison.invite();
  const ada = { invitation, fullName: 'Ada Exemple', email: 'ada@example.org', password: PASSWORD };
  await house.anybody.do('registerCandidate', ada);
  expect(
    await house.anybody.tries('registerCandidate', { ...ada, email: ' ADA@example.org'.trim() }),
  ).toMatchObject({ code: 'AddressTaken', message: 'This address cannot be registered here.' });
  expect(
    (
      await house.anybody.tries('registerCandidate', {
        ...ada,
        email: 'bo@example.org',
        password: 'short',
      })
    ).code,
  ).toBe('PasswordTooWeak');
  // A refused registration holds no address back.
  await house.anybody.do('registerCandidate', { ...ada, email: 'bo@example.org' });
});

test('A login session and an issuer’s key outlive a restart', async () => {
  const first = await running();
  await staffed(first);
  const { accessToken } = await first.anybody.do('signIn', olu);
  const second = await first.again();
  expect(await roleOf(new Client(second.server.url, accessToken))).toBe('operator');
  await second.end();
});
