import type { Environment } from './config';
import { listed, parseNetwork } from './network';

const limitNames = [
  'RATE_LIMIT_PER_MINUTE',
  'RATE_LIMIT_LOGIN_PER_MINUTE',
  'RATE_LIMIT_VITALS_PER_MINUTE',
  'RATE_LIMIT_PRINCIPAL_PER_MINUTE',
  'RATE_LIMIT_HOOK_PER_MINUTE',
  'RATE_LIMIT_CSP_PER_MINUTE',
  'RATE_LIMIT_UPGRADE_PER_MINUTE',
] as const;

/** What no schema of a single variable tells of the edge's settings; empty where all is well. Never holds a value. */
export function edgeFaults(env: Environment): string[] {
  const production = env.ENVIRONMENT === 'production';
  const unlimited = limitNames.filter((name) => production && env[name] === 0);
  return [
    ...unlimited.map((name) => `${name}: 0 (no limit) is not for production`),
    ...listFaults('TRUSTED_PROXIES', env.TRUSTED_PROXIES, (entry) =>
      parseNetwork(entry) ? null : 'is neither an address nor a CIDR',
    ),
    ...listFaults('CORS_ORIGINS', env.CORS_ORIGINS, (entry) => originFault(entry, production)),
    ...((env.TLS_CERT === undefined) === (env.TLS_KEY === undefined)
      ? []
      : ['TLS_CERT and TLS_KEY: one is not without the other']),
  ];
}

function listFaults(name: string, list: string, faultOf: (entry: string) => string | null): string[] {
  return listed(list).flatMap((entry, i) => {
    const fault = faultOf(entry);
    return fault === null ? [] : [`${name}: entry ${i + 1} ${fault}`];
  });
}

function originFault(entry: string, production: boolean): string | null {
  if (entry === '*') return production ? 'lets every page in, which is not for production' : null;
  const exact = URL.canParse(entry) && new URL(entry).origin === entry && /^https?:/.test(entry);
  return exact ? null : 'is not an origin such as https://ops.example.com';
}
