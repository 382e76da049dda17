import type { DevopsCommand, ReportAttempt, ReportDown, ReportOutcome, ReportUp } from './commands';
import type { DevopsConfig, Target } from './config';
import type { DevopsEvent } from './events';
import type { DevopsState, TargetState } from './state';

/**
 * What a report means for the agent. Reports about a target that the config has dropped, or that say what is known
 * already, mean nothing: a watch that was restarted reports again.
 */
export function decideDevops(command: DevopsCommand, state: DevopsState, config: DevopsConfig): DevopsEvent[] {
  const target = config.targets.find(({ name }) => name === command.data.target);
  const known = state.targets[command.data.target];
  if (!target || !known) return [];
  switch (command.type) {
    case 'ReportDown':
      return command.data.revision === state.revision
        ? down(command.data, command.time, target, known, state.issues + 1)
        : [];
    case 'ReportUp':
      return command.data.revision === state.revision ? up(command.data, known) : [];
    case 'ReportAttempt':
      return attempted(command.data, known);
    case 'ReportOutcome':
      return ended(command.data, command.time, target, known);
    case 'ReportCooldownOver':
      return cooledDown(target, known);
  }
}

function down(report: ReportDown, now: string, target: Target, known: TargetState, number: number): DevopsEvent[] {
  if (known.health.status === 'failing') {
    // Seen before: only a remediation that the config has gained since is left to do.
    return known.remediation.status === 'idle' ? startRemediation(target, known.health.issue) : [];
  }
  const issue = `${target.name}-${number}`;
  const { since, failures, error } = report;
  const detected: DevopsEvent = { type: 'IssueDetected', data: { target: target.name, issue, since, failures, error } };
  if (!target.remediation) return [detected];
  const { remediation } = known;
  if (remediation.status === 'cooling' && now < remediation.until) {
    return [detected, { type: 'RemediationDeferred', data: { target: target.name, issue, until: remediation.until } }];
  }
  // The one that runs has not been verified yet: its own outcome tells.
  if (remediation.status === 'running') return [detected];
  return [detected, ...startRemediation(target, issue)];
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

function attempted(report: ReportAttempt, { remediation }: TargetState): DevopsEvent[] {
  if (remediation.status !== 'running' || remediation.issue !== report.issue) return [];
  return [{ type: 'RemediationAttempted', data: report }];
}

function ended(report: ReportOutcome, now: string, target: Target, { remediation }: TargetState): DevopsEvent[] {
  if (remediation.status !== 'running' || remediation.issue !== report.issue) return [];
  const cooldown = target.remediation?.cooldown ?? 0;
  const cooldownUntil = new Date(Date.parse(now) + cooldown * 1000).toISOString();
  const completed: DevopsEvent = { type: 'RemediationCompleted', data: { ...report, cooldownUntil } };
  if (report.outcome === 'recovered') return [completed];
  const { issue, attempts } = report;
  return [
    completed,
    { type: 'IssueEscalated', data: { target: target.name, issue, attempts, notBefore: cooldownUntil } },
  ];
}

function cooledDown(target: Target, { health, remediation }: TargetState): DevopsEvent[] {
  if (health.status !== 'failing' || remediation.status === 'running') return [];
  return startRemediation(target, health.issue);
}

function startRemediation(target: Target, issue: string): DevopsEvent[] {
  if (!target.remediation) return [];
  const { command, attempts } = target.remediation;
  return [{ type: 'RemediationStarted', data: { target: target.name, issue, command, attempts } }];
}
