import { setTimeout as delay } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import type { Lockout } from '../../projections/queries/sessions';
import { Problem } from '../problem';
import type { Directory } from './directory';
import type { Passwords } from './passwords';
import { randomToken, tokenHash } from './secrets';
import type { SessionStore } from './stores';
import { refused, type Tokens } from './tokens';

/** What a login or a refresh answers with. */
export interface Grant {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  refresh_token: string;
  /** Seconds until the session ends, whatever is refreshed. */
  refresh_expires_in: number;
}

/** Who logged in, or why nobody did. The reason is for the record, never for the answer. */
export type Login =
  | { subject: string; grant: Grant }
  | { refused: 'unknown' | 'disabled' | 'locked' | 'service' | 'wrong_password'; lockedNow: boolean };

export type Refresh = { subject: string; grant: Grant } | { reused: string };

/** A refusal takes a multiple of this, so that how long it took says nothing of why, in ms. */
const stepMs = 250;

/** Logins, and the sessions that they begin. */
export class Sessions {
  constructor(
    private readonly store: SessionStore,
    private readonly tokens: Tokens,
    private readonly passwords: Passwords,
    private readonly directory: Pick<Directory, 'changed'>,
    private readonly options: { lockout: Lockout; sessionHours: number },
  ) {}

  /** Checks a password at the same cost whoever is named. @throws Problem `unavailable` */
  async logIn(username: string, password: string): Promise<Login> {
    const startedAt = performance.now();
    const login = await this.tryLogIn(username, password);
    if ('refused' in login) await delay(stepMs - ((performance.now() - startedAt) % stepMs));
    return login;
  }

  private async tryLogIn(username: string, password: string): Promise<Login> {
    const { lockout, sessionHours: hours } = this.options;
    const attempt = await this.store.attempt(username, lockout);
    const passwordHash = attempt.status === 'open' ? attempt.passwordHash : undefined;
    const matches = await this.passwords.matches(passwordHash, password);
    if (attempt.status !== 'open') return { refused: attempt.status, lockedNow: false };
    if (!matches) return { refused: 'wrong_password', lockedNow: attempt.locksUntil !== null };
    const [session, refreshToken] = [uuidv7(), randomToken()];
    const next = { id: uuidv7(), family: session, hash: tokenHash(refreshToken), hours };
    const expiresAt = await this.store.open(username, attempt.passwordHash, next);
    if (!expiresAt) return { refused: 'wrong_password', lockedNow: false };
    return { subject: username, grant: await this.grant(username, session, refreshToken, expiresAt) };
  }

  /**
   * New tokens for a refresh token, which is void then. One that was used before ends its session, unless it comes with the
   * same `attempt` as then and what it was answered with was never used.
   * @throws Problem `invalid_refresh_token` | `unavailable`
   */
  async refresh(refreshToken: string, attempt?: string): Promise<Refresh> {
    const next = attempt === undefined ? randomToken() : this.tokens.successor(refreshToken, attempt);
    const rotation = await this.store.rotate(tokenHash(refreshToken), { id: uuidv7(), hash: tokenHash(next) });
    switch (rotation.status) {
      case 'invalid':
        throw refused('invalid_refresh_token');
      case 'reused':
        this.directory.changed();
        return { reused: rotation.subject };
      case 'rotated': {
        const { subject, session, expiresAt } = rotation;
        return { subject, grant: await this.grant(subject, session, next, expiresAt) };
      }
    }
  }

  /** Ends a session, access tokens and sockets included. @throws Problem `unavailable` */
  async end(session: string): Promise<void> {
    await this.store.end(session);
    this.directory.changed();
  }

  private async grant(subject: string, session: string, refreshToken: string, expiresAt: Date): Promise<Grant> {
    return {
      access_token: await this.tokens.issue(subject, session),
      token_type: 'Bearer',
      expires_in: this.tokens.ttlSeconds,
      refresh_token: refreshToken,
      refresh_expires_in: Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000)),
    };
  }
}

/** The one answer to every login that failed. */
export function invalidCredentials(): Problem {
  return new Problem('invalid_credentials', undefined, [], { 'WWW-Authenticate': 'Bearer realm="ymera"' });
}
