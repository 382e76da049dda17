import { del, get, set } from 'idb-keyval';
import { idempotencyKey } from './idempotency-key';
import type { components } from '../../../generated/api-types';

type Grant = components['schemas']['Grant'];

/** What is kept of a session. Times in ms since 1970, by this browser's clock. */
export interface Session {
  accessToken: string;
  accessUntil: number;
  refreshToken: string;
  until: number;
}

/** The last renewal, as IndexedDB keeps it. */
interface Renewal {
  /** The refresh token that is spent for it. */
  spent: string;
  /** With the same one the same answer comes again: a page that is reloaded may never see it. */
  attempt: string;
  /** What came of it, once it is known. */
  session?: Session;
}

const key = 'ymera.session';
const renewalKey = 'ymera.renewal';
/** A token is renewed while it still holds for this long, in ms. */
const renewBefore = 30_000;

type Listener = (session: Session | null) => void;

/**
 * The session of this browser, shared by its tabs. A refresh token is good once, and where one comes a second time the whole
 * session is ended; so tabs renew it one after another, under a lock, and look first whether another has done it. They look in
 * IndexedDB: what one tab has written to localStorage may come to another, in a process of its own, only after the lock did.
 */
class SessionStore {
  private readonly listeners = new Set<Listener>();
  private renewing: Promise<Session | null> | null = null;

  constructor() {
    window.addEventListener('storage', (event) => {
      if (event.key === key) this.tell();
    });
  }

  get current(): Session | null {
    const text = localStorage.getItem(key);
    if (text === null) return null;
    const session = JSON.parse(text) as Session;
    return session.until > Date.now() ? session : null;
  }

  begin(grant: Grant): void {
    this.keep(sessionOf(grant));
  }

  end(): void {
    localStorage.removeItem(key);
    void del(renewalKey);
    this.tell();
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A token that holds for a while yet, renewed where needed; null where nobody is signed in. */
  async bearer(): Promise<string | null> {
    const session = this.current;
    if (session === null || session.accessUntil - renewBefore > Date.now()) return session?.accessToken ?? null;
    return (await this.renew(session.accessToken))?.accessToken ?? null;
  }

  /** Another token than this one, which holds no more. @throws TypeError where the server is away */
  renew(spent: string): Promise<Session | null> {
    this.renewing ??= alone(() => this.exchange(spent)).finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async exchange(spent: string): Promise<Session | null> {
    const session = this.current;
    if (session === null || session.accessToken !== spent) return session;
    const last = await get<Renewal>(renewalKey);
    const same = last?.spent === session.refreshToken ? last : null;
    if (same?.session) return this.keep(same.session);
    const renewal: Renewal = same ?? { spent: session.refreshToken, attempt: idempotencyKey() };
    await set(renewalKey, renewal);
    const response = await fetch('/api/v1/auth/refresh', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: renewal.spent, attempt: renewal.attempt }),
    });
    if (response.ok) {
      const renewed = sessionOf((await response.json()) as Grant);
      await set(renewalKey, { ...renewal, session: renewed } satisfies Renewal);
      return this.keep(renewed);
    }
    // Too many calls, or a server that is away, end no session.
    if (response.status !== 401) return session;
    this.end();
    return null;
  }

  private keep(session: Session): Session {
    localStorage.setItem(key, JSON.stringify(session));
    this.tell();
    return session;
  }

  private tell(): void {
    const session = this.current;
    for (const listener of this.listeners) listener(session);
  }
}

export const session = new SessionStore();

function sessionOf(grant: Grant): Session {
  const now = Date.now();
  return {
    accessToken: grant.access_token,
    accessUntil: now + grant.expires_in * 1000,
    refreshToken: grant.refresh_token,
    until: now + grant.refresh_expires_in * 1000,
  };
}

/** One tab at a time, where the browser has locks: it has none over plain HTTP from another machine. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? await navigator.locks.request(key, work) : work();
}
