import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Servers } from '../../infra/config';
import type { Logger } from '../../infra/logger';
import { distDir } from '../../infra/paths';
import { EncryptionCodec } from '../../temporal/codec/encryption-codec';
import { isNotFound } from '../../temporal/grpc-status';
import { temporalLogger } from '../../temporal/temporal-logger';
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
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) } },
    shutdownSignals: [],
  });
  const connection = await connectionWhenThere(address, signal, logger);
  if (!connection) return;
  const encrypts = encryption.length > 0;
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: evidenceQueue(taskQueue),
      workflowBundle: { codePath: join(distDir, encrypts ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js') },
      dataConverter: {
        payloadCodecs: [new EncryptionCodec(encryption)],
        ...(encrypts ? { failureConverterPath: join(distDir, 'failure-converter.js') } : {}),
      },
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

async function connectionWhenThere(
  address: string,
  signal: AbortSignal,
  logger: Logger,
): Promise<NativeConnection | null> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
    } catch (error) {
      if (attempt === 1) logger.warn({ err: error }, 'temporal: not there yet');
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
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
