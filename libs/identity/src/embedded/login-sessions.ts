import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { AccountsFile } from './accounts-file.ts';
import type { LivingSession, OpenSession } from '../account-store.ts';
import type { AccountId, Lifetimes, LoginSessionId } from '../port.ts';
import { hashOfToken, newRefreshToken } from '../refresh-tokens.ts';

/** Login sessions and their refresh tokens. */
export class LoginSessions {
  readonly #file: AccountsFile;
  readonly #lifetimes: Lifetimes;
  readonly #bySession: StatementSync;
  readonly #byToken: StatementSync;
  readonly #addToken: StatementSync;
  readonly #end: StatementSync;
  readonly #endOfAccount: StatementSync;

  constructor(file: AccountsFile, lifetimes: Lifetimes) {
    this.#file = file;
    this.#lifetimes = lifetimes;
    this.#bySession = file.prepare('SELECT * FROM sessions WHERE session = ?');
    this.#byToken = file.prepare('SELECT session, rotated_at FROM refresh_tokens WHERE hash = ?');
    this.#addToken = file.prepare('INSERT INTO refresh_tokens VALUES (?, ?, NULL)');
    this.#end = file.prepare(
      'UPDATE sessions SET ended_at = ? WHERE session = ? AND ended_at IS NULL',
    );
    this.#endOfAccount = file.prepare(
      'UPDATE sessions SET ended_at = ? WHERE account = ? AND ended_at IS NULL',
    );
  }

  /** Within a transaction of the caller. */
  open(accountId: AccountId, now: number): OpenSession {
    this.#purge(now);
    const sessionId = randomUUID() as LoginSessionId;
    this.#file
      .prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, NULL)')
      .run(sessionId, accountId, now, now);
    const ends = now + this.#lifetimes.session;
    return { sessionId, accountId, ends, refreshToken: this.#newToken(sessionId) };
  }

  living(sessionId: LoginSessionId, now: number): LivingSession | undefined {
    const row = this.#bySession.get(sessionId);
    if (row === undefined || row['ended_at'] !== null) return undefined;
    const ends = (row['opened_at'] as number) + this.#lifetimes.session;
    const idleUntil = (row['used_at'] as number) + this.#lifetimes.idle;
    if (now >= ends || now >= idleUntil) return undefined;
    return { sessionId, accountId: row['account'] as AccountId, ends };
  }

  /**
   * Changes a refresh token for the next one. `unknown`: nobody was given it; `ended`: its session has
   * ended, or ends now because the token comes a second time.
   */
  rotate(refreshToken: string, now: number): OpenSession | 'unknown' | 'ended' {
    const hash = hashOfToken(refreshToken);
    if (hash === undefined) return 'unknown';
    return this.#file.transaction(() => {
      const row = this.#byToken.get(hash);
      if (row === undefined) return 'unknown';
      const session = this.living(row['session'] as LoginSessionId, now);
      if (session === undefined) return 'ended';
      if (row['rotated_at'] !== null) {
        this.end(session.sessionId, now);
        return 'ended';
      }
      this.#file.prepare('UPDATE refresh_tokens SET rotated_at = ? WHERE hash = ?').run(now, hash);
      this.#file
        .prepare('UPDATE sessions SET used_at = ? WHERE session = ?')
        .run(now, session.sessionId);
      return { ...session, refreshToken: this.#newToken(session.sessionId) };
    });
  }

  end(sessionId: LoginSessionId, now: number): void {
    this.#end.run(now, sessionId);
  }

  endAllOf(accountId: AccountId, now: number): void {
    this.#endOfAccount.run(now, accountId);
  }

  #newToken(sessionId: LoginSessionId): string {
    const token = newRefreshToken();
    this.#addToken.run(hashOfToken(token)!, sessionId);
    return token;
  }

  /** Sessions that have lapsed by themselves are forgotten when somebody signs in. */
  #purge(now: number): void {
    const lapsed = now - this.#lifetimes.session;
    const old = 'FROM sessions WHERE opened_at <= ?';
    this.#file
      .prepare(`DELETE FROM refresh_tokens WHERE session IN (SELECT session ${old})`)
      .run(lapsed);
    this.#file.prepare(`DELETE ${old}`).run(lapsed);
  }
}
