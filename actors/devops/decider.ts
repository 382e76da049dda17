import type { DevopsCommand, ReportDown, ReportRun, ReportUp } from './commands';
import type { DevopsConfig, Target } from './config';
import type { DevopsEvent } from './events';
import { decideSources, sourceRunEnded } from './sources';
import type { DevopsState, TargetState } from './state';

/**
 * What a report means for the agent. Reports about a target that the config has dropped, or that say what is known
 * already, mean nothing: a watch that was restarted reports again.
 */
export function decideDevops(command: DevopsCommand, state: DevopsState, config: DevopsConfig): DevopsEvent[] {
  if (command.type === 'Alarm') return alarmed(command.time, state, config);
  if (command.type === 'ReportFinding' || command.type === 'ReportHeads') {
    return decideSources(command, state.sources, config);
  }
  const target = config.targets.find(({ name }) => name === command.data.target);
  const known = state.targets[command.data.target];
  if (!target || !known) return command.type === 'ReportRun' ? sourceRunEnded(command.data, config) : [];
  switch (command.type) {
    case 'ReportDown':
      return command.data.revision === state.revision
        ? down(command.data, command.time, target, known, state.issues + 1)
        : [];
    case 'ReportUp':
      return command.data.revision === state.revision ? up(command.data, known) : [];
    case 'ReportRun':
      return ended(command.data, command.time, target, known);
  }
}

function down(report: ReportDown, now: string, target: Target, known: TargetState, number: number): DevopsEvent[] {
  if (known.health.status === 'failing') {
    // Seen before: only a remediation that the config has gained since is left to do.
    return known.remediation.status === 'idle' ? startRemediation(target, known.health.issue, 1) : [];
  }
  const issue = `${target.name}-${number}`;
  const { since, failures, error } = report;
  const detected: DevopsEvent = { type: 'IssueDetected', data: { target: target.name, issue, since, failures, error } };
  if (!target.remediation) return [detected];
  const { remediation } = known;
  if (remediation.status === 'cooling' && now < remediation.until) {
    return [detected, { type: 'RemediationDeferred', data: { target: target.name, issue, until: remediation.until } }];
  }
  // The one that is under way has not been verified yet: its own outcome tells.
  if (remediation.status === 'running' || remediation.status === 'pausing') return [detected];
  return [detected, ...startRemediation(target, issue, 1)];
}

function up({ target, since }: ReportUp, { health }: TargetState): DevopsEvent[] {
  switch (health.status) {
    case 'healthy':
      return [];
    case 'unknown':
      return [{ type: 'TargetRecovered', data: { target, since, issue: null, downtimeMs: null } }];
    case 'failing': {
      const downtimeMs = Math.max(0, Date.parse(since) - Date.parse(health.since));
      return [{ type: 'TargetRecovered', data: { target, since, issue: health.issue, downtimeMs } }];
    }
  }
}

function ended(report: ReportRun, now: string, target: Target, { health, remediation }: TargetState): DevopsEvent[] {
  if (remediation.status !== 'running' || remediation.issue !== report.issue) return [];
  const { issue, run, outcome, durationMs, error, until } = report;
  const { attempt, began } = remediation;
  const facts = { run, outcome, durationMs, ...(error === undefined ? {} : { error }) };
  const attempted: DevopsEvent = {
    type: 'RemediationAttempted',
    data: { target: target.name, issue, attempt, ...facts },
  };
  const recovered = outcome === 'succeeded' || health.status === 'healthy';
  const { attempts: most = 0, backoff = 0, cooldown = 0 } = target.remediation ?? {};
  if (!recovered && outcome !== 'vetoed' && attempt < most) {
    const at = after(now, backoff * 2 ** (attempt - 1));
    const next = { target: target.name, issue, attempt: attempt + 1, at };
    return [attempted, { type: 'RemediationScheduled', data: next }];
  }
  // Whoever has refused it also knows when it may be asked for again.
  const cooldownUntil = [after(now, cooldown), until ?? ''].sort().at(-1) ?? '';
  return [attempted, ...completed(target.name, issue, attempt, recovered, began, now, cooldownUntil)];
}

function completed(
  target: string,
  issue: string,
  attempts: number,
  recovered: boolean,
  began: string,
  now: string,
  cooldownUntil: string,
): DevopsEvent[] {
  const durationMs = Math.max(0, Date.parse(now) - Date.parse(began));
  const outcome = recovered ? 'recovered' : 'failed';
  const done: DevopsEvent = {
    type: 'RemediationCompleted',
    data: { target, issue, outcome, attempts, durationMs, cooldownUntil },
  };
  if (recovered) return [done];
  return [done, { type: 'IssueEscalated', data: { target, issue, attempts, notBefore: cooldownUntil } }];
}

/** What was put off and may begin now, for each target. */
function alarmed(now: string, state: DevopsState, config: DevopsConfig): DevopsEvent[] {
  return Object.entries(state.targets).flatMap(([name, { health, remediation }]) => {
    const target = config.targets.find((candidate) => candidate.name === name);
    if (!target || !('until' in remediation) || remediation.until > now) return [];
    if (remediation.status === 'cooling') {
      return health.status === 'failing' ? startRemediation(target, health.issue, 1) : [];
    }
    const { issue, attempt, began } = remediation;
    if (health.status === 'failing') return startRemediation(target, issue, attempt);
    // It came back by itself, or late.
    return completed(name, issue, attempt - 1, true, began, now, after(now, target.remediation?.cooldown ?? 0));
  });
}

function after(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}

function startRemediation(target: Target, issue: string, attempt: number): DevopsEvent[] {
  if (!target.remediation) return [];
  const { runbook, attempts } = target.remediation;
  return [{ type: 'RemediationStarted', data: { target: target.name, issue, runbook, attempt, attempts } }];
}
