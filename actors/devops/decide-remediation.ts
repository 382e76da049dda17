import type { ReportRun } from './commands';
import type { DevopsEvent } from './events';
import type { TargetState } from './state';
import type { Target } from './target';

/** The run of one attempt begins, where the config allows any. */
export function startRemediation(target: Target, issue: string, attempt: number): DevopsEvent[] {
  if (!target.remediation) return [];
  const { runbook, attempts } = target.remediation;
  const standsDown = target.probe.type === 'alerts' ? { standsDown: true as const } : {};
  return [
    { type: 'RemediationStarted', data: { target: target.name, issue, runbook, attempt, attempts, ...standsDown } },
  ];
}

/** The run of an attempt has ended: again, done, or a person is told. */
export function ended(
  report: ReportRun,
  now: string,
  target: Target,
  { health, remediation }: TargetState,
): DevopsEvent[] {
  if (remediation.status !== 'running' || remediation.issue !== report.issue) return [];
  const { issue, run, outcome, durationMs, error, until } = report;
  const { attempt, began } = remediation;
  const facts = { run, outcome, durationMs, ...(error === undefined ? {} : { error }) };
  const attempted: DevopsEvent = {
    type: 'RemediationAttempted',
    data: { target: target.name, issue, attempt, ...facts },
  };
  const recovered = outcome === 'succeeded' || health.status === 'healthy';
  const { attempts: most = 0, backoff = 0 } = target.remediation ?? {};
  if (!recovered && outcome !== 'vetoed' && attempt < most) {
    const at = after(now, backoff * 2 ** (attempt - 1));
    const next = { target: target.name, issue, attempt: attempt + 1, at };
    return [attempted, { type: 'RemediationScheduled', data: next }];
  }
  return [attempted, ...completed(target, issue, attempt, recovered, began, now, until)];
}

/** @param until when it may be asked for again, as whoever has refused it says */
export function completed(
  target: Target,
  issue: string,
  attempts: number,
  recovered: boolean,
  began: string,
  now: string,
  until = '',
): DevopsEvent[] {
  const cooldownUntil = [after(now, target.remediation?.cooldown ?? 0), until].sort().at(-1) ?? '';
  const durationMs = Math.max(0, Date.parse(now) - Date.parse(began));
  const outcome = recovered ? 'recovered' : 'failed';
  const done: DevopsEvent = {
    type: 'RemediationCompleted',
    data: { target: target.name, issue, outcome, attempts, durationMs, cooldownUntil },
  };
  if (recovered) return [done];
  return [done, { type: 'IssueEscalated', data: { target: target.name, issue, attempts, notBefore: cooldownUntil } }];
}

function after(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}
