import { condition, proxyActivities, sleep } from '@temporalio/workflow';
import type { AgentActivities } from '../activities/agent-activities';
import { agentLog } from './agent-log';
import type { AgentShell } from './agent-shell';
import { announcesSoon, announceWaiting } from './announcing';

/** For how many tasks in a row a run that is to end waits for one without an Update. */
const mostBusyTasks = 2;

const { drain, checkpoint, carryOut } = proxyActivities<AgentActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '300ms', backoffCoefficient: 1.5, maximumInterval: '3s' },
});

/**
 * Sees to it that every event is published, though its sender should fail: what nobody has confirmed for some seconds is
 * announced once more, and where that fails published from the agent's own history, for as long as that takes. An agent at rest arms
 * no timer.
 */
export async function keepPublished(shell: AgentShell): Promise<never> {
  for (;;) {
    await condition(() => shell.publishDueAt !== null);
    const wait = (shell.publishDueAt ?? 0) - Date.now();
    if (wait > 0) {
      await sleep(wait);
      continue;
    }
    if (await announceWaiting(shell)) continue;
    shell.draining = true;
    agentLog(shell.logging, 'info', 'publishes from its own history', { published: shell.published });
    const published = await drain({ agentId: shell.id, published: shell.published });
    shell.delivered({ published, checkpointed: 0 });
    shell.draining = !shell.caughtUp;
  }
}

/** Mirrors a changed state when its interval is over and no sender has done it. */
export async function keepCheckpointed(shell: AgentShell): Promise<never> {
  for (;;) {
    await condition(() => shell.dirty);
    const at = shell.checkpointFallbackAt;
    const wait = at - Date.now();
    if (wait > 0) {
      // Also woken where it became due earlier.
      await condition(() => shell.checkpointFallbackAt < at, wait);
      continue;
    }
    if (announcesSoon(shell)) {
      // It goes along.
      await condition(() => !announcesSoon(shell));
      continue;
    }
    const snapshot = shell.snapshot();
    const done = await checkpoint({ agentId: shell.id, checkpoint: snapshot });
    if (done) shell.delivered({ published: 0, checkpointed: snapshot.sequence });
    else shell.postponeCheckpoint();
  }
}

/**
 * Wakes the agent when it wants to be: by a command, like everything that makes events, so that these are in the outcome of an
 * Update. What it has been woken for once it is not woken for again.
 */
export async function keepAlarms(shell: AgentShell): Promise<never> {
  let rung: string | null = null;
  for (;;) {
    await condition(() => shell.alarmAt !== null && shell.alarmAt !== rung);
    const at = shell.alarmAt ?? '';
    const wait = Date.parse(at) - Date.now();
    if (wait > 0 && (await condition(() => shell.alarmAt !== at, wait))) continue;
    const command = { id: `${shell.id}:alarm:${at}`, type: 'Alarm', data: { at } };
    await carryOut({ type: 'tell', agent: shell.id, command });
    rung = at;
  }
}

/**
 * Waits until the run may be ended: an Update that completes in the task that continues as new may be applied again by the
 * server. Senders that leave no task without one are then told to come again.
 */
export async function quietTask(shell: AgentShell): Promise<void> {
  for (let busy = 0; shell.handledUpdateInThisTask; busy += 1) {
    shell.closing = busy >= mostBusyTasks;
    await sleep(1);
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
