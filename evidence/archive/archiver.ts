import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { KeeperMetrics } from '../../infra/metrics/keeper';
import { spanByTime } from '../../projections/queries/evidence-archive';
import { keptClosed, writeHistory } from '../../projections/queries/evidence-histories';
import { isNotFound } from '../../temporal/grpc-status';
import { firstEvent } from '../../temporal/history-pages';
import { takeHistory, type TakenHistory } from '../../temporal/run-history';
import { agentWorkflowId } from '../../workflows/messages';

const callMs = 10_000;

/** Takes histories of agents out of Temporal into Postgres. Whatever is kept already stays as it is. */
export class Archiver {
  constructor(
    private readonly pool: Pool,
    private readonly client: Client,
    private readonly metrics: Pick<KeeperMetrics, 'archivedRuns' | 'archivedBytes' | 'historyBytes' | 'historyEvents'>,
  ) {}

  /**
   * Keeps the history of one run as it is now. Where the key that opens it is missing, the bytes are kept all the same, and the
   * ledger says which records it is about.
   * @throws the error of Temporal, NOT_FOUND among them, or of Postgres
   */
  async keep(agentId: string, runId: string): Promise<TakenHistory['facts']> {
    const { facts, span, bytes } = await takeHistory(this.client, agentId, runId);
    const known = span ?? (await spanByTime(this.pool, facts));
    if (await writeHistory(this.pool, { ...facts, ...known }, bytes)) {
      this.metrics.archivedRuns.inc({ closed: String(facts.closed) });
      this.metrics.archivedBytes.inc(bytes.length);
      const kind = known?.kind ?? 'unknown';
      this.metrics.historyBytes.observe({ kind }, bytes.length);
      this.metrics.historyEvents.observe({ kind }, facts.eventCount);
    }
    return facts;
  }

  /**
   * Keeps the closed runs of an agent, from the newest back to the first that is kept.
   * @param open whether the run that is still open is kept too, as far as it has come
   * @throws as `keep` does; an agent that Temporal has forgotten is none
   */
  async keepAll(agentId: string, open = false): Promise<void> {
    const newest = await this.newestRun(agentId);
    if (newest === null) return;
    let runId: string | null = newest.running && !open ? await this.runBefore(agentId, newest.runId) : newest.runId;
    while (runId !== null && !(await this.isKept(agentId, runId))) {
      runId = (await this.keep(agentId, runId)).previousRunId;
    }
  }

  private async isKept(agentId: string, runId: string): Promise<boolean> {
    return (await keptClosed(this.pool, [{ workflowId: agentWorkflowId(agentId), runId }])).size > 0;
  }

  private async newestRun(agentId: string): Promise<{ runId: string; running: boolean } | null> {
    try {
      const { runId, status } = await this.client.withDeadline(Date.now() + callMs, () =>
        this.client.workflow.getHandle(agentWorkflowId(agentId)).describe(),
      );
      return { runId, running: status.name === 'RUNNING' };
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  private async runBefore(agentId: string, runId: string): Promise<string | null> {
    const start = await firstEvent(this.client, agentId, runId);
    return start?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || null;
  }
}
