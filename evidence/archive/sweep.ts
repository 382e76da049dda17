import type { Pool } from 'pg';
import type { Logger } from '../../infra/logger';
import type { KeeperMetrics } from '../../infra/metrics/keeper';
import { withSessionLock } from '../../infra/postgres/session-lock';
import { missingRuns, unfinishedAgents, type RunOfAgent } from '../../projections/queries/evidence-archive';
import { isNotFound } from '../../temporal/grpc-status';
import type { Archiver } from './archiver';

/** Any number that all of Ymera's processes agree on. */
const lockId = 7_941_306;
const pageSize = 200;
const mostMissing = 1_000;

/** Finds what was missed: walks back through the runs of every agent that is not at its end, and through holes in what is kept. */
export class Sweep {
  /** Runs that were told of as lost already. */
  private readonly lost = new Set<string>();

  constructor(
    private readonly pool: Pool,
    private readonly archiver: Archiver,
    private readonly logger: Logger,
    private readonly metrics: Pick<KeeperMetrics, 'missingRuns'>,
  ) {}

  /** @throws the error of Postgres; an agent that can't be swept is logged, and comes again with the next round */
  async round(signal: AbortSignal): Promise<void> {
    await withSessionLock(this.pool, lockId, async () => {
      for (let after: string | undefined = ''; after !== undefined && !signal.aborted;) {
        const agents: string[] = await unfinishedAgents(this.pool, after, pageSize);
        for (const agentId of agents) {
          if (signal.aborted) return;
          await this.sweep(agentId);
        }
        after = agents.at(-1);
      }
      await this.fillHoles(signal);
    });
  }

  private async sweep(agentId: string): Promise<void> {
    try {
      await this.archiver.keepAll(agentId);
    } catch (error) {
      this.logger.warn({ err: error, agentId }, 'the runs of an agent could not be swept');
    }
  }

  private async fillHoles(signal: AbortSignal): Promise<void> {
    const missing = await missingRuns(this.pool, mostMissing);
    for (const run of missing) {
      if (signal.aborted) return;
      await this.fill(run);
    }
    this.metrics.missingRuns.set((await missingRuns(this.pool, mostMissing)).length);
  }

  private async fill(run: RunOfAgent): Promise<void> {
    const { runId } = run;
    try {
      await this.archiver.keep(run.agentId, runId);
    } catch (error) {
      if (this.lost.has(runId)) return;
      if (isNotFound(error)) this.lost.add(runId);
      this.logger.error({ err: error, ...run }, 'the history of a run is missing in the archive');
    }
  }
}
