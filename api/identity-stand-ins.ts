import { hash } from '@node-rs/argon2';
import { uuidv7 } from 'uuidv7';
import type { ApiKey, KeyStanding, NewApiKey } from '../projections/queries/api-keys';
import type { LoginAttempt, NewRefreshToken, Rotation, SessionStanding } from '../projections/queries/sessions';
import type { NewUser, User, UserChange } from '../projections/queries/users';
import { Access } from './access/access';
import { Directory, type StandingSource } from './access/directory';
import { Passwords } from './access/passwords';
import { Sessions } from './access/sessions';
import type { ApiKeys, SessionStore, Users } from './access/stores';
import { Tokens } from './access/tokens';
import type { Audit, EdgeAct } from './audit';
import type { Dependencies } from './dependencies';

/** Stand-ins for unit tests of the API: who there is, in memory. The queries themselves have tests on a real Postgres. */

export const testKey = 'a key of a test, of 32 characters or more';

const time = new Date('2026-01-01T00:00:00.000Z');
const hourMs = 3_600_000;

type Kept = User & { passwordHash: string | null };
interface KeptSession {
  subject: string;
  hashes: string[];
  revoked: boolean;
  expiresAt: Date;
}

export class MemoryIdentity implements SessionStore, StandingSource, Audit {
  readonly users = new Map<string, Kept>();
  readonly sessions = new Map<string, KeptSession>();
  readonly keys = new Map<string, ApiKey & { hash: Buffer }>();
  /** What was put on record. */
  readonly acts: EdgeAct[] = [];

  async record(act: EdgeAct): Promise<void> {
    this.acts.push(act);
  }

  /** A user and an open session of theirs. */
  join(username: string, roles: string[], kind: User['kind'] = 'person', passwordHash: string | null = null): string {
    const at = time.toISOString();
    const rest = { disabled: false, lockedUntil: null, createdBy: 'test', createdAt: at, updatedAt: at };
    this.users.set(username, { username, kind, roles, passwordHash, ...rest });
    const session = uuidv7();
    const expiresAt = new Date(Date.now() + hourMs);
    this.sessions.set(session, { subject: username, hashes: [], revoked: false, expiresAt });
    return session;
  }

  async session(id: string): Promise<SessionStanding | null> {
    const found = this.sessions.get(id);
    return found ? { ...this.account(found.subject), revoked: found.revoked, expiresAt: found.expiresAt } : null;
  }

  async key(prefix: string): Promise<KeyStanding | null> {
    const found = [...this.keys.values()].find((key) => key.prefix === prefix);
    if (!found) return null;
    const { id, hash: kept, scopes, agents, revokedAt, expiresAt } = found;
    const own = { id, prefix, hash: kept, scopes, agents, revoked: revokedAt !== null, expiresAt: new Date(expiresAt) };
    return { ...this.account(found.owner), ...own };
  }

  async attempt(username: string): Promise<LoginAttempt> {
    const user = this.users.get(username);
    if (!user) return { status: 'unknown' };
    if (user.lockedUntil !== null) return { status: 'locked' };
    if (user.passwordHash === null) return { status: 'service' };
    return user.disabled
      ? { status: 'disabled' }
      : { status: 'open', passwordHash: user.passwordHash, locksUntil: null };
  }

  async open(subject: string, _: string, { family, hash: kept }: NewRefreshToken & { family: string }): Promise<Date> {
    const expiresAt = new Date(Date.now() + hourMs);
    this.sessions.set(family, { subject, hashes: [kept.toString('hex')], revoked: false, expiresAt });
    return expiresAt;
  }

  async rotate(used: Buffer, next: NewRefreshToken): Promise<Rotation> {
    const text = used.toString('hex');
    const [id, found] = [...this.sessions].find(([, { hashes }]) => hashes.includes(text)) ?? [];
    if (!id || !found || found.revoked) return { status: 'invalid' };
    const { subject, hashes, expiresAt } = found;
    const nextText = next.hash.toString('hex');
    if (hashes.at(-1) === nextText) return { status: 'rotated', session: id, subject, expiresAt };
    if (hashes.at(-1) !== text) {
      found.revoked = true;
      return { status: 'reused', session: id, subject };
    }
    hashes.push(nextText);
    return { status: 'rotated', session: id, subject, expiresAt };
  }

  async end(session: string): Promise<void> {
    const found = this.sessions.get(session);
    if (found) found.revoked = true;
  }

  get userStore(): Users {
    return {
      list: async () => ({ users: [...this.users.values()].map(shown), next: null }),
      find: async (username) => shownOrNull(this.users.get(username)),
      create: async (user: NewUser) => {
        if (this.users.has(user.username)) return null;
        this.join(user.username, [...user.roles], user.kind, user.passwordHash);
        return shownOrNull(this.users.get(user.username));
      },
      update: async (username: string, { roles, ...change }: UserChange) => {
        const user = this.users.get(username);
        if (user) Object.assign(user, change, roles ? { roles: [...roles] } : {});
        return shownOrNull(user);
      },
    };
  }

  get keyStore(): ApiKeys {
    return {
      list: async (owner) => ({ keys: [...this.keys.values()].filter((key) => key.owner === owner), next: null }),
      find: async (id) => this.keys.get(id) ?? null,
      create: async ({ hash: kept, days, scopes, agents, ...key }: NewApiKey) => {
        const expiresAt = new Date(Date.now() + days * 24 * hourMs).toISOString();
        const times = { createdAt: time.toISOString(), expiresAt, revokedAt: null, lastUsedAt: null };
        const made = { ...key, scopes: [...scopes], agents: agents && [...agents], ...times };
        this.keys.set(key.id, { ...made, hash: kept });
        return made;
      },
      revoke: async (id) => {
        const key = this.keys.get(id);
        if (key) key.revokedAt = new Date().toISOString();
        return key ?? null;
      },
    };
  }

  private account(subject: string) {
    const { kind, roles, disabled } = this.users.get(subject) as Kept;
    return { subject, kind, roles, disabled, notBefore: null };
  }
}

function shown({ passwordHash: _, ...user }: Kept): User {
  return user;
}

function shownOrNull(user: Kept | undefined): User | null {
  return user ? shown(user) : null;
}

/** All of the API that concerns identity, on the stand-in. */
export function identityOf(
  identity: MemoryIdentity,
): Pick<Dependencies, 'access' | 'sessions' | 'users' | 'apiKeys' | 'directory' | 'audit'> & { tokens: Tokens } {
  const tokens = new Tokens([testKey], 60);
  const directory = new Directory(identity);
  const options = { lockout: { after: 5, minutes: 15 }, sessionHours: 1 };
  return {
    access: new Access(tokens, directory, () => undefined),
    sessions: new Sessions(identity, tokens, new Passwords(), directory, options),
    tokens,
    users: identity.userStore,
    apiKeys: identity.keyStore,
    directory,
    audit: identity,
  };
}

/** Kept of a password; a cheap one, since tests have no secrets. */
export function cheapHash(password: string): Promise<string> {
  return hash(password, { memoryCost: 1024, timeCost: 1 });
}
