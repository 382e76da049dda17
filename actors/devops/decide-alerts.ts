import { hasLabels } from './alerting';
import type { ReportAlerts } from './commands';
import type { SettledConfig } from './config';
import { down, unmuted, up } from './decide-watch';
import type { DevopsEvent } from './events';
import { isHeld, type DevopsState } from './state';

/** Most groups that are kept in mind. */
const mostGroups = 500;

/**
 * A group of alerts of others fires or is over. It belongs to the first target that waits for its labels; the first group opens
 * the issue of that target, and with the last one it is over.
 */
export function alertsReported(
  report: ReportAlerts,
  now: string,
  state: DevopsState,
  config: SettledConfig,
): DevopsEvent[] {
  const groups = state.groups ?? {};
  return report.firing ? firing(report, now, state, config, groups) : over(report, now, state, groups);
}

type Groups = NonNullable<DevopsState['groups']>;

function firing(
  { group, since, labels, text }: ReportAlerts,
  now: string,
  state: DevopsState,
  config: SettledConfig,
  groups: Groups,
): DevopsEvent[] {
  // Heard of before: only what maintenance muted may be left to tell.
  if (groups[group]) return unmuted(now, state, config);
  const target = config.targets.find(({ probe }) => probe.type === 'alerts' && hasLabels(labels, probe.labels));
  if (!target || !state.targets[target.name] || Object.keys(groups).length >= mostGroups) return [];
  const facts = { target: target.name, group, since, text };
  if (isHeld(state, target.name)) return [{ type: 'AlertsFiring', data: { ...facts, issue: null } }];
  const { health } = state.targets[target.name] ?? {};
  const issue = health?.status === 'failing' ? health.issue : `${target.name}-${state.issues + 1}`;
  const raised = down({ since, failures: 1, error: text }, now, target, state, config);
  return [{ type: 'AlertsFiring', data: { ...facts, issue } }, ...raised];
}

function over({ group }: ReportAlerts, now: string, state: DevopsState, groups: Groups): DevopsEvent[] {
  const known = groups[group];
  if (!known) return [];
  const { target } = known;
  const resolved: DevopsEvent = { type: 'AlertsResolved', data: { target, group } };
  const others = Object.entries(groups).some(([key, one]) => key !== group && one.target === target);
  const targetState = state.targets[target];
  if (others || !targetState || targetState.health.status !== 'failing') return [resolved];
  return [resolved, ...up({ target, since: now }, targetState)];
}
