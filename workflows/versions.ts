import { makeContinueAsNewFunc, workflowInfo, type Workflow } from '@temporalio/workflow';
import type { Continuation } from './messages';

/**
 * Where workers have versions, a run stays with the one that began it to its end: a changed `decide` never meets its history
 * (docs/adr/0022). Where they have none, Temporal refuses that anything is said of them.
 */
export function onItsVersion(): { versioningBehavior?: 'PINNED' } {
  return workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'PINNED' } : {};
}

export function continuationOf<Input>(input: Input): Continuation<Input> {
  return { input, historyLength: workflowInfo().historyLength };
}

/** Goes on in a new run, on the version that takes new runs now. Never returns. */
export function continueOnNewestVersion<W extends Workflow>(...args: Parameters<W>): Promise<never> {
  return makeContinueAsNewFunc<W>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(...args);
}
