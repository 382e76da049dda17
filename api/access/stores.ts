import type { ApiKey, ApiKeyPage, NewApiKey } from '../../projections/queries/api-keys';
import type { Lockout, LoginAttempt, NewRefreshToken, Rotation } from '../../projections/queries/sessions';
import type { NewUser, User, UserChange, UserPage } from '../../projections/queries/users';

/** Where identity is kept. Each call throws a `Problem` `unavailable` where Postgres does not answer in time. */

export interface Users {
  list(limit: number, cursor?: string): Promise<UserPage>;
  find(username: string): Promise<User | null>;
  /** @returns null where there is one of that name */
  create(user: NewUser): Promise<User | null>;
  /** @returns null where there is no such user, or where no admin would be left */
  update(username: string, change: UserChange): Promise<User | null>;
}

export interface ApiKeys {
  list(owner: string, limit: number, cursor?: string): Promise<ApiKeyPage>;
  find(id: string): Promise<ApiKey | null>;
  create(key: NewApiKey): Promise<ApiKey>;
  revoke(id: string): Promise<ApiKey | null>;
}

/** See `projections/queries/sessions.ts`. */
export interface SessionStore {
  attempt(username: string, lockout: Lockout): Promise<LoginAttempt>;
  open(
    username: string,
    passwordHash: string,
    session: NewRefreshToken & { family: string; hours: number },
  ): Promise<Date | null>;
  rotate(hash: Buffer, next: NewRefreshToken): Promise<Rotation>;
  end(session: string): Promise<void>;
}
