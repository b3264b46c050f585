import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { OrganisationId } from '@vivier/kernel';
import type { AccountId, LoginSessionId } from './port.ts';
import { SignInRefused } from './refusals.ts';

/** What an access token says: who, where, in which login session. No role: rights are read afresh. */
export interface AccessClaims {
  readonly accountId: AccountId;
  readonly organisationId: OrganisationId;
  readonly sessionId: LoginSessionId;
}

const ALGORITHM = 'EdDSA';
const TYPE = 'at+jwt';
/** Ours have some 400 characters. */
const LONGEST_TOKEN = 2048;

/**
 * Signs and checks access tokens (RFC 9068). One algorithm and one key are accepted; a token's own
 * words about its key (`jwk`, `jku`, `x5u`, `kid`) are not followed.
 */
export class AccessTokens {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #issuer: string;
  readonly #audience: string;

  constructor(privateKey: KeyObject, issuer: string, audience: string) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    this.#issuer = issuer;
    this.#audience = audience;
  }

  /** Times are in ms since 1970; the token's own are whole seconds, so it may end a little earlier. */
  sign(claims: AccessClaims, now: number, ends: number): Promise<string> {
    return new SignJWT({ org: claims.organisationId, sid: claims.sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(this.#issuer)
      .setAudience(this.#audience)
      .setSubject(claims.accountId)
      .setIssuedAt(seconds(now))
      .setExpirationTime(seconds(ends))
      .setJti(randomUUID())
      .sign(this.#privateKey);
  }

  /** Rejects with `NotSignedIn`, and with nothing of the token in it. */
  async verify(token: string, now: number): Promise<AccessClaims> {
    if (typeof token !== 'string' || token.length > LONGEST_TOKEN) {
      throw new SignInRefused('NotSignedIn');
    }
    const verified = await jwtVerify(token, this.#publicKey, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: this.#issuer,
      audience: this.#audience,
      requiredClaims: ['iss', 'aud', 'sub', 'org', 'sid', 'iat', 'exp', 'jti'],
      currentDate: new Date(now),
    }).catch(() => undefined);
    const { sub, org, sid } = verified?.payload ?? {};
    if (typeof sub !== 'string' || typeof org !== 'string' || typeof sid !== 'string') {
      throw new SignInRefused('NotSignedIn');
    }
    return {
      accountId: sub as AccountId,
      organisationId: org as OrganisationId,
      sessionId: sid as LoginSessionId,
    };
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
