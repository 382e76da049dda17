import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import type { LifecycleEvent } from '../core/lifecycle';
import type { Receiver } from './alerting';
import { settled, type DevopsConfig, type SettledConfig } from './config';
import type { DevopsEvent } from './events';
import { isSourceEvent, type SourceEvent } from './sources-messages';
import type { DevopsState, Failing } from './state';
import type { Severity } from './target';

/** What an alert says of its issue. */
export type AlertStatus = 'firing' | 'escalated' | 'flapping' | 'acknowledged' | 'snoozed' | 'resolved';

/** What receivers are told; as JSON over webhooks and NATS. Times are ISO 8601, UTC. */
export interface Alert {
  /** Of the event that it tells of: tells alerts apart. */
  id: string;
  agent: string;
  target: string;
  issue: string;
  status: AlertStatus;
  severity: Severity;
  labels: Record<string, string>;
  time: string;
  /** When the issue began. */
  since: string;
  text: string;
  /** Of an issue that was snoozed. */
  until?: string;
}

/** What the companion of one receiver is told. `to` is null where the config has dropped it. The newest revision counts. */
export interface AlertOrder {
  id: string;
  agent: string;
  receiver: string;
  to: Receiver | null;
  revision: number;
  alert?: Alert;
  /** The issues that are still open: all others are over. */
  open?: string[];
  /** Patterns of targets that are under maintenance: what is known of them is not told again. Left out where there are none. */
  muted?: string[];
}

type Agent = { id: string; state: DevopsState; config: DevopsConfig };

/** Who must be told because of an event, and of what. */
export function alertEffects(event: Recorded<DevopsEvent> | LifecycleEvent, { id, state, config }: Agent): Effect[] {
  const known = settled(config);
  const muted = [...new Set((state.maintenance ?? []).flatMap(({ targets }) => targets))];
  const order = (receiver: string, more: Partial<AlertOrder> = {}): Effect => {
    const to = known.alerting.receivers[receiver] ?? null;
    const { sequence } = event;
    const facts = { id: `${id}:${sequence}`, agent: id, receiver, to, revision: sequence };
    const input: AlertOrder = { ...facts, ...(muted.length > 0 ? { muted } : {}), ...more };
    return { type: 'configure', workflow: 'alerts', id: `alerts:${id}:${receiver}`, input };
  };
  if (event.type === 'ConfigChanged' || event.type === 'AgentStopped') {
    const { present = [], dropped = [] } = state.receivers ?? {};
    const open = event.type === 'AgentStopped' ? [] : openIssues(state);
    const told = event.type === 'AgentStopped' ? present : [...present, ...dropped];
    return told.map((receiver) => order(receiver, { open }));
  }
  if (event.type === 'MaintenanceBegan' || event.type === 'MaintenanceEnded') {
    return toldOfOpen(state).map((receiver) => order(receiver));
  }
  const born = event.type === 'AgentCreated' || event.type === 'AgentForked';
  const made = born || isSourceEvent(event) ? null : alertOf(event, { id, state, config: known });
  return made ? made.receivers.map((receiver) => order(receiver, { alert: made.alert })) : [];
}

function openIssues({ targets }: DevopsState): string[] {
  return Object.entries(targets).flatMap(([name, { health, flapping }]) => [
    ...(health.status === 'failing' ? [health.issue] : []),
    ...(flapping ? [flappingIssue(name)] : []),
  ]);
}

/** Who knows of an issue that is open. */
function toldOfOpen({ targets }: DevopsState): string[] {
  const told = Object.values(targets).flatMap(({ health, flapping }) => [
    ...(health.status === 'failing' ? (health.receivers ?? []) : []),
    ...(flapping?.receivers ?? []),
  ]);
  return [...new Set(told)];
}

/** That a target flaps is told as an issue of its own. */
const flappingIssue = (target: string): string => `${target}:flapping`;

interface Told {
  receivers: string[];
  alert: Alert;
}

function alertOf(
  event: Recorded<Exclude<DevopsEvent, SourceEvent>>,
  { id, state, config }: { id: string; state: DevopsState; config: SettledConfig },
): Told | null {
  const { data, sequence, time } = event;
  const target = 'target' in data ? config.targets.find(({ name }) => name === data.target) : undefined;
  if (!target) return null;
  const { severity, labels, name } = target;
  const { health } = state.targets[name] ?? {};
  const told = (
    receivers: string[] | undefined,
    what: Pick<Alert, 'issue' | 'status' | 'since' | 'text'> & { until?: string },
  ): Told | null => {
    if (!receivers) return null;
    return { receivers, alert: { id: `${id}:${sequence}`, agent: id, target: name, severity, labels, time, ...what } };
  };
  const ofIssue = (status: AlertStatus, text: string, more: { until?: string } = {}): Told | null =>
    health?.status === 'failing'
      ? told(health.receivers, { issue: health.issue, status, since: health.since, text, ...more })
      : null;
  switch (event.type) {
    case 'IssueDetected': {
      const { receivers, issue, since, error } = event.data;
      return told(receivers, { issue, status: 'firing', since, text: error });
    }
    case 'TargetRecovered': {
      const { receivers, issue, since } = event.data;
      return issue === null ? null : told(receivers, { issue, status: 'resolved', since, text: 'it is well again' });
    }
    case 'IssueEscalated':
      return isQuiet(health, time) ? null : ofIssue('escalated', `${event.data.attempts} attempts did not help`);
    case 'IssueAcknowledged':
      return ofIssue('acknowledged', `${event.data.by}: ${event.data.reason}`);
    case 'IssueSnoozed':
      return ofIssue('snoozed', `${event.data.by}: ${event.data.reason}`, { until: event.data.until });
    case 'TargetFlapping': {
      const { receivers, since, changes } = event.data;
      const text = `it has changed ${changes} times`;
      return told(receivers, { issue: flappingIssue(name), status: 'flapping', since, text });
    }
    case 'TargetSteady': {
      const { receivers, since } = event.data;
      return told(receivers, { issue: flappingIssue(name), status: 'resolved', since, text: 'it flaps no more' });
    }
    case 'AlertDelivered':
    case 'AlertUndelivered':
    case 'AlertsFiring':
    case 'AlertsResolved':
    case 'MaintenanceBegan':
    case 'MaintenanceEnded':
    case 'RemediationStarted':
    case 'RemediationDeferred':
    case 'RemediationScheduled':
    case 'RemediationAttempted':
    case 'RemediationCompleted':
      return null;
  }
}

function isQuiet(health: DevopsState['targets'][string]['health'] | undefined, now: string): boolean {
  const { acknowledged, snoozed }: Partial<Failing> = health?.status === 'failing' ? health : {};
  return acknowledged !== undefined || (snoozed !== undefined && now < snoozed.until);
}
