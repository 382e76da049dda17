import type { AgentState } from '../actors/core/agent-state';
import type { RunConfig } from '../actors/run/config';
import type { RunState } from '../actors/run/state';
import { liveAgent } from './agent-reader';
import type { Dependencies } from './dependencies';
import { Problem, problemOf } from './problem';

export type Run = AgentState<RunState, RunConfig>;

/**
 * A run as it stands: from its live workflow, or from the read side where Temporal has forgotten it.
 * @throws Problem `run_not_found` | `unavailable`
 */
export async function readRun(deps: Pick<Dependencies, 'agents' | 'ledger'>, id: string): Promise<Run> {
  const { agent } = await liveAgent(deps, id).catch((error: unknown) => {
    throw problemOf(error).code === 'agent_not_found' ? noRun(id) : error;
  });
  if (agent.kind !== 'run') throw noRun(id);
  return agent as Run;
}

export function noRun(id: string): Problem {
  return new Problem('run_not_found', `there is no run ${id}`);
}

export function hasEnded({ state }: Run): boolean {
  return state.phase === 'ended';
}

/** A run in the one shape of the API. What is not there is null. */
export function presentRun({ id, name, state, config, sequence, hash, createdAt, updatedAt }: Run): object {
  return {
    id,
    name,
    runbook: config.runbook,
    status: state.status,
    phase: state.phase,
    startedBy: config.startedBy,
    trigger: config.trigger,
    input: config.input,
    targets: targetsOf(config, state),
    steps: Object.entries(state.steps).map(([path, step]) => ({
      path,
      status: step.status,
      attempt: step.attempt,
      action: step.action ?? null,
      startedAt: step.startedAt,
      endedAt: step.endedAt ?? null,
      output: step.output ?? null,
      error: step.error ?? null,
      until: step.until ?? null,
      reason: step.reason ?? null,
      child: step.child ?? null,
    })),
    approvals: Object.entries(state.approvals).map(([path, approval]) => ({ path, ...approval })),
    pausedBy: state.pausedBy,
    cancel: state.cancel,
    error: state.error,
    output: state.output,
    sequence,
    hash,
    createdAt,
    updatedAt,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    lineage: lineageOf(config),
  };
}

function lineageOf({ lineage }: RunConfig): object | null {
  if (!lineage) return null;
  const { type, of, at } = lineage;
  return { type, of, ...(at ? { at } : {}) };
}

/** Those that it has asked for, as they are, and those that it will. */
function targetsOf({ targets }: RunConfig, state: RunState): object[] {
  const asked = new Set(state.targets.map(({ key }) => key));
  const others = targets.filter((key) => !asked.has(key)).map((key) => ({ key, agent: null, status: 'wanted' }));
  return [...state.targets, ...others];
}
