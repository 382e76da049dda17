import type { CommandEnvelope } from '../actors/core/command';
import { lifecycleCommands } from '../actors/core/lifecycle';
import type { Dependencies } from './dependencies';
import { Problem, problemOf } from './problem';

/** What of an agent's life is not for people to change, by kind. */
const kept: Record<string, readonly string[]> = {
  run: ['Stop', 'SetConfig', 'RollbackConfig'],
  target: ['Stop', 'SetConfig', 'RollbackConfig'],
  policy: ['Stop'],
  edge: ['Stop', 'SetConfig', 'RollbackConfig'],
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
