import { createPublicKey, hash, randomUUID, type KeyObject } from 'node:crypto';
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
/** Tokens that were found right and are remembered: some 5 MB at most. */
const MOST_KNOWN = 10_000;

interface Known {
  readonly claims: AccessClaims;
  /** The token's own `exp`, in seconds since 1970. */
  readonly ends: number;
}

/**
 * Signs and checks access tokens (RFC 9068). One algorithm and one key are accepted; a token's own
 * words about its key (`jwk`, `jku`, `x5u`, `kid`) are not followed.
 *
 * A client sends one token with each request. What is remembered is that its signature is right, by a
 * hash of all of it and until it ends: whose session and account live is asked with each request.
 */
export class AccessTokens {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #issuer: string;
  readonly #audience: string;
  /** By the token's hash, so that memory holds no token; the longest known first. */
  readonly #known = new Map<string, Known>();

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
    const name = hash('sha256', token, 'base64');
    const known = this.#known.get(name);
    if (known !== undefined && seconds(now) < known.ends) return known.claims;
    const verified = await jwtVerify(token, this.#publicKey, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: this.#issuer,
      audience: this.#audience,
      requiredClaims: ['iss', 'aud', 'sub', 'org', 'sid', 'iat', 'exp', 'jti'],
      currentDate: new Date(now),
    }).catch(() => undefined);
    const { sub, org, sid, exp, nbf } = verified?.payload ?? {};
    if (typeof sub !== 'string' || typeof org !== 'string' || typeof sid !== 'string') {
      throw new SignInRefused('NotSignedIn');
    }
    const claims = {
      accountId: sub as AccountId,
      organisationId: org as OrganisationId,
      sessionId: sid as LoginSessionId,
    };
    // Ours say no `nbf`; with a clock that is set back, another's would have to be looked at again.
    if (exp !== undefined && nbf === undefined) this.#remember(name, { claims, ends: exp });
    return claims;
  }

  #remember(name: string, known: Known): void {
    this.#known.delete(name);
    this.#known.set(name, known);
    if (this.#known.size <= MOST_KNOWN) return;
    const [longestKnown] = this.#known.keys();
    if (longestKnown !== undefined) this.#known.delete(longestKnown);
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
