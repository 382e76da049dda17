import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import type { LifecycleEvent } from '../core/lifecycle';
import type { AllowedCommand, DevopsConfig, Target } from './config';
import type { DevopsEvent } from './events';
import type { DevopsState } from './state';

/** What the watch of an agent is told. `revision` only grows: an older one that arrives late is dropped. */
export interface WatchInput {
  agentId: string;
  revision: number;
  /** What to watch; empty ends the watch. */
  targets: Target[];
}

/** What a remediation is told: everything it needs, as the config stood when it began. */
export interface RemediationInput {
  agentId: string;
  issue: string;
  target: Target & { remediation: NonNullable<Target['remediation']> };
  command: AllowedCommand;
}

/** What must happen outside because of an event of a devops agent. */
export function devopsEffects(
  event: Recorded<DevopsEvent> | LifecycleEvent,
  { id, config }: { id: string; state: DevopsState; config: DevopsConfig },
): Effect[] {
  switch (event.type) {
    case 'AgentCreated':
      return config.targets.length > 0 ? [watch(id, event.sequence, config.targets)] : [];
    case 'ConfigChanged':
      return [watch(id, event.sequence, config.targets)];
    case 'AgentStopped':
      return [watch(id, event.sequence, [])];
    case 'RemediationStarted':
      return remediate(id, event, config);
    case 'IssueDetected':
    case 'TargetRecovered':
    case 'RemediationDeferred':
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

function remediate(
  agentId: string,
  { sequence, data: { issue, target: name } }: Extract<Recorded<DevopsEvent>, { type: 'RemediationStarted' }>,
  config: DevopsConfig,
): Effect[] {
  const target = config.targets.find((candidate) => candidate.name === name);
  const remediation = target?.remediation;
  const command = remediation && config.commands[remediation.command];
  if (!target || !remediation || !command) return [];
  const input: RemediationInput = { agentId, issue, target: { ...target, remediation }, command };
  return [{ type: 'start', workflow: 'remediation', id: `remediation:${agentId}:${sequence}`, input }];
}
