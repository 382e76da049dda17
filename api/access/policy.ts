import { edgeAgentId } from '../../actors/edge/edge';
import { policyAgentId } from '../../actors/policy/policy';

/** Who may do what. Whatever is not said here is denied; `mount.ts` enforces it. */

export const roles = ['viewer', 'operator', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];

const reading = [
  'agents:read',
  'events:read',
  'runs:read',
  'approvals:read',
  'runbooks:read',
  'schedules:read',
  'hooks:read',
  'locks:read',
  'kinds:read',
  'actions:read',
  'system:read',
] as const;

const operating = [
  'agents:create',
  'agents:stop',
  'agents:command',
  'agents:configure',
  'runs:start',
  'runs:control',
  'runbooks:write',
  'schedules:write',
  'hooks:write',
  'locks:break',
] as const;

const answering = ['approvals:answer'] as const;

const auditing = ['audit:read', 'evidence:verify', 'evidence:export', 'codec:decode', 'users:read'] as const;

/** What only an admin does: the rules that all runs obey, who may come in, and how long evidence is kept. */
const ruling = ['policy:write', 'users:write', 'keys:write', 'evidence:govern'] as const;

export const permissions = [...reading, ...operating, ...answering, ...auditing, ...ruling] as const;
export type Permission = (typeof permissions)[number];

const grants: Record<Role, readonly Permission[]> = {
  viewer: reading,
  operator: [...reading, ...operating],
  approver: [...reading, ...answering],
  auditor: [...reading, ...auditing],
  admin: permissions,
};

/** What a call demands: a permission, any valid credential, or nothing at all. */
export type Demand = Permission | 'signed-in' | 'public';

/** By the roles that somebody holds: it is asked for each socket each second. There are as many as there are mixtures of roles. */
const known = new Map<string, ReadonlySet<Permission>>();

/** All that these roles may do together; a role that is none counts for nothing. */
export function permissionsOf(held: readonly string[]): ReadonlySet<Permission> {
  const mixture = held.filter(isRole).sort();
  const key = mixture.join(' ');
  const found = known.get(key) ?? new Set(mixture.flatMap((role) => grants[role]));
  known.set(key, found);
  return found;
}

export function isRole(name: string): name is Role {
  return (roles as readonly string[]).includes(name);
}

/** Never part of what an API key may do: whoever finds one must not be able to make more of them. */
const notForKeys: readonly Permission[] = ['users:write', 'keys:write'];

/**
 * What a key that is limited to some agents may be for: calls that are about one agent or run, which is checked then, and those
 * that are about none.
 */
const forLimitedKeys: readonly Permission[] = [
  'agents:read',
  'agents:create',
  'agents:stop',
  'agents:command',
  'agents:configure',
  'events:read',
  'runs:read',
  'runs:start',
  'runs:control',
  'runbooks:read',
  'kinds:read',
  'actions:read',
  'system:read',
  'evidence:verify',
  'evidence:export',
];

/** Whether a key may have it. @param limited to some agents */
export function isForKeys(permission: Permission, limited: boolean): boolean {
  return limited ? forLimitedKeys.includes(permission) : !notForKeys.includes(permission);
}

/** What a command demands, whichever call brings it. */
const commands: Readonly<Record<string, Permission>> = {
  SetConfig: 'agents:configure',
  RollbackConfig: 'agents:configure',
  Stop: 'agents:stop',
  Approve: 'approvals:answer',
  Deny: 'approvals:answer',
  Pause: 'runs:control',
  Resume: 'runs:control',
  Cancel: 'runs:control',
  RetryStep: 'runs:control',
  SkipStep: 'runs:control',
  Break: 'locks:break',
};

export function commandDemand(type: string): Permission {
  return Object.hasOwn(commands, type) ? (commands[type] as Permission) : 'agents:command';
}

/** Kinds of agents whose events tell who did what in Ymera itself. */
const auditedKinds = ['edge', 'policy'];
const auditedTypes = auditedKinds.map((kind) => `ymera.${kind}.`);

const onPolicy: Partial<Record<Demand, Permission>> = {
  'agents:configure': 'policy:write',
  'events:read': 'audit:read',
};
const onEdge: Partial<Record<Demand, Permission>> = { 'agents:read': 'audit:read', 'events:read': 'audit:read' };

/** What is demanded instead where the agent is one of Ymera's own. */
export function demandOn<D extends Demand>(agentId: string, demand: D): D | Permission {
  if (agentId === policyAgentId) return onPolicy[demand] ?? demand;
  if (agentId === edgeAgentId) return onEdge[demand] ?? demand;
  return demand;
}

/** What it takes to see an event of this type (`ymera.{kind}.{EventName}`). */
export function eventDemand(type: string): Permission {
  return auditedTypes.some((prefix) => type.startsWith(prefix)) ? 'audit:read' : 'events:read';
}

/** What it takes to list agents of a kind. */
export function kindDemand(kind: string | undefined): Permission {
  return kind === 'edge' ? 'audit:read' : 'agents:read';
}
