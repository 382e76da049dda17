import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import type { AgentKind } from '../core/kind';
import type { LifecycleEvent } from '../core/lifecycle';
import { runCommands, type RunCommand } from './commands';
import { runConfig, type RunConfig } from './config';
import { decideRun } from './decider';
import { runEvents, type RunEvent } from './events';
import { mostRunConfigBytes } from './room';
import { evolveRun, initialRun, type RunState } from './state';

/** One run of a runbook. Its config is what it began with, and never changes. */
export const run: AgentKind<RunState, RunCommand, RunEvent, RunConfig> = {
  name: 'run',
  title: 'Run',
  description: 'One run of a runbook: its steps, its approvals, and how it ended.',
  internal: true,
  workflow: 'run',
  config: runConfig,
  mostConfigBytes: mostRunConfigBytes,
  commands: runCommands,
  events: runEvents,
  initialState: () => initialRun,
  decide: decideRun,
  evolve: evolveRun,
  effects: runEffects,
  checkpoint: ({ status, error }) => ({ status, error }),
};

/** Whoever asked for the run is told how it ended. */
function runEffects(
  event: Recorded<RunEvent> | LifecycleEvent,
  { id, config }: { id: string; state: RunState; config: RunConfig },
): Effect[] {
  if (event.type !== 'RunEnded') return [];
  const { outcome, output, error, until, durationMs } = event.data;
  const { agent, target, issue, run: parent, step } = config.trigger;
  const told = (to: string, type: string, data: object): Effect[] => [
    { type: 'tell', agent: to, command: { id: `${id}:ended`, type, data: JSON.parse(JSON.stringify(data)) as object } },
  ];
  if (parent !== undefined) return told(parent, 'ChildEnded', { step, run: id, outcome, output, error });
  if (agent === undefined) return [];
  return told(agent, 'ReportRun', { target, issue, run: id, outcome, durationMs, error: error?.message, until });
}
