import { randomUUID } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import type { LivingSession, OpenSession } from '../account-store.ts';
import type { AccountId, Lifetimes, LoginSessionId } from '../port.ts';
import { hashOfToken, newRefreshToken } from '../refresh-tokens.ts';
import type { Rows, SessionRow } from './collections.ts';

/** Login sessions and their refresh tokens in the database. */
export class SessionRows {
  readonly #rows: Rows;
  readonly #lifetimes: Lifetimes;

  constructor(rows: Rows, lifetimes: Lifetimes) {
    this.#rows = rows;
    this.#lifetimes = lifetimes;
  }

  /** Within a transaction of the caller, which has written to the account. */
  async open(account: AccountId, now: number, session: ClientSession): Promise<OpenSession> {
    const row = {
      _id: randomUUID() as LoginSessionId,
      account,
      openedAt: now,
      usedAt: now,
      endedAt: null,
    };
    await this.#rows.sessions.insertOne(row, { session });
    const refreshToken = await this.#newToken(row, session);
    return { ...this.#toLiving(row), refreshToken };
  }

  async living(sessionId: LoginSessionId, now: number): Promise<LivingSession | undefined> {
    return this.#ifLiving(await this.#rows.sessions.findOne({ _id: sessionId }), now);
  }

  async rotate(refreshToken: string, now: number): Promise<OpenSession | 'unknown' | 'ended'> {
    const hash = hashOfToken(refreshToken)?.toString('base64url');
    if (hash === undefined) return 'unknown';
    const { sessions, tokens } = this.#rows;
    return this.#rows.transaction(async (session) => {
      const token = await tokens.findOne({ _id: hash }, { session });
      if (token === null) return 'unknown';
      const _id = token.session;
      const row = await sessions.findOne({ _id }, { session });
      const living = this.#ifLiving(row, now);
      if (row === null || living === undefined) return 'ended';
      if (token.rotatedAt !== null) {
        await sessions.updateOne({ _id }, { $set: { endedAt: now } }, { session });
        return 'ended';
      }
      await tokens.updateOne({ _id: hash }, { $set: { rotatedAt: now } }, { session });
      await sessions.updateOne({ _id }, { $set: { usedAt: now } }, { session });
      return { ...living, refreshToken: await this.#newToken(row, session) };
    });
  }

  async end(_id: LoginSessionId, now: number): Promise<void> {
    await this.#rows.sessions.updateOne({ _id, endedAt: null }, { $set: { endedAt: now } });
  }

  /** Sessions that have lapsed by themselves are forgotten when somebody signs in. */
  async purge(now: number): Promise<void> {
    const lapsed = { openedAt: { $lte: now - this.#lifetimes.session } };
    await this.#rows.tokens.deleteMany(lapsed);
    await this.#rows.sessions.deleteMany(lapsed);
  }

  async #newToken({ _id, openedAt }: SessionRow, session: ClientSession): Promise<string> {
    const token = newRefreshToken();
    const hash = hashOfToken(token)!.toString('base64url');
    const row = { _id: hash, session: _id, openedAt, rotatedAt: null };
    await this.#rows.tokens.insertOne(row, { session });
    return token;
  }

  #ifLiving(row: SessionRow | null, now: number): LivingSession | undefined {
    if (row === null || row.endedAt !== null) return undefined;
    const living = this.#toLiving(row);
    return now < living.ends && now < row.usedAt + this.#lifetimes.idle ? living : undefined;
  }

  #toLiving({ _id, account, openedAt }: SessionRow): LivingSession {
    return { sessionId: _id, accountId: account, ends: openedAt + this.#lifetimes.session };
  }
}
