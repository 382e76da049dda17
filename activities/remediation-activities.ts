import { Context } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import { systemPrincipalPrefix } from '../actors/core/command';
import type { AllowedCommand, Target } from '../actors/devops/config';
import type { CommandSender } from './ports';
import { probeOnce, type ProbeResult } from './probe';
import { runAllowed, type CommandOutcome } from './run-command';
import { isGone } from './watch-activities';

export interface RemediationActivities {
  /** @throws where the program is not allowed on this worker */
  runCommand(command: AllowedCommand): Promise<CommandOutcome>;
  /** Probes until it succeeds as often in a row as the target demands, or its settle time has passed. */
  verifyTarget(target: Target): Promise<ProbeResult>;
  /** Sends what a remediation has to say to its agent; where that is gone, nobody needs to hear it. */
  report(message: { agentId: string; id: string; type: string; data: object }): Promise<void>;
}

export function remediationActivities(
  sender: CommandSender,
  executables: readonly string[] | 'any',
): RemediationActivities {
  return {
    async runCommand(command) {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 2000);
      try {
        return await runAllowed(command, executables, context.cancellationSignal);
      } finally {
        clearInterval(beat);
      }
    },

    async verifyTarget(target) {
      const { cancellationSignal } = Context.current();
      const deadline = Date.now() + (target.remediation?.settle ?? 0) * 1000;
      const pause = Math.min(target.interval * 1000, 1000);
      let good = 0;
      for (;;) {
        const result = await probeOnce(target.probe, target.timeout, cancellationSignal);
        cancellationSignal.throwIfAborted();
        good = result.ok ? good + 1 : 0;
        if (good >= target.recovering_after) return result;
        if (Date.now() + pause > deadline) return result.ok ? { ok: false, error: 'not steadily healthy yet' } : result;
        await delay(pause, undefined, { signal: cancellationSignal });
      }
    },

    async report({ agentId, id, type, data }) {
      const principal = `${systemPrincipalPrefix}remediation`;
      try {
        await sender.send(agentId, [{ id, type, data, principal }]);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}
