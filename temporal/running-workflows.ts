import type { Client } from '@temporalio/client';

/** One run of a workflow that is open, and which build it stays with. */
export interface RunningWorkflow {
  workflowId: string;
  runId: string;
  type: string;
  /** Null where workers had no versions when it was last worked on. */
  build: string | null;
  /** False where it goes to whatever build is the current one. */
  pinned: boolean;
}

/**
 * The workflows of these types that are open, as Temporal lists them: what has just begun or ended may not have come to the list yet.
 * @throws the client's error
 */
export async function* runningWorkflows(client: Client, types: readonly string[]): AsyncGenerator<RunningWorkflow> {
  const named = types.map((type) => `"${type}"`).join(', ');
  const query = `WorkflowType IN (${named}) AND ExecutionStatus = "Running"`;
  for await (const { workflowId, runId, type, searchAttributes } of client.workflow.list({ query, pageSize: 500 })) {
    // `deployment:build`
    const [version = ''] = (searchAttributes['TemporalWorkerDeploymentVersion'] ?? []) as string[];
    const pinned = searchAttributes['TemporalWorkflowVersioningBehavior']?.[0] === 'Pinned';
    yield { workflowId, runId, type, build: version.slice(version.indexOf(':') + 1) || null, pinned };
  }
}
