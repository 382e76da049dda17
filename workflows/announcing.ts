import { patched, proxyLocalActivities } from '@temporalio/workflow';
import type { AgentActivities } from '../activities/agent-activities';
import { mostRecordsBytes } from '../actors/core/limits';
import { agentLog } from './agent-log';
import type { AgentShell } from './agent-shell';

/** Within the workflow task. Never retried there: a task must be short. */
const { announce } = proxyLocalActivities<AgentActivities>({
  startToCloseTimeout: '1500ms',
  retry: { maximumAttempts: 1 },
});

/** What is due within that time is done in one go. */
const togetherMs = 1000;

/**
 * Publishes and mirrors the first record within the first task. Only the first one may go out before its task is in the
 * history: it follows from what started the workflow, so a task that is tried again makes it again to the letter
 * (docs/adr/0002).
 */
export async function announceBirth(shell: AgentShell): Promise<void> {
  const checkpoint = shell.snapshot();
  try {
    shell.delivered(await announce({ agentId: shell.id, records: shell.pending, published: 0, checkpoint }));
  } catch (error) {
    agentLog(shell.logging, 'warn', 'the first record waits', { error: String(error) });
  }
}

/** Whether the agent is about to announce by itself what nobody has confirmed; its state goes along where that is due. */
export function announcesSoon(shell: AgentShell): boolean {
  const { publishDueAt: dueAt } = shell;
  if (dueAt === null || dueAt > Date.now() + togetherMs) return false;
  return !shell.draining && !shell.stopped && shell.trims && announces();
}

/**
 * Says once more what its sender has most likely delivered (the broker drops what it has), so that the agent knows: within the
 * task, which costs two tasks less than an activity. Only what is in the history already: what this very task has made may
 * never have happened.
 * @returns whether all of it is confirmed; false where it must go the regular way
 */
export async function announceWaiting(shell: AgentShell): Promise<boolean> {
  if (shell.handledUpdateInThisTask || !shell.caughtUp || shell.pendingBytes > mostRecordsBytes) return false;
  // Nor in a task that may end the run.
  if (shell.continueDue || !announcesSoon(shell)) return false;
  const { published: before, pending: records } = shell;
  const mirrors = shell.dirty && shell.checkpointFallbackAt <= Date.now() + togetherMs;
  const checkpoint = mirrors ? shell.snapshot() : null;
  const last = records.at(-1)?.sequence;
  try {
    const done = await announce({ agentId: shell.id, records, published: before, checkpoint });
    shell.delivered(done);
    return done.published === last;
  } catch (error) {
    agentLog(shell.logging, 'info', 'what waits was not announced', { error: String(error) });
    return false;
  }
}

/** A run that began before there was this goes on as it did: its history must be made again by it. */
const announces = (): boolean => patched('announces-what-waits');
