import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import type { LifecycleEvent } from '../core/lifecycle';
import { hashOf } from '../core/hash-chain';
import type { LaunchRequest } from '../core/launch';
import { alertEffects } from './alerts';
import {
  settled,
  shippedRunbook,
  type DevopsConfig,
  type MaintenanceWindow,
  type SettledConfig,
  type Target,
} from './config';
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
  /** Left out by agents of an earlier time. */
  maintenance?: MaintenanceWindow[];
}

type Agent = { id: string; state: DevopsState; config: DevopsConfig };

/** What must happen outside because of an event of a devops agent. */
export function devopsEffects(event: Recorded<DevopsEvent> | LifecycleEvent, agent: Agent): Effect[] {
  return [...ownEffects(event, agent), ...alertEffects(event, agent)];
}

function ownEffects(event: Recorded<DevopsEvent> | LifecycleEvent, { id, state, config: given }: Agent): Effect[] {
  const config = settled(given);
  if (isSourceEvent(event)) return sourceEffects(id, event, config);
  const { targets, maintenance } = config;
  const follow = (logs = config.logs, repositories = config.repositories): Effect[] =>
    followEffects(id, state.sources, event.sequence, { logs, repositories });
  switch (event.type) {
    case 'AgentCreated':
    case 'AgentForked':
      return [...(targets.length > 0 ? [watch(id, event.sequence, targets, maintenance)] : []), ...follow()];
    case 'ConfigChanged':
      return [watch(id, event.sequence, targets, maintenance), ...follow()];
    case 'AgentStopped':
      return [watch(id, event.sequence, [], []), ...follow([], [])];
    case 'RemediationStarted':
      return remediate(id, event, config);
    case 'TargetRecovered':
      return standDown(id, event, state);
    case 'IssueDetected':
    case 'IssueEscalated':
    case 'IssueAcknowledged':
    case 'IssueSnoozed':
    case 'RemediationDeferred':
    case 'RemediationScheduled':
    case 'RemediationAttempted':
    case 'RemediationCompleted':
    case 'TargetFlapping':
    case 'TargetSteady':
    case 'MaintenanceBegan':
    case 'MaintenanceEnded':
    case 'AlertsFiring':
    case 'AlertsResolved':
    case 'AlertDelivered':
    case 'AlertUndelivered':
      return [];
  }
}

function watch(agentId: string, revision: number, targets: Target[], maintenance: MaintenanceWindow[]): Effect {
  const input: WatchInput = { agentId, revision, targets, maintenance };
  return { type: 'configure', workflow: 'watch', id: `watch:${agentId}`, input };
}

/** The run of one attempt. Its id follows from the event, so that beginning it twice begins it once. */
function remediate(
  agentId: string,
  { sequence, data: { issue, target: name } }: Extract<Recorded<DevopsEvent>, { type: 'RemediationStarted' }>,
  config: SettledConfig,
): Effect[] {
  const target = config.targets.find((candidate) => candidate.name === name);
  if (!target?.remediation) return [];
  const request: LaunchRequest = {
    id: runOf(agentId, sequence),
    runbook: target.remediation.runbook,
    input: inputOf(target, target.remediation, config),
    trigger: { type: 'agent', agent: agentId, issue, target: name },
    principal: `agent:${agentId}`,
  };
  return [{ type: 'launch', request }];
}

function runOf(agentId: string, sequence: number): string {
  return `run-${hashOf([agentId, sequence]).slice(0, 32)}`;
}

/** The alerts that it was begun for are over: what it is about to do is not needed, what it is doing it brings to an end. */
function standDown(
  agentId: string,
  { sequence, data: { target } }: Extract<Recorded<DevopsEvent>, { type: 'TargetRecovered' }>,
  { targets }: DevopsState,
): Effect[] {
  const { remediation } = targets[target] ?? {};
  if (remediation?.status !== 'running' || remediation.sequence === undefined) return [];
  const data = { undo: false, pending: true };
  const command = { id: `${agentId}:${sequence}:over`, type: 'Cancel', data };
  return [{ type: 'tell', agent: runOf(agentId, remediation.sequence), command }];
}

function inputOf(
  { name, probe, timeout }: Target,
  { runbook, command: commandName, input, settle }: NonNullable<Target['remediation']>,
  { commands }: SettledConfig,
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
    case 'tls':
      return `tls://${probe.host}:${probe.port}`;
    case 'disk':
      return `disk:${probe.path}`;
    case 'prometheus':
      return `prometheus:${probe.url}:${hashOf(probe.query).slice(0, 16)}`;
    case 'container':
      return `container:${probe.container}`;
    case 'alerts':
      return `alerts:${hashOf(probe.labels).slice(0, 16)}`;
  }
}
