import { condition, log, proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';
import type { AgentActivities } from '../activities/agent-activities';
import type { AgentShell } from './agent-shell';

/** Within the workflow task, so that a command's answer comes after its events were acked. Never retried there: a task must be short. */
const { commit } = proxyLocalActivities<AgentActivities>({
  startToCloseTimeout: '1500ms',
  retry: { maximumAttempts: 1 },
});

const { drain, carryOut } = proxyActivities<AgentActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '300ms', backoffCoefficient: 1.5, maximumInterval: '3s' },
});

/** Publishes what is pending and mirrors the state where that is due: the fast path. */
export async function keepCommitting(shell: AgentShell): Promise<never> {
  for (;;) {
    await condition(() => (shell.pending.length > 0 && !shell.draining) || shell.checkpointDue);
    const records = shell.draining ? [] : shell.pending;
    const checkpoint = shell.checkpointDue ? shell.snapshot() : null;
    const last = records.at(-1)?.sequence ?? 0;
    try {
      const done = await commit({ agentId: shell.id, records, before: shell.published, checkpoint });
      shell.acked(done.published);
      if (checkpoint) shell.checkpointed(checkpoint.sequence, done.checkpointed);
    } catch (error) {
      log.warn('commit failed', { agentId: shell.id, error: String(error) });
      if (checkpoint) shell.checkpointed(checkpoint.sequence, false);
    }
    if (shell.published < last) shell.draining = true;
  }
}

/** Arms one timer while the state has changed and its mirroring is not due yet: an agent at rest has none. */
export async function keepCheckpoint(shell: AgentShell): Promise<never> {
  for (;;) {
    await condition(() => shell.dirty && !shell.checkpointDue);
    await sleep(Math.max(1, shell.checkpointDueAt - Date.now()));
  }
}

/** Publishes from the agent's own history for as long as the fast path is behind. Survives any outage of the broker. */
export async function keepDraining(shell: AgentShell): Promise<never> {
  for (;;) {
    await condition(() => shell.draining);
    shell.acked(await drain({ agentId: shell.id, published: shell.published }));
    shell.draining = !shell.caughtUp;
  }
}

/** Carries out what the agent wants done outside, in order, each at least once. */
export async function keepEffects(shell: AgentShell): Promise<never> {
  for (;;) {
    await condition(() => shell.effects.length > 0);
    const [effect] = shell.effects;
    if (effect) await carryOut(effect);
    shell.effects.shift();
  }
}
