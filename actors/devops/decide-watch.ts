import { hashOf } from '../core/hash-chain';
import type { ReportDown, ReportMaintenance, ReportUp } from './commands';
import { receiversFor } from './alerting';
import type { SettledConfig } from './config';
import { completed, startRemediation } from './decide-remediation';
import type { DevopsEvent } from './events';
import { isHeld, mutedInVain, type DevopsState, type TargetState } from './state';
import type { Target } from './target';

/** A target fails, as the watch or the alerts of others say. */
export function down(
  report: Pick<ReportDown, 'since' | 'failures' | 'error'>,
  now: string,
  target: Target,
  state: DevopsState,
  config: SettledConfig,
): DevopsEvent[] {
  const known = state.targets[target.name] as TargetState;
  const { health, remediation } = known;
  const before = steady(target.name, report.since, known);
  if (health.status === 'failing') {
    // Seen before: only a remediation that the config has gained since is left to do.
    return [...before, ...(remediation.status === 'idle' ? startRemediation(target, health.issue, 1) : [])];
  }
  const issue = `${target.name}-${state.issues + 1}`;
  const { since, failures, error } = report;
  const { severity } = target;
  const told = { severity, ...toldTo(config, target) };
  const detected: DevopsEvent = {
    type: 'IssueDetected',
    data: { target: target.name, issue, since, failures, error, ...told },
  };
  if (!target.remediation) return [...before, detected];
  if (remediation.status === 'cooling' && now < remediation.until) {
    const deferred = { target: target.name, issue, until: remediation.until };
    return [...before, detected, { type: 'RemediationDeferred', data: deferred }];
  }
  // The one that is under way has not been verified yet: its own outcome tells.
  if (remediation.status === 'running' || remediation.status === 'pausing') return [...before, detected];
  return [...before, detected, ...startRemediation(target, issue, 1)];
}

/** A target is well. */
export function up({ target, since }: Pick<ReportUp, 'target' | 'since'>, known: TargetState): DevopsEvent[] {
  const before = steady(target, since, known);
  const { health } = known;
  switch (health.status) {
    case 'healthy':
      return before;
    case 'unknown':
      return [...before, { type: 'TargetRecovered', data: { target, since, issue: null, downtimeMs: null } }];
    case 'failing': {
      const downtimeMs = Math.max(0, Date.parse(since) - Date.parse(health.since));
      const told = health.receivers ? { receivers: health.receivers } : {};
      return [
        ...before,
        { type: 'TargetRecovered', data: { target, since, issue: health.issue, downtimeMs, ...told } },
      ];
    }
  }
}

/** The watch reports nothing else of a target that flaps until it is steady: what it reports then says that, too. */
function steady(target: string, since: string, { flapping: known }: TargetState): DevopsEvent[] {
  if (!known) return [];
  const told = known.receivers ? { receivers: known.receivers } : {};
  return [{ type: 'TargetSteady', data: { target, since, ...told } }];
}

export function flapping(
  { since, changes }: { since: string; changes: number },
  target: Target,
  { flapping: known, health }: TargetState,
  config: SettledConfig,
): DevopsEvent[] {
  if (known) return [];
  const issue = health.status === 'failing' ? health.issue : null;
  return [{ type: 'TargetFlapping', data: { target: target.name, since, changes, issue, ...toldTo(config, target) } }];
}

function toldTo({ alerting }: SettledConfig, target: Target): { receivers?: string[] } {
  const receivers = receiversFor(alerting, target);
  return receivers.length > 0 ? { receivers } : {};
}

/** Which windows are open now: what has changed, and what was muted by those that are over. */
export function maintenanceReported(
  { revision, windows }: ReportMaintenance,
  now: string,
  state: DevopsState,
  config: SettledConfig,
): DevopsEvent[] {
  if (revision !== state.revision) return [];
  const open = state.maintenance ?? [];
  const began = windows.flatMap(({ name, until }) => {
    const window = config.maintenance.find((one) => one.name === name);
    if (!window) return [];
    const { targets, reason } = window;
    const { targets: known, until: end } = open.find((one) => one.window === name) ?? {};
    // A new config may have given an open window other targets, or another end.
    if (known && end === until && hashOf(known) === hashOf(targets)) return [];
    return [{ window: name, targets, reason, ...(until === undefined ? {} : { until }) }];
  });
  const isNew = (window: string): boolean => began.some((one) => one.window === window);
  const isOver = (window: string): boolean => !windows.some(({ name }) => name === window);
  const over = open.filter(({ window }) => isOver(window));
  const maintenance = [...open.filter(({ window }) => !isOver(window) && !isNew(window)), ...began];
  return [
    ...began.map((data): DevopsEvent => ({ type: 'MaintenanceBegan', data })),
    ...over.map(({ window }): DevopsEvent => ({ type: 'MaintenanceEnded', data: { window } })),
    ...unmuted(now, { ...state, maintenance }, config),
  ];
}

/** Issues of alerts that fire since a time when maintenance muted them. */
export function unmuted(now: string, state: DevopsState, config: SettledConfig): DevopsEvent[] {
  const events: DevopsEvent[] = [];
  let { issues } = state;
  const raised = new Set<string>();
  for (const [group, { target: name, since, text }] of mutedInVain(state)) {
    const target = config.targets.find((candidate) => candidate.name === name);
    if (!target || raised.has(name)) continue;
    const detected = down({ since, failures: 1, error: text }, now, target, { ...state, issues }, config);
    issues += 1;
    raised.add(name);
    events.push(
      { type: 'AlertsFiring', data: { target: name, group, issue: `${name}-${issues}`, since, text } },
      ...detected,
    );
  }
  return events;
}

/** What was put off and may begin now, for each target. */
export function alarmed(now: string, state: DevopsState, config: SettledConfig): DevopsEvent[] {
  const due = Object.entries(state.targets).flatMap(([name, { health, remediation }]) => {
    const target = config.targets.find((candidate) => candidate.name === name);
    if (!target || !('until' in remediation) || remediation.until > now || isHeld(state, name)) return [];
    if (remediation.status === 'cooling') {
      return health.status === 'failing' ? startRemediation(target, health.issue, 1) : [];
    }
    const { issue, attempt, began } = remediation;
    if (health.status === 'failing') return startRemediation(target, issue, attempt);
    // It came back by itself, or late.
    return completed(target, issue, attempt - 1, true, began, now);
  });
  return [...due, ...unmuted(now, state, config)];
}
