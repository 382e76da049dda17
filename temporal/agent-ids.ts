import type { Client } from '@temporalio/client';
import { agentWorkflowId } from '../workflows/messages';

const prefix = agentWorkflowId('');
/** Each run of an agent is listed by itself; all but the last one have continued as new. */
const query = `WorkflowType IN ('agent', 'run') AND ExecutionStatus != 'ContinuedAsNew'`;

/**
 * Ids of all agents that Temporal knows; those that were made a moment ago may be missing.
 * @throws the error of the client
 */
export async function listAgentIds(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) {
    if (workflowId.startsWith(prefix)) ids.push(workflowId.slice(prefix.length));
  }
  return ids;
}
