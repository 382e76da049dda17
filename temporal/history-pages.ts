import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { agentWorkflowId } from '../workflows/messages';
import type { HistoryEvent } from './history-records';

const callMs = 10_000;
/** Events may be large: a page of them is one answer. */
export const pageSize = 200;

type Page = temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse;

/**
 * What a run of an agent's workflow began with.
 * @param runId empty for the newest one
 * @throws the client's error, NOT_FOUND among them
 */
export async function firstEvent(client: Client, agentId: string, runId: string): Promise<HistoryEvent | undefined> {
  return (await page(client, agentId, runId, 1)).history?.events?.[0];
}

/** All events of a run, as Temporal has them now. @throws as `firstEvent` does */
export async function* historyPages(client: Client, agentId: string, runId: string): AsyncGenerator<HistoryEvent[]> {
  let token: Uint8Array | undefined;
  do {
    const { history, nextPageToken } = await page(client, agentId, runId, pageSize, token);
    yield history?.events ?? [];
    token = nextPageToken?.length ? nextPageToken : undefined;
  } while (token);
}

function page(
  client: Client,
  agentId: string,
  runId: string,
  maximumPageSize: number,
  nextPageToken?: Uint8Array,
): Promise<Page> {
  return client.withDeadline(Date.now() + callMs, () =>
    client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId: agentWorkflowId(agentId), runId },
      maximumPageSize,
      ...(nextPageToken ? { nextPageToken } : {}),
    }),
  );
}
