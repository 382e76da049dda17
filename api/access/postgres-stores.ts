import type { Pool } from 'pg';
import type { Logger } from '../../infra/logger';
import {
  createApiKey,
  findApiKey,
  findKeyStanding,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
} from '../../projections/queries/api-keys';
import {
  attemptLogin,
  endSession,
  findSession,
  openSession,
  rotateRefreshToken,
} from '../../projections/queries/sessions';
import { createUser, findUser, listUsers, updateUser } from '../../projections/queries/users';
import type { Ask } from '../guarded-postgres';
import type { StandingSource } from './directory';
import type { ApiKeys, SessionStore, Users } from './stores';

export function postgresStandings(pool: Pool, ask: Ask): StandingSource {
  return {
    session: (id) => ask(() => findSession(pool, id)),
    key: (prefix) => ask(() => findKeyStanding(pool, prefix)),
  };
}

export function postgresUsers(pool: Pool, ask: Ask): Users {
  return {
    list: (limit, cursor) => ask(() => listUsers(pool, limit, cursor)),
    find: (username) => ask(() => findUser(pool, username)),
    create: (user) => ask(() => createUser(pool, user)),
    update: (username, change) => ask(() => updateUser(pool, username, change)),
  };
}

export function postgresApiKeys(pool: Pool, ask: Ask): ApiKeys {
  return {
    list: (owner, limit, cursor) => ask(() => listApiKeys(pool, owner, limit, cursor)),
    find: (id) => ask(() => findApiKey(pool, id)),
    create: (key) => ask(() => createApiKey(pool, key)),
    revoke: (id) => ask(() => revokeApiKey(pool, id)),
  };
}

export function postgresSessions(pool: Pool, ask: Ask): SessionStore {
  return {
    attempt: (username, lockout) => ask(() => attemptLogin(pool, username, lockout)),
    open: (username, passwordHash, session) => ask(() => openSession(pool, username, passwordHash, session)),
    rotate: (hash, next) => ask(() => rotateRefreshToken(pool, hash, next)),
    end: (session) => ask(() => endSession(pool, session)),
  };
}

const touchEveryMs = 60_000;
const mostTouched = 10_000;

/** Notes which keys are used, at most once a minute each. A use that is not noted is none that is refused. */
export function keyUse(pool: Pool, ask: Ask, logger: Logger): (id: string) => void {
  const touched = new Map<string, number>();
  return (id) => {
    const now = Date.now();
    if (now - (touched.get(id) ?? 0) < touchEveryMs) return;
    if (touched.size >= mostTouched) touched.clear();
    touched.set(id, now);
    ask(() => touchApiKey(pool, id)).catch((error: unknown) =>
      logger.warn({ err: error }, 'the use of a key was not noted'),
    );
  };
}
