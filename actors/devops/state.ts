import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';
import type { Recorded } from '../core/event';
import { matchesAny } from '../policy/matching';
import { settled, type DevopsConfig } from './config';
import type { DevopsEvent } from './events';
import { evolveSources, reorderedSources, type SourcesState } from './sources';
import { isSourceEvent, type SourceEvent } from './sources-messages';

/** What the watch says of a target. */
export type Health = { status: 'unknown' } | { status: 'healthy'; since: string } | Failing;

export interface Failing {
  status: 'failing';
  since: string;
  issue: string;
  error: string;
  escalated: boolean;
  /** Who was told of it. */
  receivers?: string[];
  acknowledged?: { by: string; at: string };
  snoozed?: { by: string; until: string };
}

/**
 * What is being done about it: a run is under way, the next one waits, or none may begin for now. `cooling` may have passed its
 * `until`: nobody ends it, the next remediation does. `began`: when the first of its runs did.
 */
export type Remediation =
  | { status: 'idle' }
  /** `sequence`: of the event that began the run, where it stands down with its alerts. */
  | { status: 'running'; issue: string; attempt: number; since: string; began: string; sequence?: number }
  | { status: 'pausing'; issue: string; attempt: number; until: string; began: string }
  | { status: 'cooling'; issue: string; outcome: 'recovered' | 'failed'; until: string };

export interface TargetState {
  health: Health;
  remediation: Remediation;
  /** It changes too often to be believed. */
  flapping?: { since: string; receivers?: string[] };
}

/** A group of alerts of others that fires. `issue`: null while maintenance mutes it. */
export interface AlertGroup {
  target: string;
  issue: string | null;
  since: string;
  text: string;
}

export interface DevopsState {
  targets: Record<string, TargetState>;
  /** How many issues there have been: names the next one. */
  issues: number;
  /** Sequence of the event that set the present targets. */
  revision: number;
  /** Maintenance windows that are open, with the patterns of their targets. */
  maintenance?: { window: string; targets: string[]; until?: string }[];
  /** By the digest of its key. */
  groups?: Record<string, AlertGroup>;
  /** Names of those who may have been told of something, and of those whom the last change of config has dropped. */
  receivers?: { present: string[]; dropped: string[] };
  /** Left out as long as there never was a log or a repository. */
  sources?: SourcesState;
}

export const newTarget: TargetState = { health: { status: 'unknown' }, remediation: { status: 'idle' } };

/** The state after one more event. */
export function evolveDevops(state: DevopsState, event: Recorded<DevopsEvent> | LifecycleEvent): DevopsState {
  if (isLifecycleEvent(event)) return evolveLifecycle(state, event);
  if (isSourceEvent(event)) return { ...state, sources: evolveSources(state.sources, event) };
  switch (event.type) {
    case 'MaintenanceBegan': {
      const { window, targets, until } = event.data;
      const others = (state.maintenance ?? []).filter((one) => one.window !== window);
      return { ...state, maintenance: [...others, { window, targets, ...(until === undefined ? {} : { until }) }] };
    }
    case 'MaintenanceEnded':
      return { ...state, maintenance: (state.maintenance ?? []).filter(({ window }) => window !== event.data.window) };
    case 'AlertsFiring': {
      const { group, ...facts } = event.data;
      return { ...state, groups: { ...state.groups, [group]: facts } };
    }
    case 'AlertsResolved': {
      const { [event.data.group]: _, ...groups } = state.groups ?? {};
      return { ...state, groups };
    }
    case 'AlertDelivered':
    case 'AlertUndelivered':
      return state;
    case 'IssueDetected':
    case 'TargetRecovered':
    case 'RemediationStarted':
    case 'RemediationDeferred':
    case 'RemediationScheduled':
    case 'RemediationAttempted':
    case 'RemediationCompleted':
    case 'IssueEscalated':
    case 'IssueAcknowledged':
    case 'IssueSnoozed':
    case 'TargetFlapping':
    case 'TargetSteady':
      return withTarget(state, event);
  }
}

type TargetEvent = Exclude<
  Recorded<Exclude<DevopsEvent, SourceEvent>>,
  {
    type:
      | 'MaintenanceBegan'
      | 'MaintenanceEnded'
      | 'AlertsFiring'
      | 'AlertsResolved'
      | 'AlertDelivered'
      | 'AlertUndelivered';
  }
>;

function withTarget(state: DevopsState, event: TargetEvent): DevopsState {
  const known = state.targets[event.data.target];
  // A remediation may still report on a target that the config has dropped.
  if (!known) return state;
  const issues = event.type === 'IssueDetected' ? state.issues + 1 : state.issues;
  return { ...state, issues, targets: { ...state.targets, [event.data.target]: evolveTarget(known, event) } };
}

