import type { KeyStanding } from '../../projections/queries/api-keys';
import type { SessionStanding } from '../../projections/queries/sessions';
import { FreshCache } from './fresh-cache';

export interface StandingSource {
  session(id: string): Promise<SessionStanding | null>;
  /** @param prefix the visible part of the key */
  key(prefix: string): Promise<KeyStanding | null>;
}

/**
 * How sessions and keys stand, and their owners: read from Postgres, at most two seconds old, or a minute while that is away.
 * What a token says of its bearer is never asked.
 */
export class Directory {
  private readonly sessions: FreshCache<SessionStanding | null>;
  private readonly keys: FreshCache<KeyStanding | null>;

  constructor(source: StandingSource, now: () => number = Date.now) {
    this.sessions = new FreshCache((id) => source.session(id), now);
    this.keys = new FreshCache((prefix) => source.key(prefix), now);
  }

  /** @throws Problem `unavailable` */
  session(id: string): Promise<SessionStanding | null> {
    return this.sessions.get(id);
  }

  /** @throws Problem `unavailable` */
  key(prefix: string): Promise<KeyStanding | null> {
    return this.keys.get(prefix);
  }

  /** Something was changed by this process, which then knows of it at once. */
  changed(): void {
    this.sessions.clear();
    this.keys.clear();
  }
}
