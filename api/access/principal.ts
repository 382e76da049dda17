import type { Permission } from './policy';

/** What somebody came in with. Times are seconds since 1970. */
export type Credential =
  | { type: 'session'; id: string; issuedAt: number; expiresAt: number }
  | { type: 'key'; id: string; prefix: string; expiresAt: number };

/** Who calls, and what they may do, as the directory has it now. */
export interface Principal {
  subject: string;
  kind: 'person' | 'service';
  roles: readonly string[];
  permissions: ReadonlySet<Permission>;
  /** Patterns of the agents that it is limited to (see `patterns.ts`); null where it is not. */
  agents: readonly string[] | null;
  /** Null on a call that demands none. */
  credential: Credential | null;
}

/** Who calls what is open to all. */
export const nobody: Principal = {
  subject: '',
  kind: 'person',
  roles: [],
  permissions: new Set(),
  agents: null,
  credential: null,
};
