import type { CommandEnvelope } from '../actors/core/command';
import { lifecycleCommands } from '../actors/core/lifecycle';
import { policyAgentId } from '../actors/policy/policy';
import { edgeAgentId } from './access/policy';
import type { Dependencies } from './dependencies';
import { Problem, problemOf } from './problem';

/** What of an agent's life is not for people to change, by kind. */
const kept: Record<string, readonly string[]> = {
  run: ['Stop', 'SetConfig', 'RollbackConfig'],
  target: ['Stop', 'SetConfig', 'RollbackConfig'],
  policy: ['Stop'],
};

/**
 * Those of the commands that this agent takes from nobody, because Ymera itself keeps it.
 * @throws AgentFailure `unavailable`
 */
export async function refusedCommands(
  { agents }: Pick<Dependencies, 'agents'>,
  agentId: string,
  envelopes: readonly CommandEnvelope[],
): Promise<ReadonlyMap<CommandEnvelope, Problem>> {
  const about = envelopes.filter(({ type }) => Object.hasOwn(lifecycleCommands, type));
  if (about.length === 0) return new Map();
  const kind = await agents.view(agentId).then(
    (agent) => agent.kind,
    (error: unknown) => {
      // The command finds out the same.
      if (problemOf(error).code === 'agent_not_found') return '';
      throw error;
    },
  );
  const refused = about.filter(({ type }) => kept[kind]?.includes(type));
  const why = (type: string): string => `${type} is not for agents of kind ${kind}: Ymera itself keeps them`;
  return new Map(refused.map((envelope) => [envelope, new Problem('internal_kind', why(envelope.type))]));
}

/** Ids of what Ymera makes by itself begin with one of these. */
const ownIds = [policyAgentId, edgeAgentId];
const ownPrefixes = ['hook-', 'target-', 'launch-', `${edgeAgentId}-`];

/** @throws Problem `invalid_body` where an id that somebody chose is one that Ymera may need itself */
export function refuseOwnIds(id: string | undefined): void {
  if (id === undefined || !(ownIds.includes(id) || ownPrefixes.some((prefix) => id.startsWith(prefix)))) return;
  const message = `ids such as ${[...ownIds, ...ownPrefixes.map((prefix) => `${prefix}…`)].join(', ')} are Ymera's own`;
  throw new Problem('invalid_body', message, [{ pointer: '/id', message }]);
}
