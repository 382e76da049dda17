import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import type { LifecycleEvent } from '../core/lifecycle';
import { hashOf } from '../core/hash-chain';
import type { LaunchRequest } from '../core/launch';
import { shippedRunbook, type DevopsConfig, type Target } from './config';
import type { DevopsEvent } from './events';
import { followEffects, sourceEffects } from './sources';
import { isSourceEvent } from './sources-messages';
import type { DevopsState } from './state';

/** What the watch of an agent is told. `revision` only grows: an older one that arrives late is dropped. */
export interface WatchInput {
  agentId: string;
  revision: number;
  /** What to watch; empty ends the watch. */
  targets: Target[];
}

/** What must happen outside because of an event of a devops agent. */
export function devopsEffects(
  event: Recorded<DevopsEvent> | LifecycleEvent,
  { id, state, config }: { id: string; state: DevopsState; config: DevopsConfig },
): Effect[] {
  if (isSourceEvent(event)) return sourceEffects(id, event, config);
  const follow = (logs = config.logs, repositories = config.repositories): Effect[] =>
    followEffects(id, state.sources, event.sequence, { logs, repositories });
  switch (event.type) {
    case 'AgentCreated':
      return [...(config.targets.length > 0 ? [watch(id, event.sequence, config.targets)] : []), ...follow()];
    case 'ConfigChanged':
      return [watch(id, event.sequence, config.targets), ...follow()];
    case 'AgentStopped':
      return [watch(id, event.sequence, []), ...follow([], [])];
    case 'RemediationStarted':
      return remediate(id, event, config);
    case 'IssueDetected':
    case 'TargetRecovered':
    case 'RemediationDeferred':
    case 'RemediationScheduled':
    case 'RemediationAttempted':
    case 'RemediationCompleted':
    case 'IssueEscalated':
      return [];
  }
}

function watch(agentId: string, revision: number, targets: Target[]): Effect {
  const input: WatchInput = { agentId, revision, targets };
  return { type: 'configure', workflow: 'watch', id: `watch:${agentId}`, input };
}

/** The run of one attempt. Its id follows from the event, so that beginning it twice begins it once. */
function remediate(
  agentId: string,
  { sequence, data: { issue, target: name } }: Extract<Recorded<DevopsEvent>, { type: 'RemediationStarted' }>,
  config: DevopsConfig,
): Effect[] {
  const target = config.targets.find((candidate) => candidate.name === name);
  if (!target?.remediation) return [];
  const request: LaunchRequest = {
    id: `run-${hashOf([agentId, sequence]).slice(0, 32)}`,
    runbook: target.remediation.runbook,
    input: inputOf(target, target.remediation, config),
    trigger: { type: 'agent', agent: agentId, issue, target: name },
    principal: `agent:${agentId}`,
  };
  return [{ type: 'launch', request }];
}

function inputOf(
  { name, probe, timeout }: Target,
  { runbook, command: commandName, input, settle }: NonNullable<Target['remediation']>,
  { commands }: DevopsConfig,
): Record<string, unknown> {
  const command = commandName === undefined ? undefined : commands[commandName];
  if (runbook !== shippedRunbook || !command) return input;
  const { argv, cwd, timeout: limit } = command;
  const around = { target: name, lock: lockOf(probe), probe, probe_timeout: timeout, settle };
  return { ...around, argv, timeout: limit, ...(cwd === undefined ? {} : { cwd }) };
}

/** What really is behind a target, whatever its agents call it. */
function lockOf(probe: Target['probe']): string {
  switch (probe.type) {
    case 'http':
      return probe.url;
    case 'tcp':
      return `tcp://${probe.host}:${probe.port}`;
    case 'process':
      return `process:${probe.pid_file}`;
  }
}
