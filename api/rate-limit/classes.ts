import type { Environment } from '../../infra/config';
import { apiPrefix } from '../route';

/** The limits that there are. Each has a bucket for each of those whom it counts. */
export const limitClasses = [
  'address',
  'credential',
  'principal',
  'login',
  'vitals',
  'hook',
  'csp',
  'upgrade',
] as const;
export type LimitClass = (typeof limitClasses)[number];

/** Requests a minute; 0 is no limit. */
export type Limits = Readonly<Record<LimitClass, number>>;

export function limitsOf(env: Environment): Limits {
  return {
    address: env.RATE_LIMIT_PER_MINUTE,
    // What does not hold counts against the address too, so it needs no number of its own.
    credential: env.RATE_LIMIT_PER_MINUTE,
    principal: env.RATE_LIMIT_PRINCIPAL_PER_MINUTE,
    login: env.RATE_LIMIT_LOGIN_PER_MINUTE,
    vitals: env.RATE_LIMIT_VITALS_PER_MINUTE,
    hook: env.RATE_LIMIT_HOOK_PER_MINUTE,
    csp: env.RATE_LIMIT_CSP_PER_MINUTE,
    upgrade: env.RATE_LIMIT_UPGRADE_PER_MINUTE,
  };
}

/** Which bucket a request is counted in, by address and, where it has one, the `item` that the path names. */
export interface Rule {
  limit: LimitClass;
  item?: string;
}

/**
 * Paths as the router takes them: in any case, with or without a slash at the end. Of hooks, only ids that can be: others would
 * bring a bucket of their own each.
 */
const own: { method: string; path: RegExp; limit: LimitClass }[] = [
  { method: 'POST', path: /^\/auth\/login\/?$/i, limit: 'login' },
  { method: 'POST', path: /^\/metrics\/frontend\/?$/i, limit: 'vitals' },
  { method: 'POST', path: /^\/hooks\/([a-z0-9][a-z0-9-]{0,62})\/?$/, limit: 'hook' },
  { method: 'POST', path: /^\/csp-reports\/?$/i, limit: 'csp' },
];

/**
 * Null for what is not counted: health and metrics, because who watches the system must not be turned away when it is busy
 * (and asks from one address for many); pages and their files, because one view loads several and they cost no server behind
 * this one. Upgrades of `/ws` do not come this way; `ws/upgrade.ts` counts them.
 */
export function ruleFor(method: string, path: string): Rule | null {
  if (!isBelow(path, apiPrefix)) return null;
  const below = path.slice(apiPrefix.length);
  for (const { limit, ...wanted } of own) {
    const match = method === wanted.method ? wanted.path.exec(below) : null;
    if (match) return { limit, ...(match[1] === undefined ? {} : { item: match[1] }) };
  }
  return { limit: 'address' };
}

function isBelow(path: string, prefix: string): boolean {
  const begin = path.slice(0, prefix.length).toLowerCase();
  return begin === prefix && (path.length === prefix.length || path[prefix.length] === '/');
}
