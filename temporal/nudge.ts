import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { agentIdOf, renew } from '../workflows/messages';
import { isNotFound } from './grpc-status';
import { runningWorkflows, type RunningWorkflow } from './running-workflows';

/** Signals under way at a time: each costs its agent two workflow tasks. */
const atOnce = 16;
const callMs = 10_000;
const lookEveryMs = 1_000;

/** What became of a nudge. */
export interface Nudged {
  /** How many were told. */
  told: number;
  /** Ids of agents and runs that are still in the run that they were in. */
  waiting: string[];
}

/**
 * Has agents and runs go on in a new run, idle ones too, so that they move to the build that takes new runs; without versions, so
 * that the code of another release meets no history of this one. A run that is at work moves when its steps under way have ended,
 * and an agent that waits for the broker when its events are out.
 * @param build those that stay with it already are left alone; null for none
 * @param limitMs for how long it is looked whether they have moved
 * @throws the client's error
 */
export async function nudge(client: Client, build: string | null, limitMs: number): Promise<Nudged> {
  const elsewhere = async (): Promise<RunningWorkflow[]> => {
    const found: RunningWorkflow[] = [];
    for await (const workflow of runningWorkflows(client, ['agent', 'run'])) {
      if (build === null || !workflow.pinned || workflow.build !== build) found.push(workflow);
    }
    return found;
  };
  const all = await elsewhere();
  const queue = [...all];
  const tellNext = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) await tell(client, next);
  };
  await Promise.all(Array.from({ length: atOnce }, tellNext));
  let waiting = all.map(({ runId }) => runId);
  for (const until = Date.now() + limitMs; waiting.length > 0 && Date.now() < until; await delay(lookEveryMs)) {
    const open = new Set((await elsewhere()).map(({ runId }) => runId));
    waiting = waiting.filter((runId) => open.has(runId));
  }
  const still = new Set(waiting);
  const ids = all.filter(({ runId }) => still.has(runId)).map(({ workflowId }) => agentIdOf(workflowId) ?? workflowId);
  return { told: all.length, waiting: ids.sort() };
}

/** One that has ended, or gone on in a new run by itself, needs to hear nothing. */
async function tell(client: Client, { workflowId, runId }: RunningWorkflow): Promise<void> {
  try {
    await client.withDeadline(Date.now() + callMs, () => client.workflow.getHandle(workflowId, runId).signal(renew));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
