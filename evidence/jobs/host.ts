import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Servers } from '../../infra/config';
import type { Logger } from '../../infra/logger';
import { whenThere } from '../../infra/when-there';
import { isNotFound } from '../../temporal/grpc-status';
import { connectWorker, installRuntime, workerCode } from '../../temporal/worker-parts';
import { agentWorkflowId, evidenceQueue, view, type AgentView } from '../../workflows/messages';

const pauseMs = 1_000;
const viewMs = 5_000;

/**
 * Does the long jobs of the keeper of evidence, as activities of durable workflows, until aborted. Waits for Temporal where it
 * is not there yet.
 * @throws the worker's error, where it can't go on
 */
export async function hostJobs(
  { address, namespace, taskQueue, encryption }: Servers['temporal'],
  activities: object,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  installRuntime(logger);
  const connection = await whenThere(() => connectWorker(address), {
    signal,
    pauseMs,
    onFailure: (err) => logger.warn({ err }, 'temporal: not there yet'),
  });
  if (!connection) return;
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: evidenceQueue(taskQueue),
      ...workerCode(encryption),
      activities,
      // A cancellation comes with the answer to a heartbeat.
      maxHeartbeatThrottleInterval: '2s',
      shutdownGraceTime: '2s',
    });
    const stop = (): void => worker.shutdown();
    signal.addEventListener('abort', stop);
    const running = worker.run();
    if (signal.aborted) stop();
    await running;
  } finally {
    await connection.close();
  }
}

/** An agent as it lives, or null where Temporal has none of that id any more. @throws the client's error */
export async function viewOf(client: Client, agentId: string): Promise<AgentView | null> {
  try {
    return await client.withDeadline(Date.now() + viewMs, () =>
      client.workflow.getHandle(agentWorkflowId(agentId)).query(view),
    );
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
