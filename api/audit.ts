import type { Logger } from '../infra/logger';

export type EdgeActType =
  | 'LoggedIn'
  | 'LoginFailed'
  | 'AccountLocked'
  | 'SessionRefreshed'
  | 'RefreshReused'
  | 'LoggedOut'
  | 'AccessDenied'
  | 'UserCreated'
  | 'RolesChanged'
  | 'UserDisabled'
  | 'UserEnabled'
  | 'PasswordChanged'
  | 'ApiKeyCreated'
  | 'ApiKeyRevoked';

/** What somebody did at the edge, or was kept from. Never holds a password, a token or a key. */
export interface EdgeAct {
  type: EdgeActType;
  /** Who did it; `anonymous` where that is not known. */
  principal: string;
  /** Such as `POST /api/v1/auth/login`: the path of the route, never a query. */
  method: string;
  address: string;
  requestId: string;
  reason?: string;
  /** User, id of a key, or path that it concerns. */
  about?: string;
  detail?: Record<string, string | string[]>;
}

export interface Audit {
  /** Durable when it resolves. */
  record(act: EdgeAct): Promise<void>;
}

/** Acts as lines of the log. */
export function loggedAudit(logger: Logger): Audit {
  return { record: async (act) => logger.info({ act }, 'act') };
}
