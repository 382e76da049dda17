import type { AgentState } from '../actors/core/agent-state';
import type { ForkOrigin } from '../actors/core/lifecycle';
import { mirroredAgent, type Checkpoint } from '../workflows/messages';
import type { Dependencies } from './dependencies';
import { Problem, problemOf } from './problem';

/** An agent as the API shows it. */
export interface PresentedAgent {
  id: string;
  kind: string;
  name: string;
  status: 'running' | 'stopped';
  state: unknown;
  config: unknown;
  configVersion: number;
  sequence: number;
  hash: string;
  createdAt?: string;
  updatedAt: string;
  /** Where it was forked from. */
  forkedFrom?: ForkOrigin;
  consistency: 'live' | 'snapshot' | 'ledger' | 'history';
}

/** An agent and where it was read, in the one shape of the API. */
export function presentAgent(agent: AgentState, consistency: PresentedAgent['consistency']): PresentedAgent {
  const { id, kind, name, status, state, config, configVersion, sequence, hash, createdAt, updatedAt } = agent;
  const lineage = agent.forkedFrom ? { forkedFrom: agent.forkedFrom } : {};
  const shown = { id, kind, name, status, state, config, configVersion, sequence, hash, createdAt, updatedAt };
  return { ...shown, ...lineage, consistency };
}

/**
 * An agent from its live workflow, or from the read side where Temporal has forgotten it: some time after it stopped.
 * @throws Problem `agent_not_found` | `unavailable`
 */
export async function liveAgent(
  { agents, ledger }: Pick<Dependencies, 'agents' | 'ledger'>,
  id: string,
): Promise<{ agent: AgentState; consistency: 'live' | 'ledger' }> {
  try {
    return { agent: await agents.view(id), consistency: 'live' };
  } catch (error) {
    if (problemOf(error).code !== 'agent_not_found') throw error;
    const agent = await ledger.find(id);
    if (!agent) throw error;
    return { agent, consistency: 'ledger' };
  }
}

/**
 * An agent from its mirror in Redis, or from the read side where there is none or Redis is down: both a little behind.
 * @throws Problem `agent_not_found` | `unavailable`
 */
export async function snapshotOf(
  { checkpoints, ledger, logger }: Pick<Dependencies, 'checkpoints' | 'ledger' | 'logger'>,
  id: string,
): Promise<PresentedAgent> {
  const checkpoint = await checkpoints.get(id).catch((error: unknown) => {
    logger.warn({ err: error }, 'the mirror was not read');
    return null;
  });
  if (checkpoint) {
    const mirror = checkpoint as unknown as Checkpoint;
    return { ...mirroredAgent(mirror), updatedAt: mirror.checkpoint_time, consistency: 'snapshot' };
  }
  const agent = await ledger.find(id);
  if (!agent) throw new Problem('agent_not_found', `there is no agent ${id}`);
  return presentAgent(agent, 'ledger');
}
