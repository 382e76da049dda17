import { ActivityFailure, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { RemediationActivities } from '../activities/remediation-activities';
import type { CommandOutcome } from '../activities/run-command';
import type { RemediationInput } from '../actors/devops/effects';

const { verifyTarget, report } = proxyActivities<RemediationActivities>({
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '300ms', maximumInterval: '5s' },
});

/**
 * Brings one target back: runs the allowed command, verifies with the target's own probe, tries again after a growing
 * pause, tells its agent about each attempt and about the end, and after the cooldown that another may begin.
 */
export async function remediation(input: RemediationInput): Promise<void> {
  const { agentId, issue, target } = input;
  const { attempts: most, backoff, cooldown } = target.remediation;
  const about = { target: target.name, issue };
  const tell = (type: string, data: object): Promise<void> =>
    report({
      agentId,
      id: `${workflowInfo().workflowId}:${type}:${'attempt' in data ? String(data.attempt) : 'end'}`,
      type,
      data,
    });
  const began = Date.now();
  let attempt = 0;
  let recovered = false;
  while (attempt < most && !recovered) {
    if (attempt > 0) await sleep(backoff * 1000 * 2 ** (attempt - 1) || 1);
    attempt += 1;
    const result = await runOnce(input);
    // Whatever the command says, only the probe says that the target is back.
    const verified = await verifyTarget(target);
    recovered = verified.ok;
    const error = result.error ?? (verified.ok ? undefined : verified.error);
    const outcome = recovered ? 'recovered' : 'failed';
    await tell('ReportAttempt', { ...about, attempt, outcome, ...result, ...(error ? { error } : {}) });
  }
  const outcome = recovered ? 'recovered' : 'failed';
  await tell('ReportOutcome', { ...about, outcome, attempts: attempt, durationMs: Date.now() - began });
  await sleep(cooldown * 1000 || 1);
  await tell('ReportCooldownOver', about);
}

/** Never twice: when the worker dies over it nobody knows how far it came, and the probe decides what follows. */
async function runOnce({ command }: RemediationInput): Promise<CommandOutcome> {
  const { runCommand } = proxyActivities<RemediationActivities>({
    startToCloseTimeout: (command.timeout + 10) * 1000,
    heartbeatTimeout: '10s',
    retry: { maximumAttempts: 1 },
  });
  const began = Date.now();
  try {
    return await runCommand(command);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const message = error.cause?.message ?? error.message;
    return { exitCode: null, durationMs: Date.now() - began, output: '', error: `its outcome is unknown: ${message}` };
  }
}
