import { eventAgent, type EventRecord } from '../../actors/core/event';
import type { Dependencies } from '../dependencies';
import { Problem } from '../problem';
import { readRun } from '../run-reader';
import { matchesAny } from './patterns';
import { demandOn, eventDemand, type Demand, type Permission } from './policy';
import type { Credential, Principal } from './principal';

/** @throws Problem `forbidden` that names the permission */
export function demand({ permissions }: Principal, wanted: Permission): void {
  if (!permissions.has(wanted)) throw new Problem('forbidden', `the call demands the permission ${wanted}`);
}

/**
 * Whether a caller may make a call at all, before anything else of it is looked at.
 * @param path of the route, with its parameters by name
 * @param id the parameter of that name, as it came
 * @throws Problem `forbidden`
 */
export function authorize(principal: Principal, path: string, wanted: Demand, id: string | undefined): void {
  const ofAgent = id !== undefined && path.startsWith('/agents/{id}');
  const demanded = ofAgent ? demandOn(id, wanted) : wanted;
  if (demanded === 'public' || demanded === 'signed-in') return;
  demand(principal, demanded);
  if (ofAgent) demandReach(principal, id);
}

/** @throws Problem `forbidden` where the caller's key is limited to other agents */
export function demandReach(principal: Principal, agentId: string): void {
  if (!inReach(principal, agentId))
    throw new Problem('forbidden', `the key is not for agent ${agentId || 'of any id'}`);
}

export function inReach({ agents }: Principal, agentId: string): boolean {
  return agents === null || matchesAny(agents, agentId);
}

/** The limits of the caller's key, for a list. */
export function within({ agents }: Principal): { patterns?: readonly string[] } {
  return agents === null ? {} : { patterns: agents };
}

/**
 * A key that is limited to some agents reaches the runs that one of these has asked for, and those begun in its owner's name.
 * @throws Problem `forbidden` | `run_not_found` | `unavailable`
 */
export async function demandRunReach(
  deps: Pick<Dependencies, 'agents' | 'ledger'>,
  principal: Principal,
  runId: string,
): Promise<void> {
  if (principal.agents === null) return;
  const { trigger, startedBy } = (await readRun(deps, runId)).config;
  if (startedBy === principal.subject) return;
  if (trigger.agent === undefined || !inReach(principal, trigger.agent)) {
    throw new Problem('forbidden', `the key is not for run ${runId}`);
  }
}

/** Whether a caller may see an event as it happens. */
export function mayHear(principal: Principal, record: EventRecord): boolean {
  return principal.permissions.has(eventDemand(record.type)) && inReach(principal, eventAgent(record));
}

/** The caller's session. @throws Problem `forbidden` where the caller came with an API key */
export function demandSession({ credential }: Principal): Extract<Credential, { type: 'session' }> {
  if (credential?.type === 'session') return credential;
  throw new Problem('forbidden', 'the call demands a session; an API key does not do');
}
