import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';
import type { Recorded } from '../core/event';
import type { DevopsConfig } from './config';
import type { DevopsEvent } from './events';
import { evolveSources, reorderedSources, type SourcesState } from './sources';
import { isSourceEvent, type SourceEvent } from './sources-messages';

/** What the watch says of a target. */
export type Health =
  | { status: 'unknown' }
  | { status: 'healthy'; since: string }
  | { status: 'failing'; since: string; issue: string; error: string; escalated: boolean };

/**
 * What is being done about it: a run is under way, the next one waits, or none may begin for now. `cooling` may have passed its
 * `until`: nobody ends it, the next remediation does. `began`: when the first of its runs did.
 */
export type Remediation =
  | { status: 'idle' }
  | { status: 'running'; issue: string; attempt: number; since: string; began: string }
  | { status: 'pausing'; issue: string; attempt: number; until: string; began: string }
  | { status: 'cooling'; issue: string; outcome: 'recovered' | 'failed'; until: string };

export interface TargetState {
  health: Health;
  remediation: Remediation;
}

export interface DevopsState {
  targets: Record<string, TargetState>;
  /** How many issues there have been: names the next one. */
  issues: number;
  /** Sequence of the event that set the present targets. */
  revision: number;
  /** Left out as long as there never was a log or a repository. */
  sources?: SourcesState;
}

export const newTarget: TargetState = { health: { status: 'unknown' }, remediation: { status: 'idle' } };

/** The state after one more event. */
export function evolveDevops(state: DevopsState, event: Recorded<DevopsEvent> | LifecycleEvent): DevopsState {
  if (isLifecycleEvent(event)) return evolveLifecycle(state, event);
  if (isSourceEvent(event)) return { ...state, sources: evolveSources(state.sources, event) };
  const known = state.targets[event.data.target];
  // A remediation may still report on a target that the config has dropped.
  if (!known) return state;
  const issues = event.type === 'IssueDetected' ? state.issues + 1 : state.issues;
  return { ...state, issues, targets: { ...state.targets, [event.data.target]: evolveTarget(known, event) } };
}

function evolveLifecycle(state: DevopsState, event: LifecycleEvent): DevopsState {
  if (event.type === 'AgentStopped') return state;
  const { targets, ...others } = event.data.config as DevopsConfig;
  const sources = reorderedSources(state.sources, others, event.sequence);
  return {
    ...state,
    ...(sources ? { sources } : {}),
    revision: event.sequence,
    targets: Object.fromEntries(targets.map(({ name }) => [name, state.targets[name] ?? newTarget])),
  };
}

function evolveTarget(target: TargetState, event: Recorded<Exclude<DevopsEvent, SourceEvent>>): TargetState {
  switch (event.type) {
    case 'IssueDetected': {
      const { since, issue, error } = event.data;
      return { ...target, health: { status: 'failing', since, issue, error, escalated: false } };
    }
    case 'TargetRecovered':
      return { ...target, health: { status: 'healthy', since: event.data.since } };
    case 'RemediationStarted': {
      const { issue, attempt } = event.data;
      const began = attempt > 1 && 'began' in target.remediation ? target.remediation.began : event.time;
      return { ...target, remediation: { status: 'running', issue, attempt, since: event.time, began } };
    }
    case 'RemediationScheduled': {
      const { issue, attempt, at } = event.data;
      const began = 'began' in target.remediation ? target.remediation.began : event.time;
      return { ...target, remediation: { status: 'pausing', issue, attempt, until: at, began } };
    }
    case 'RemediationDeferred':
    case 'RemediationAttempted':
      return target;
    case 'RemediationCompleted': {
      const { issue, outcome, cooldownUntil } = event.data;
      return { ...target, remediation: { status: 'cooling', issue, outcome, until: cooldownUntil } };
    }
    case 'IssueEscalated':
      return target.health.status === 'failing' ? { ...target, health: { ...target.health, escalated: true } } : target;
  }
}

/** When the next pause or cooldown ends that somebody waits for, or null. */
export function devopsAlarm({ targets }: DevopsState): string | null {
  const times = Object.values(targets).flatMap(({ health, remediation }) => {
    if (remediation.status === 'pausing') return [remediation.until];
    return remediation.status === 'cooling' && health.status === 'failing' ? [remediation.until] : [];
  });
  return times.sort()[0] ?? null;
}
