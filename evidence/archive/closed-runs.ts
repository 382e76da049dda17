import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from '../../infra/logger';
import { withSessionLock } from '../../infra/postgres/session-lock';
import { archivedTo, noteArchivedTo } from '../../projections/queries/evidence-archive';
import { keptClosed } from '../../projections/queries/evidence-histories';
import { agentIdOf } from '../../workflows/messages';
import type { Archiver } from './archiver';
import type { RetentionGuard } from './retention-guard';

/** Any number that all of Ymera's processes agree on. */
const lockId = 7_941_305;
/** Temporal lists a run some time after it has closed. */
const overlapMs = 60_000;
const batchSize = 100;

interface ClosedRun {
  agentId: string;
  workflowId: string;
  runId: string;
  closedAt: Date;
}

/** Keeps the runs that have closed since the last look, as Temporal lists them. What the list lacks, the sweep finds. */
export class ClosedRuns {
  constructor(
    private readonly pool: Pool,
    private readonly client: Client,
    private readonly archiver: Archiver,
    private readonly guard: RetentionGuard,
    private readonly logger: Logger,
  ) {}

  /** @throws the error of the list or of Postgres; a run that can't be kept is logged, and left to the sweep */
  async round(signal: AbortSignal): Promise<void> {
    await withSessionLock(this.pool, lockId, async () => {
      const began = Date.now();
      let oldestMs = 0;
      for await (const runs of this.listed(await archivedTo(this.pool))) {
        const kept = await keptClosed(this.pool, runs);
        for (const run of runs.filter(({ workflowId, runId }) => !kept.has(`${workflowId} ${runId}`))) {
          if (signal.aborted) return;
          oldestMs = Math.max(oldestMs, Date.now() - run.closedAt.getTime());
          await this.keep(run);
        }
      }
      await noteArchivedTo(this.pool, new Date(began - overlapMs));
      await this.guard.look(oldestMs);
    });
  }

  private async keep({ agentId, runId }: ClosedRun): Promise<void> {
    try {
      await this.archiver.keep(agentId, runId);
    } catch (error) {
      this.logger.warn({ err: error, agentId, runId }, 'the history of a run could not be kept');
    }
  }

  private async *listed(since: Date): AsyncGenerator<ClosedRun[]> {
    const query = `CloseTime >= "${since.toISOString()}" AND WorkflowType IN ("agent", "run")`;
    let batch: ClosedRun[] = [];
    for await (const { workflowId, runId, closeTime } of this.client.workflow.list({ query, pageSize: batchSize })) {
      const agentId = agentIdOf(workflowId);
      if (agentId === null || closeTime === undefined) continue;
      batch.push({ agentId, workflowId, runId, closedAt: closeTime });
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
}
