import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  randomInt,
  sign,
  type KeyObject,
} from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HandClock, newAccount, newOrganisation, PASSWORD, refusalOf } from './contract.ts';
import { openEmbeddedIdentity } from './embedded/identity.ts';
import { openIssuerKey } from './issuer-key.ts';
import type { Identity, SignedIn } from './port.ts';

const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

describe('an access token', () => {
  const clock = new HandClock();
  let folder: string;
  let identity: Identity;
  let ada: SignedIn;
  let eve: SignedIn;
  let key: KeyObject;
  const foreign = generateKeyPairSync('ed25519');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    const issuerKeyFile = join(folder, 'issuer-key.json');
    identity = await openEmbeddedIdentity({
      file: join(folder, 'accounts.sqlite'),
      issuerKeyFile,
      clock,
      hashAddress: (organisation, email) => `${organisation} ${email}`,
      passwordCost: { memoryKiB: 64, passes: 1, parallelism: 1 },
    });
    const signedIn = [];
    for (const slug of ['acme', 'other']) {
      const organisationId = newOrganisation();
      await identity.createOrganisation({ organisationId, slug, name: slug });
      await identity.addAccount(newAccount(organisationId, { role: 'admin' }));
      const credentials = { organisation: slug, email: 'ada@example.org', password: PASSWORD };
      signedIn.push(await identity.signIn(credentials));
    }
    [ada, eve] = signedIn as [SignedIn, SignedIn];
    key = openIssuerKey(issuerKeyFile);
  });
  afterEach(async () => {
    await identity.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const parts = () => {
    const [header, payload] = ada.accessToken
      .split('.')
      .slice(0, 2)
      .map(
        (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>,
      );
    return { header: header!, payload: payload! };
  };
  const forge = (header: object, payload: unknown, by: KeyObject | 'nobody' = key) => {
    const input = `${encode(header)}.${encode(payload)}`;
    const signature = by === 'nobody' ? '' : sign(null, Buffer.from(input), by);
    return `${input}.${Buffer.from(signature).toString('base64url')}`;
  };
  const withHmac = (header: object, payload: object, secret: string | Buffer) => {
    const input = `${encode(header)}.${encode(payload)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };

  test('says who and where, and nothing about rights or names', () => {
    const { header, payload } = parts();
    expect(header).toEqual({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(Object.keys(payload).sort()).toEqual(
      ['iss', 'aud', 'sub', 'org', 'sid', 'iat', 'exp', 'jti'].sort(),
    );
    expect(payload['exp']).toBe((payload['iat'] as number) + 600);
  });

  test('that is signed right opens, so that the forgeries below fail for their own reason', async () => {
    const { header, payload } = parts();
    expect(await identity.authenticate(forge(header, payload))).toEqual(ada.principal);
  });

  test("is judged by the issuer's key alone, whatever the token says about keys", async () => {
    const { header, payload } = parts();
    const pointing = {
      ...header,
      jku: 'https://attacker.example/keys',
      x5u: 'https://attacker.example/cert',
      jwk: foreign.publicKey.export({ format: 'jwk' }),
    };
    expect(await identity.authenticate(forge(pointing, payload))).toEqual(ada.principal);
    expect(
      await refusalOf(identity.authenticate(forge(pointing, payload, foreign.privateKey))),
    ).toBe('NotSignedIn');
  });

  test('is checked once and remembered, but its end, its session and its account count each time', async () => {
    const verify = jest.spyOn(globalThis.crypto.subtle, 'verify');
    const { header, payload } = parts();
    const iat = (payload['iat'] as number) - 1;
    const other = forge(header, { ...payload, iat });
    const ends = (payload['exp'] as number) * 1000;
    for (let n = 0; n < 3; n += 1)
      expect(await identity.authenticate(ada.accessToken)).toEqual(ada.principal);
    expect(verify).toHaveBeenCalledTimes(1);
    await identity.authenticate(other);
    expect(verify).toHaveBeenCalledTimes(2);
    verify.mockRestore();

    clock.pass(ends - clock.now() - 1);
    expect(await identity.authenticate(ada.accessToken)).toEqual(ada.principal);
    clock.pass(1);
    expect(await refusalOf(identity.authenticate(ada.accessToken))).toBe('NotSignedIn');
    clock.pass(-1);
    await identity.changeRole(ada.principal.organisationId, ada.principal.accountId, 'compliance');
    expect((await identity.authenticate(ada.accessToken)).role).toBe('compliance');
    await identity.disableAccount(ada.principal.organisationId, ada.principal.accountId);
    expect(await refusalOf(identity.authenticate(ada.accessToken))).toBe('SessionEnded');

    expect(await identity.authenticate(eve.accessToken)).toEqual(eve.principal);
    await identity.signOut(eve.principal.sessionId);
    expect(await refusalOf(identity.authenticate(eve.accessToken))).toBe('SessionEnded');
  });

  test('that says from when it is valid is never remembered', async () => {
    const { header, payload } = parts();
    const later = forge(header, { ...payload, nbf: Math.floor(clock.now() / 1000) });
    expect(await identity.authenticate(later)).toEqual(ada.principal);
    clock.pass(-1000);
    expect(await refusalOf(identity.authenticate(later))).toBe('NotSignedIn');
  });

  test('that anybody forged is refused, in every known way', async () => {
    const { header, payload } = parts();
    // What is remembered of the right ones makes no wrong one right.
    for (const { accessToken } of [ada, eve]) await identity.authenticate(accessToken);
    const now = Math.floor(clock.now() / 1000);
    const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
    const raw = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x!, 'base64url');
    const without = (name: string) =>
      Object.fromEntries(Object.entries(payload).filter(([claim]) => claim !== name));
    const [h, p, s] = ada.accessToken.split('.') as [string, string, string];
    const altered = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

    const forgeries: Record<string, string> = {
      empty: '',
      'no token': 'token',
      'two parts': `${h}.${p}`,
      'four parts': `${h}.${p}.${s}.${s}`,
      'empty parts': '..',
      'no signature': `${h}.${p}.`,
      'only a signature': `..${s}`,
      'too long': `${h}.${p}.${s}${'A'.repeat(3000)}`,
      'a space before': ` ${h}.${p}.${s}x`,
      'no JSON': `${encode('{')}.${p}.${s}`,
      'altered header': `${altered(h, 10)}.${p}.${s}`,
      'altered payload': `${h}.${altered(p, 20)}.${s}`,
      'altered signature': `${h}.${p}.${altered(s, 5)}`,
      'cut signature': `${h}.${p}.${s.slice(0, -4)}`,
      'signature of another token': `${h}.${p}.${eve.accessToken.split('.')[2]!}`,
      'payload of another token': `${h}.${eve.accessToken.split('.')[1]!}.${s}`,
      'refresh token': ada.refreshToken,
      'another key': forge(header, payload, foreign.privateKey),
      'another key, own jwk': forge(
        { ...header, jwk: foreign.publicKey.export({ format: 'jwk' }) },
        payload,
        foreign.privateKey,
      ),
      'another key, jku': forge(
        { ...header, jku: 'https://attacker.example/keys' },
        payload,
        foreign.privateKey,
      ),
      'another key, x5u': forge(
        { ...header, x5u: 'https://attacker.example/cert' },
        payload,
        foreign.privateKey,
      ),
      'another key, kid': forge({ ...header, kid: '../../dev/null' }, payload, foreign.privateKey),
      'signed with RSA': forge({ ...header, alg: 'RS256' }, payload, rsa.privateKey),
      'unknown critical header': forge({ ...header, crit: ['exp'], exp: now + 9 }, payload),
      'unencoded payload': forge({ ...header, b64: false, crit: ['b64'] }, payload),
      'payload is a list': forge(header, [payload]),
      'payload is text': forge(header, 'payload'),
      'payload is null': forge(header, null),
    };
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      forgeries[`alg ${alg}, unsigned`] = forge({ ...header, alg }, payload, 'nobody');
      forgeries[`alg ${alg}, signed`] = forge({ ...header, alg }, payload);
    }
    for (const [name, secret] of Object.entries({ pem, der, raw, empty: '' })) {
      forgeries[`HS256 with the public key as ${name}`] = withHmac(
        { ...header, alg: 'HS256' },
        payload,
        secret,
      );
    }
    for (const alg of ['RS256', 'PS256', 'ES256', 'HS512', 'Ed448', 'eddsa', 'dir']) {
      forgeries[`alg ${alg} over an Ed25519 signature`] = forge({ ...header, alg }, payload);
    }
    for (const typ of ['JWT', 'at+JWT2', 'refresh', 'id+jwt', undefined]) {
      forgeries[`type ${typ}`] = forge({ alg: 'EdDSA', ...(typ && { typ }) }, payload);
    }
    for (const claim of ['iss', 'aud', 'sub', 'org', 'sid', 'iat', 'exp', 'jti']) {
      forgeries[`no ${claim}`] = forge(header, without(claim));
    }
    const wrongClaims: Record<string, object> = {
      'wrong issuer': { iss: 'https://attacker.example' },
      'no audience of ours': { aud: 'another-api' },
      'several audiences, none ours': { aud: ['another-api', 'third-api'] },
      expired: { exp: now },
      'long expired': { exp: 1 },
      'expiry as text': { exp: String(now + 600) },
      'not valid yet': { nbf: now + 60 },
      "another organisation's": { org: eve.principal.organisationId },
      "another account's": { sub: eve.principal.accountId },
      "another's login session": { sid: eve.principal.sessionId },
      'numbers for ids': { sub: 1, org: 2, sid: 3 },
      'objects for ids': { sub: {}, org: {}, sid: {} },
    };
    for (const [name, claims] of Object.entries(wrongClaims)) {
      forgeries[name] = forge(header, { ...payload, ...claims });
    }

    expect(Object.keys(forgeries).length).toBeGreaterThan(60);
    // And by chance, 500 in all: bits turned over, pieces of two tokens joined, claims of another kind,
    // headers of other algorithms, signatures over something else.
    const seed = Number(process.env['VIVIER_SEED'] ?? randomInt(2 ** 32));
    const { below, one, bytes } = dice(seed);
    const [eh, ep, es] = eve.accessToken.split('.') as [string, string, string];
    const odd = [null, 0, -1, 2 ** 53, '', ' ', true, [], {}, 'Infinity', '\0', [payload['sub']]];
    const ways: (() => string)[] = [
      () => {
        const token = Buffer.from(ada.accessToken);
        const at = below(token.length - 44);
        token[at] = (token[at] ?? 0) ^ (1 << below(7));
        return token.toString('latin1');
      },
      () => `${one([h, eh])}.${one([p, ep])}.${bytes(64).toString('base64url')}`,
      () => {
        const parts = [one([h, eh]), one([p, ep]), one([s, es])];
        [parts[0], parts[1], parts[2]] = one([
          [parts[1], parts[0], parts[2]],
          [parts[2], parts[1], parts[0]],
          [parts[0], parts[2], parts[1]],
        ]) as [string, string, string];
        return parts.join('.');
      },
      () => {
        const claim = one(['iss', 'aud', 'sub', 'org', 'exp']);
        const value = one(odd);
        return forge(header, {
          ...payload,
          [claim]: claim === 'exp' && value === 2 ** 53 ? 0 : value,
        });
      },
      () =>
        forge(
          {
            ...header,
            alg: one(['none', 'HS256', 'RS256', 'ES256', 'EdDSA ', bytes(3).toString('hex')]),
          },
          payload,
        ),
      () =>
        forge(
          { ...header, typ: one(['JWT', 'at+jwt+x', 'dpop+jwt', bytes(3).toString('hex')]) },
          payload,
        ),
      () =>
        forge(
          { ...header, [one(['jku', 'x5u', 'kid'])]: bytes(8).toString('hex') },
          payload,
          foreign.privateKey,
        ),
      () =>
        withHmac(
          { ...header, alg: one(['HS256', 'HS512', 'EdDSA']) },
          payload,
          one([pem, der, raw, bytes(32)]),
        ),
      () => forge(header, { ...payload, nbf: now + 1 + below(10 ** 6) }),
      () => forge(header, { ...payload, exp: now - below(10 ** 9) }),
      () => ada.accessToken.slice(0, below(ada.accessToken.length - 1)),
      () => bytes(below(600)).toString(one(['latin1', 'base64url', 'hex'] as const)),
    ];
    for (let n = 0; Object.keys(forgeries).length < 500; n += 1)
      forgeries[`by chance ${n} of seed ${seed}`] = ways[n % ways.length]!();

    const accepted = [];
    for (const [name, token] of Object.entries(forgeries)) {
      const outcome = await refusalOf(identity.authenticate(token));
      if (outcome !== 'NotSignedIn') accepted.push({ name, outcome });
    }
    expect(accepted).toEqual([]);
    expect(Object.keys(forgeries)).toHaveLength(500);
    expect(
      await refusalOf(identity.authenticate(forge(header, { ...payload, sid: 'unknown' }))),
    ).toBe('SessionEnded');
  });
});

/** Chance that a seed repeats. */
const dice = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    one: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T,
    bytes: (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256))),
  };
};
