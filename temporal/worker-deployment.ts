import type { Client } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import { version as sdkVersion } from '@temporalio/worker/package.json';
import { readFileSync } from 'node:fs';
import type { WorkflowBundle } from '../projections/queries/evidence-histories';
import { sha256Of } from './history-facts';

const callMs = 10_000;

/**
 * What a bundle of workflows is called by. It is how the SDK itself names a build that nobody gives another name, and what it
 * writes into each history: so the code that ran a history is found by it, whether workers have versions or not.
 */
export function buildOf(code: Uint8Array): Omit<WorkflowBundle, 'code'> {
  const sha256 = sha256Of(code);
  return { sha256, sdkVersion, buildId: `@temporalio/worker@${sdkVersion}+${sha256}` };
}

/**
 * A worker's place in a deployment: agents and runs stay with the code that began their run, and companions, which keep nothing
 * but their orders, go wherever the current version is.
 * @param deployment empty where workers have no versions: then they all share all work
 * @param bundle file of the workflows
 */
export function deploymentOptions(deployment: string, bundle: string): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === '') return {};
  const { buildId } = buildOf(readFileSync(bundle));
  return {
    workerDeploymentOptions: {
      version: { deploymentName: deployment, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}

/** The build whose workers take new runs, or null where none has been made the current one. @throws the client's error */
export async function currentBuild(client: Client, deploymentName: string): Promise<string | null> {
  const { workerDeploymentInfo } = await client.withDeadline(Date.now() + callMs, () =>
    client.workflowService.describeWorkerDeployment({ namespace: client.options.namespace, deploymentName }),
  );
  return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId || null;
}

/**
 * Has the workers of a build take all new runs from now on.
 * @throws the client's error: NOT_FOUND or FAILED_PRECONDITION where no worker of that build is there
 */
export async function makeCurrent(client: Client, deploymentName: string, buildId: string): Promise<void> {
  await client.withDeadline(Date.now() + callMs, () =>
    client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: client.options.namespace,
      deploymentName,
      buildId,
      identity: 'ymera upgrade',
      ignoreMissingTaskQueues: false,
    }),
  );
}