function evolveLifecycle(state: DevopsState, event: LifecycleEvent): DevopsState {
  if (event.type === 'AgentStopped') return state;
  const { targets, alerting, maintenance, logs, repositories } = settled(event.data.config as DevopsConfig);
  const sources = reorderedSources(state.sources, { logs, repositories }, event.sequence);
  const open = state.maintenance?.filter(({ window }) => maintenance.some(({ name }) => name === window));
  const present = Object.keys(alerting.receivers);
  const before = state.receivers?.present ?? [];
  const dropped = before.filter((receiver) => !present.includes(receiver));
  const names = new Set(targets.map(({ name }) => name));
  const groups = Object.entries(state.groups ?? {}).filter(([, { target }]) => names.has(target));
  return {
    ...state,
    ...(sources ? { sources } : {}),
    revision: event.sequence,
    targets: Object.fromEntries(targets.map(({ name }) => [name, state.targets[name] ?? newTarget])),
    ...(present.length + before.length > 0 ? { receivers: { present, dropped } } : {}),
    ...(open ? { maintenance: open } : {}),
    ...(state.groups ? { groups: Object.fromEntries(groups) } : {}),
  };
}

function evolveTarget(target: TargetState, event: TargetEvent): TargetState {
  switch (event.type) {
    case 'IssueDetected': {
      const { since, issue, error, receivers } = event.data;
      const told = receivers ? { receivers } : {};
      return { ...target, health: { status: 'failing', since, issue, error, escalated: false, ...told } };
    }
    case 'TargetRecovered':
      return { ...target, health: { status: 'healthy', since: event.data.since } };
    case 'RemediationStarted': {
      const { issue, attempt, standsDown } = event.data;
      const began = attempt > 1 && 'began' in target.remediation ? target.remediation.began : event.time;
      const run = standsDown ? { sequence: event.sequence } : {};
      return { ...target, remediation: { status: 'running', issue, attempt, since: event.time, began, ...run } };
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
      return failing(target, { escalated: true });
    case 'IssueAcknowledged':
      return failing(target, { acknowledged: { by: event.data.by, at: event.time } });
    case 'IssueSnoozed':
      return failing(target, { snoozed: { by: event.data.by, until: event.data.until } });
    case 'TargetFlapping': {
      const { since, receivers } = event.data;
      return { ...target, flapping: { since, ...(receivers ? { receivers } : {}) } };
    }
    case 'TargetSteady': {
      const { flapping: _, ...rest } = target;
      return rest;
    }
  }
}

/**
 * A fork has its own watch, which tells it anew what fails, and its own remediations: those under way, pauses and cooldowns are the
 * other agent's. The number of issues stays, so that no new one has the name of an old one.
 */
export function forkDevops(state: DevopsState): DevopsState {
  const targets = Object.entries(state.targets).map(([name, { health }]): [string, TargetState] => [
    name,
    health.status === 'healthy' ? { ...newTarget, health } : newTarget,
  ]);
  return { targets: Object.fromEntries(targets), issues: state.issues, revision: state.revision };
}

function failing(target: TargetState, more: Partial<Failing>): TargetState {
  return target.health.status === 'failing' ? { ...target, health: { ...target.health, ...more } } : target;
}

/** Whether nothing is to be begun for a target now, though it fails. */
export function isHeld({ maintenance = [], targets }: DevopsState, name: string): boolean {
  return targets[name]?.flapping !== undefined || maintenance.some((window) => matchesAny(window.targets, name));
}

/** Groups that fire, but opened no issue because of maintenance that is over, as by a config that has dropped its window. */
export function mutedInVain(state: DevopsState): [key: string, group: AlertGroup][] {
  return Object.entries(state.groups ?? {}).filter(
    ([, { issue, target }]) =>
      issue === null && state.targets[target]?.health.status !== 'failing' && !isHeld(state, target),
  );
}

/** When the next pause or cooldown ends that somebody waits for, or null; in the past where something is overdue. */
export function devopsAlarm(state: DevopsState): string | null {
  const ends = Object.entries(state.targets).flatMap(([name, { health, remediation }]) => {
    if (!('until' in remediation) || isHeld(state, name)) return [];
    return remediation.status === 'pausing' || health.status === 'failing' ? [remediation.until] : [];
  });
  const overdue = mutedInVain(state).map(([, { since }]) => since);
  return [...ends, ...overdue].sort()[0] ?? null;
}
